"""The data card: what is kept of the large run, and that the committed page shows it."""

import shutil

import pytest

from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.report import data_card
from intake_triage.tasks import TASKS
from stages.data_card import CARD


def measured(value: float) -> dict:
    return {"log_loss": {"value": value, "low": 0.1, "high": 0.9}, "brier": {"value": 0.2}}


@pytest.fixture
def finished_run(tmp_path):
    """A run with params.yaml and the scores of one system more than the card shows."""
    run = Layout(tmp_path / "run")
    losses = {"prior": 0.9, "linear": 0.7, "st": 0.6, "oracle": 0.5}
    systems = {name: {task: measured(x) for task in TASKS} for name, x in losses.items()}
    tested = {task: {"records": 900, "units": 800} for task in TASKS}
    write_json(run.metrics("compare"), {"test": tested, "systems": systems})
    shutil.copy("params.yaml", run.params)
    return run


def test_of_the_large_run_is_kept_what_the_card_shows(finished_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data_card.keep_large_run(finished_run.root)
    kept = tmp_path / "results/large"
    assert {path.name for path in kept.iterdir()} == {"compare.json", "params.yaml"}
    assert (kept / "params.yaml").read_bytes() == finished_run.params.read_bytes()
    assert read_json(kept / "compare.json") == {
        "test": {task: {"records": 900} for task in TASKS},
        "systems": {
            name: {task: {"log_loss": x} for task in TASKS}
            for name, x in (("linear", 0.7), ("st", 0.6), ("oracle", 0.5))
        },
    }


def test_the_committed_card_shows_what_is_kept():
    kept = read_json(data_card.LARGE_SCORES)
    page = CARD.read_text(encoding="utf-8")
    for task in TASKS:
        linear, st, oracle = (
            kept["systems"][name][task]["log_loss"] for name in ("linear", "st", "oracle")
        )
        closed = (linear - st) / (linear - oracle)
        assert f"| {task} | {linear:.3f} | {st:.3f} | {oracle:.3f} | {closed:.0%} |" in page
    assert f"on {kept['test']['urgency']['records']:,} others" in page
