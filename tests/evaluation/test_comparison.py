"""The comparison as a whole: its shape, its signs, and the same bytes for the same input."""

import json

import numpy as np
import pytest

from intake_triage.evaluation.comparison import compare_systems


@pytest.fixture
def compare(systems, held_out, fitted, params):
    """Compare once more."""
    few = params.compare.model_copy(update={"resamples": 200, "ece_bins": 5})

    def compare():
        return compare_systems(
            systems, held_out, fitted, params=few, cost=params.decision.cost, alpha=0.1
        )

    return compare


def test_every_system_is_scored_and_transfer_has_its_sign(systems, compare):
    metrics = compare().metrics
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


def test_few_units_are_flagged(compare, held_out):
    held_out.unit[:] = held_out.unit % 39
    sample = compare().metrics["test"]["urgency"]
    assert sample["units"] == 39
    assert sample["few_units"]


def test_the_same_input_gives_the_same_bytes(compare):
    first, second = compare(), compare()
    for part in ("metrics", "safety", "plots"):
        assert json.dumps(getattr(first, part), allow_nan=False) == json.dumps(
            getattr(second, part)
        )


def test_plots_leave_prior_out_where_it_says_nothing(systems, compare):
    plots = compare().plots
    assert {row["system"] for row in plots["macro_f1"]} == set(systems)
    for name in ("reliability", "confusion"):
        assert {row["system"] for row in plots[name]} == set(systems) - {"prior"}
    for name in ("risk_coverage", "net_benefit"):
        assert "prior" not in {row["system"] for row in plots[name]}
    assert {row["system"] for row in plots["subgroups"]} == {"linear", "gbm", "st", "mtl"}


def test_a_figure_is_the_same_wherever_it_is_shown(systems, compare):
    comparison = compare()
    scores, decisions = (comparison.metrics[name] for name in ("systems", "decisions"))
    for name in systems:
        argmax = decisions["majority" if name == "prior" else name]["argmax"]
        full = comparison.safety["decisions"]["majority" if name == "prior" else name]["argmax"]
        for task in ("urgency", "specialty"):
            shown = argmax[f"{task}_macro_f1"]
            assert shown == pytest.approx(scores[name][task]["macro_f1"], abs=1e-4)
        for figure in ("under_triage", "severe_under_triage", "over_triage"):
            assert argmax[figure] == scores[name]["urgency"][figure]
            assert argmax[figure] == (full[figure] and full[figure]["value"])


def test_more_skill_is_safer_and_cheaper(compare):
    decisions = compare().metrics["decisions"]
    for rule in ("argmax", "balanced", "cost"):
        assert decisions["mtl"][rule]["cost_per_1000"] < decisions["st"][rule]["cost_per_1000"]
    assert decisions["gbm"]["argmax"]["under_triage"] < decisions["st"]["argmax"]["under_triage"]


def test_least_cost_costs_least_where_probabilities_are_right(systems, compare, held_out, rng):
    """Labels drawn from the calibrated probabilities of `linear` make it the truth's own model."""
    for task, labels in held_out.labels.items():
        odds = np.exp(systems["linear"].calibrated[task][0])
        drawn = (odds.cumsum(axis=1) < rng.random((len(odds), 1)) * odds.sum(axis=1)[:, None]).sum(
            1
        )
        labels[labels >= 0] = drawn[labels >= 0]
    rules = compare().metrics["decisions"]["linear"]
    assert rules["cost"]["cost_per_1000"] < rules["argmax"]["cost_per_1000"]
