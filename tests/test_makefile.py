"""Runs with other params take the survey's files and a clone, and leave what they take as it is."""

import os
import subprocess

import pytest
from checkout import ROOT


@pytest.fixture
def take(tmp_path):
    """A function that has the Makefile take the survey of a folder as data/raw/namcs."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())

    def take(folder: str) -> subprocess.CompletedProcess:
        rule = "take: ; $(call take_survey,data/raw/namcs)"
        command = ["make", "--silent", "--eval", rule, "take", f"NAMCS={folder}"]
        return subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True)

    return take


def lay(folder, **files: str) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content)


def test_the_files_replace_those_of_an_earlier_run(take, tmp_path):
    lay(tmp_path / "data/raw/namcs", namcs2005="old")
    lay(tmp_path / "the survey", namcs2006="new")
    assert take("the survey").returncode == 0
    there = {path.name: path.read_text() for path in (tmp_path / "data/raw/namcs").iterdir()}
    assert there == {"namcs2006": "new"}


@pytest.mark.parametrize("name", ["data/raw/namcs", "data/raw/namcs/", "linked"])
def test_files_that_lie_there_already_stay(take, tmp_path, name):
    lay(tmp_path / "data/raw/namcs", namcs2006="theirs")
    (tmp_path / "linked").symlink_to(tmp_path / "data/raw/namcs")
    assert take(name).returncode == 0
    assert (tmp_path / "data/raw/namcs/namcs2006").read_text() == "theirs"


def test_a_folder_that_is_not_there_costs_nothing(take, tmp_path):
    lay(tmp_path / "data/raw/namcs", namcs2006="theirs")
    assert take("mistyped").returncode != 0
    assert (tmp_path / "data/raw/namcs/namcs2006").read_text() == "theirs"


def test_a_folder_that_is_no_clone_has_nothing_reset_around_it(tmp_path):
    """Within it git would take the checkout for the repository that is meant."""

    def git(*words: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    for name in ("Makefile", "requirements.txt", "constraints.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    git("init", "--quiet")
    git("add", "Makefile", "requirements.txt")
    git("commit", "--quiet", "-m", "first")
    git("remote", "add", "origin", str(tmp_path))
    lay(tmp_path / ".venv", installed="")
    lay(tmp_path / ".runs/namcs/data", forms="a killed run's")
    (tmp_path / "requirements.txt").write_text("not committed yet")
    (tmp_path / ".venv/installed").write_text("")
    make = ["make", "--silent", "-o", ".venv/installed", "clone-namcs"]
    assert subprocess.run(make, cwd=tmp_path, capture_output=True).returncode != 0
    assert (tmp_path / "requirements.txt").read_text() == "not committed yet"
