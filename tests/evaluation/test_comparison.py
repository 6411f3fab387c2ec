"""The comparison as a whole: its shape, its signs, and the same bytes for the same input."""

import json

import pytest

from intake_triage.evaluation.comparison import compare_systems
from intake_triage.params import CompareParams

PARAMS = CompareParams.model_validate(
    {"margin": {"macro_f1": 0.02, "log_loss": 0.01}, "resamples": 200, "ece_bins": 5}
)


@pytest.fixture
def systems(make_system):
    skills = {"prior": 0.0, "linear": 1.0, "gbm": 1.5, "st": 1.0, "mtl": 3.0, "oracle": 4.0}
    n_seeds = {"prior": 1, "linear": 1, "oracle": 1}
    return {
        name: make_system(skill=skill, n_seeds=n_seeds.get(name, 3))
        for name, skill in skills.items()
    }


def test_every_system_is_scored_and_transfer_has_its_sign(systems, held_out):
    metrics = compare_systems(systems, held_out, PARAMS).metrics
    assert list(metrics["systems"]) == list(systems)
    for task in ("urgency", "specialty"):
        transfer = metrics["transfer"][task]
        for measure in (transfer, transfer["log_loss"], transfer["calibrated_log_loss"]):
            assert measure["verdict"] == "positive"
            assert 0 < measure["low"] < measure["delta"] < measure["high"]
        scores = metrics["systems"]
        assert transfer["delta"] == pytest.approx(
            scores["mtl"][task]["macro_f1"] - scores["st"][task]["macro_f1"], abs=1e-4
        )
        assert transfer["log_loss"]["delta"] == pytest.approx(
            scores["st"][task]["raw_log_loss"] - scores["mtl"][task]["raw_log_loss"], abs=1e-4
        )
    assert metrics["test"]["urgency"] == {"records": 270, "units": 150, "few_units": False}


def test_few_units_are_flagged(systems, held_out):
    held_out.unit[:] = held_out.unit % 39
    sample = compare_systems(systems, held_out, PARAMS).metrics["test"]["urgency"]
    assert sample["units"] == 39
    assert sample["few_units"]


def test_the_same_input_gives_the_same_bytes(systems, held_out):
    first, second = (compare_systems(systems, held_out, PARAMS) for _ in range(2))
    assert json.dumps(first.metrics) == json.dumps(second.metrics)
    assert json.dumps(first.plots) == json.dumps(second.plots)


def test_plots_leave_prior_out_where_it_says_nothing(systems, held_out):
    plots = compare_systems(systems, held_out, PARAMS).plots
    assert {row["system"] for row in plots["macro_f1"]} == set(systems)
    for name in ("reliability", "confusion"):
        assert {row["system"] for row in plots[name]} == set(systems) - {"prior"}
