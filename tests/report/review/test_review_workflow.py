"""The workflow that reviews a pull request: it parses, and asks for no more than it needs."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def workflow() -> dict:
    text = (ROOT / ".github/workflows/review.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)  # keeps the key `on` a word


def steps(workflow: dict) -> list[dict]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_it_runs_on_pull_requests_alone(workflow: dict) -> None:
    assert workflow["on"] == "pull_request"


def test_it_runs_only_make_targets_that_exist(workflow: dict) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    commands = [step["run"] for step in steps(workflow) if "run" in step]
    called = [re.fullmatch(r"make ([a-z-]+)( [A-Z_]+=\S+)*", command) for command in commands]
    assert all(called), commands
    assert [match[1] for match in called] == ["locked", "check-lock", "review"]
    assert {"check-lock", "review"} <= targets


def test_nothing_of_a_pull_request_is_pasted_into_a_command(workflow: dict) -> None:
    for step in steps(workflow):
        assert "${{" not in step.get("run", "") + step.get("with", {}).get("script", "")


def test_actions_are_pinned_to_a_commit(workflow: dict) -> None:
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action), action


def test_the_job_that_runs_code_may_write_nothing(workflow: dict) -> None:
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        runs_code = any("run" in step for step in job["steps"])
        expected = {"contents": "read"} if runs_code else {"pull-requests": "write"}
        assert job["permissions"] == expected
