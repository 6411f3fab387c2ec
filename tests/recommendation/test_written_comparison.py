"""What is written is what the stage compare promises, and says what was found."""

import csv
from pathlib import Path

import pytest
import yaml

from intake_triage.evaluation.compare import compare_systems
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.recommendation import certainty, sensitivity
from intake_triage.recommendation.outputs import write_comparison
from intake_triage.recommendation.recommend import compare_set_ups
from intake_triage.systems import FORECASTERS, SYSTEMS, TRAINED_SYSTEMS
from intake_triage.tasks import TASKS

ROOT = Path(__file__).resolve().parents[2]
COST = {
    "systems": {"mtl": {"cpu_seconds": 7.5}},
    "by_task": {
        name: {"both": 6.0} if SYSTEMS[name].joint else {"urgency": 2.5, "specialty": 1.5}
        for name in TRAINED_SYSTEMS
    },
    "forecasters": {name: {"cpu_seconds": 20.0} for name in FORECASTERS},
}
TRAINING = {name: [] for name in ("training", "gradients", "frontier")}


@pytest.fixture
def found(fits, forecasts, released, split, fitted, params, monkeypatch):
    """Of one split that stands for both, with few halves and steps."""
    monkeypatch.setattr(certainty, "HALVES", 2)
    monkeypatch.setattr(sensitivity, "STEPS", 2)
    return (
        compare_systems(fits, forecasts, split, fitted, params),
        compare_set_ups(released, split, released, split, params),
    )


def test_the_files_are_the_outs_of_the_stage_and_say_what_was_found(found, tmp_path):
    layout, (comparison, set_ups) = Layout(tmp_path), found
    write_comparison(layout, TASKS, comparison, set_ups, cost=COST, training=TRAINING)
    stage = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]["compare"]
    outs = {path for out in (*stage["outs"], *stage["metrics"]) for path in out}
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    assert written == outs
    compare = read_json(layout.metrics("compare"))
    assert compare["recommendation"]["decision"] == set_ups.recommendation["decision"]
    assert list(compare["systems"]) == list(comparison.metrics["systems"])
    rows = list(csv.DictReader(layout.results.open(encoding="utf-8")))
    assert len(rows) == len(comparison.results.rows) + len(set_ups.results)
    assert {row["cpu_seconds"] for row in read_json(layout.plots("cost"))} == {20.0}
    assert len(read_json(layout.plots("set_ups"))) == len(set_ups.rows)
    trained = read_json(layout.metrics("cost"))["set_ups"]
    assert trained["st / gbm"] == 4.0
    assert trained["gbm+st / st"] == 6.5
    assert trained["mtl"] == 6.0
    assert trained["gbm+mtl"] == 10.0
