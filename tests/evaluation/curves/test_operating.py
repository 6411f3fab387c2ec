"""The operating curve and what is read off it equal counts by loops, resample by resample."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from small_split import with_costs

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.curves.operating import (
    READ_AT,
    WEIGHTS,
    missed_at_over_triage,
    operating_rows,
    read_off,
    trace_curves,
)


def count_by_loops(logits, split, decision, weight, drawn) -> tuple[float, float]:
    """Under- and over-triage of the forms, each as often as its unit is drawn."""
    cost = urgency_cost_matrix(3, with_costs(decision, too_late_urgent=weight))
    late = early = urgent = others = 0.0
    for i, true in enumerate(split.labels["urgency"]):
        if true < 0:
            continue
        times, placed = drawn[split.unit[i]], int((softmax(logits[i]) @ cost).argmin())
        if true < decision.urgent_tiers:
            urgent += times
            late += times * (placed > true)
        else:
            others += times
            early += times * (placed < true)
    return late / urgent, early / others


def test_weights_run_from_1_to_50_and_hold_the_present_one(forecasts, split, params):
    assert (WEIGHTS.min(), WEIGHTS.max()) == (1, 50)
    np.testing.assert_allclose(np.diff(np.log(WEIGHTS)), np.log(50) / 16, atol=0.01)
    for present in (10.0, 80.0, 1.0):
        decision = with_costs(params.decision, too_late_urgent=present)
        ((_, curve),) = trace_curves({"st": forecasts["st"]}, split, decision)
        assert curve.weights[curve.present] == present
        assert (np.diff(curve.weights) > 0).all()
        assert set(WEIGHTS) <= set(curve.weights)


@pytest.mark.parametrize("urgent_tiers", [1, 2])
def test_curves_equal_loops(forecasts, split, params, urgent_tiers):
    decision = params.decision.model_copy(update={"urgent_tiers": urgent_tiers})
    ((name, curve),) = trace_curves({"gbm": forecasts["gbm"]}, split, decision)
    assert name == "gbm"
    for k in (0, 5, 12, len(curve.weights) - 1):
        for r in (0, 1, 57):
            weight, drawn = curve.weights[k], split.weights[r]
            expected = count_by_loops(
                forecasts["gbm"]["urgency"][0], split, decision, weight, drawn
            )
            assert curve.shares[:, k, r] == pytest.approx(expected)


def test_as_late_forms_weigh_more_fewer_are_missed_and_others_go_up(forecasts, split, params):
    for _, curve in trace_curves(forecasts, split, params.decision):
        under, over = curve.shares
        assert (np.diff(under, axis=0) <= 1e-12).all()
        assert (np.diff(over, axis=0) >= -1e-12).all()


@pytest.fixture
def many(split):
    """A hundred times as many forms: no point tells of few people."""
    return replace(
        split,
        record_id=np.tile(split.record_id, 100),
        unit=(split.unit + 150 * np.arange(100)[:, np.newaxis]).ravel(),
        labels={task: np.tile(labels, 100) for task, labels in split.labels.items()},
        subgroups={},
        weights=np.tile(split.weights, (1, 100)),
    )


def tiled(forecasts, *names):
    return {name: {"urgency": np.tile(forecasts[name]["urgency"], (1, 100, 1))} for name in names}


def test_rows_are_the_curve_with_the_present_weight_marked(forecasts, many, params):
    rows = operating_rows(tiled(forecasts, "st", "gbm"), many, params.decision)
    for name, curve in trace_curves(tiled(forecasts, "st", "gbm"), many, params.decision):
        found = {row["weight"]: row for row in rows if row["system"] == name}
        marked = [weight for weight, row in found.items() if row["present"]]
        assert marked == [params.decision.cost.too_late_urgent]
        for weight, row in found.items():
            k = curve.weights.tolist().index(weight)
            shown = row["under_triage"], row["over_triage"]
            assert shown == pytest.approx(curve.shares[:, k, 0], abs=5.1e-4)
            assert row["max_under_triage"] == params.decision.max_under_triage
            assert row["max_over_triage"] == params.decision.max_over_triage
        assert len(found) > 12


def test_nobody_of_a_few_can_be_worked_out(forecasts, split, params):
    rows = operating_rows(forecasts, split, params.decision)
    labels = split.labels["urgency"]
    among = {"under_triage": (labels >= 0) & (labels < 2), "over_triage": labels == 2}
    assert rows, "some are shown"
    for name in forecasts:
        found = [row for row in rows if row["system"] == name]
        for measure, forms in among.items():
            counts = np.array([row[measure] * forms.sum() for row in found])
            left_over = np.round(forms.sum() - counts, 1)
            assert (counts > 10.9).all()
            assert ((left_over > 10.9) | (left_over == 0)).all()
            steps = np.abs(np.diff(counts))
            assert ((steps < 0.1) | (steps > 10.9)).all()


def test_between_two_points_lies_a_line():
    over, under = np.array([[0.1], [0.3], [0.3], [0.7]]), np.array([[0.5], [0.4], [0.3], [0.1]])
    assert read_off(under, over, 0.2) == pytest.approx(0.45)
    assert read_off(under, over, 0.5) == pytest.approx(0.2)
    assert read_off(under, over, 0.7) == pytest.approx(0.1)
    assert np.isnan(read_off(under, over, 0.05)).all()
    assert np.isnan(read_off(under, over, 0.71)).all()


def test_what_is_read_off_equals_interpolation_of_each_resample(forecasts, many, params):
    made = tiled(forecasts, "st", "prior")
    read = missed_at_over_triage(made, many, params.decision)
    for name, curve in trace_curves(made, many, params.decision):
        for at in READ_AT:
            by_hand = []
            for under, over in zip(*curve.shares.transpose(0, 2, 1), strict=True):
                inside = over.min() < at <= over.max()
                by_hand.append(np.interp(at, over, under) if inside else np.nan)
            figure = read[name][str(at)]
            if np.isnan(by_hand[0]):
                assert figure is None
                continue
            assert figure["value"] == pytest.approx(by_hand[0], abs=5.1e-4)
            spread = np.nanstd(by_hand[1:], ddof=1)
            assert (figure["high"] - figure["low"]) / 2 == pytest.approx(1.96 * spread, rel=0.03)


def test_beyond_the_ends_nothing_is_read_off(forecasts, many, params):
    sure = {"mtl": {"urgency": 40 * tiled(forecasts, "mtl")["mtl"]["urgency"]}}
    read = missed_at_over_triage(sure, many, params.decision)
    assert read == {"mtl": dict.fromkeys(map(str, READ_AT))}
