"""The program in a bundle: whole, small, and no file of it that its stage does not depend on."""

import re
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version

import yaml
from packaging.utils import canonicalize_name

from intake_triage.imports import GROUND, SOURCE
from intake_triage.release.bundle import wheel
from intake_triage.release.bundle.manifest import LIBRARIES
from intake_triage.release.bundle.wheel import (
    PILOT,
    list_program,
    pin,
    write_requirements,
    write_wheel,
)

ROOT = SOURCE.parent


def test_the_stage_depends_on_every_file_of_the_program():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    deps = [ROOT / dep for dep in stages["release"]["deps"]]
    for path in list_program():
        covered = any(path.is_relative_to(dep) for dep in deps)
        assert covered or path.name == "__init__.py" or path in GROUND, path


def test_the_wheel_holds_the_program_and_runs_by_itself(tmp_path):
    write_wheel(tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        packed.extractall(tmp_path / "installed")
    assert "intake_triage/__main__.py" in names
    assert "intake_triage/release/watch/page.html.jinja" in names
    trained = ("train", "fit", "loop", "balancing", "fit_calibrators", "synthetic", "generate")
    assert not [name for name in names if any(f"/{part}.py" in name for part in trained)]
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r})"
            "; from intake_triage.__main__ import main; main(['score', '--help'])",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "usage: intake-triage score" in done.stdout


def test_pins_are_of_all_that_a_library_needs():
    pinned = pin(["pandas"])
    assert {line.partition("==")[0] for line in pinned} == {
        "numpy",
        "pandas",
        "python-dateutil",
        "six",
    }
    assert not [line for line in pinned if "+" in line]


def test_a_bundle_is_made_without_what_only_some_need(tmp_path, monkeypatch):
    """As by `make repro` in a new environment; what it lists is the same."""
    listed = (ROOT / "requirements-optional.txt").read_text()
    others_bring = {"httpx2"}  # it comes with `huggingface-hub`
    optional = set(re.findall(r"^([\w.-]+)==", listed, re.MULTILINE)) - others_bring

    def find(name: str) -> str:
        if name in optional:
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(wheel, "version", find)
    write_requirements(tmp_path, LIBRARIES)
    assert "python-calamine" in optional
    assert "python-calamine==" in (tmp_path / "requirements.txt").read_text()
    assert "fastapi==" in (tmp_path / "requirements-pilot.txt").read_text()


def test_what_a_pilot_needs_is_pinned_to_the_last_library(tmp_path):
    """Of FastAPI, too, which nothing of a training environment needs."""
    write_requirements(tmp_path, LIBRARIES)
    names = ("requirements-pilot.txt", "requirements.txt", "constraints.txt")
    lines = [line for name in names for line in (tmp_path / name).read_text().splitlines()]
    assert lines[:2] == ["-c constraints.txt", "-r requirements.txt"]
    pinned = (line.partition("==") for line in lines if "==" in line)
    fixed = {f"{canonicalize_name(name)}=={version}" for name, _, version in pinned}
    assert pin(PILOT) <= fixed
