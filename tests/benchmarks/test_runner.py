"""Which topics are measured, what is kept of an earlier run, and where it is written."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from checkout import ROOT

from benchmarks import __main__ as runner
from benchmarks.report import REPORT, RESULTS
from intake_triage.errors import InputError
from intake_triage.files import read_json, write_json


@pytest.fixture
def run(results: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run the benchmarks with canned measurements; returns what results.json holds."""

    def canned(name: str):
        return lambda workspace: results["topics"][name] | {"repeats": workspace.scale.repeats}

    monkeypatch.setattr(runner, "TOPICS", {name: canned(name) for name in runner.TOPICS})
    monkeypatch.setattr(runner, "FOLDER", tmp_path)
    monkeypatch.setattr(runner, "busy_cores", lambda: 0.5)
    monkeypatch.setattr(runner, "describe_machine", lambda: results["machine"])
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")

    def run_with(*arguments: str, folder: str = ".") -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
        runner.main()
        assert (tmp_path / folder / REPORT).exists()
        return read_json(tmp_path / folder / RESULTS)["topics"]

    return run_with


def test_every_topic_is_measured(run) -> None:
    assert list(run()) == list(runner.TOPICS)


def test_skipped_topics_keep_what_an_earlier_run_measured(run, results, tmp_path) -> None:
    earlier = {"pipeline": results["topics"]["pipeline"] | {"repeats": 99}}
    write_json(tmp_path / RESULTS, {"machine": results["machine"], "topics": earlier})
    topics = run("--skip", "pipeline")
    assert topics["pipeline"]["repeats"] == 99
    assert topics["pipeline"]["code"] == earlier["pipeline"]["code"]
    head = subprocess.check_output(["git", "log", "-1", "--format=%h"], cwd=ROOT, text=True)
    assert topics["scoring"]["code"].startswith(f"commit {head.strip()}, ")
    assert list(topics) == list(runner.TOPICS)


def test_only_some_topics_are_measured_in_the_order_of_all(run) -> None:
    assert list(run("--only", "scoring", "training")) == ["training", "scoring"]
    assert list(run("--only", "boosting")) == ["training", "boosting", "scoring"]


def test_quick_figures_stay_apart(run, tmp_path) -> None:
    quick = run("--quick", "--only", "scoring", folder="quick")
    assert not (tmp_path / RESULTS).exists()
    assert quick["scoring"]["repeats"] < run("--only", "scoring")["scoring"]["repeats"]


def test_figures_of_another_machine_are_not_mixed_in(run, results, tmp_path) -> None:
    machine = results["machine"] | {"cores": 64}
    write_json(tmp_path / RESULTS, {"machine": machine, "topics": results["topics"]})
    with pytest.raises(InputError, match=r"scaling.* another machine"):
        run("--only", "training")
    assert read_json(tmp_path / RESULTS)["machine"] == machine
