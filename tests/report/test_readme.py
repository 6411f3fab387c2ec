"""The README's answer says what the committed runs gave.

Committed, and not those that this machine has just made: a processor of another kind gives other
digits, and every clock other seconds.
"""

import re
import subprocess
from pathlib import Path

import pytest
from traced_numbers import find_untraced

from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.report.pages.read import read_run

ROOT = Path(__file__).resolve().parents[2]
FIRST_SCREEN = 25  # lines


def answer_of(readme: str) -> str:
    """What stands above the commands under "The answer", without images and links' addresses."""
    section = re.search(r"^## The answer$(.*?)^```", readme, flags=re.M | re.S)
    return re.sub(r"!\[[^\]]*\]\([^)]*\)|(?<=\])\([^)]*\)", "", section[1])


@pytest.fixture(scope="module")
def committed(tmp_path_factory) -> Path:
    """The files of the checkout as they are committed, or staged to be."""
    folder = tmp_path_factory.mktemp("committed")
    command = ["git", "checkout-index", "--all", f"--prefix={folder}/"]
    subprocess.run(command, cwd=ROOT, check=True)
    if load_params(Layout(folder).params).data.source != "synthetic":
        pytest.skip(
            "README's answer is of the runs that came with the repository, not of own forms"
        )
    return folder


@pytest.fixture(scope="module")
def readme(committed) -> str:
    return (committed / "README.md").read_text(encoding="utf-8")


def test_figures_of_the_text_are_those_of_the_runs(readme, committed):
    said = answer_of(readme)
    inputs = []
    for folder in (".", "results/namcs"):
        run = read_run(Layout(committed / folder))
        compare = run.metrics["compare"]
        inputs += [run.recommendation, compare["transfer"], compare["equal_cost"]]
        inputs.append(run.plots["set_ups"])
        inputs += [run.metrics["prepare"]["records"], run.params, run.redrawn]
    assert find_untraced(said.splitlines(), inputs) == []
    assert find_untraced(["macro-F1 0.98765"], inputs)


def test_the_first_screen_answers_and_has_two_commands(readme):
    lines = readme.splitlines()
    commands = [k for k, line in enumerate(lines) if line.startswith("make ")][:2]
    assert max(commands) < FIRST_SCREEN
    answer = [k for k, line in enumerate(lines) if line.startswith("## The answer")]
    assert answer[0] < commands[0]
    assert not re.search(r"\b(st|mtl|gbm)\b", "\n".join(lines[:FIRST_SCREEN]))
