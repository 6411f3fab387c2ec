"""Bins around the threshold hold everybody and none of them a few, and rows equal counts."""

import numpy as np
import pytest
from scipy.special import expit, logit, softmax

from intake_triage.calibration.decisions import cut_thresholds
from intake_triage.evaluation.curves.threshold import (
    OFFSETS,
    bin_around,
    threshold_rows,
)
from intake_triage.evaluation.decisions import decide_urgency_by_cost


def test_the_threshold_is_where_an_urgent_tier_costs_less(rng, params):
    """Whatever lies above and below the cut."""
    threshold = cut_thresholds(4, params.decision)[params.decision.urgent_tiers - 1]
    assert threshold == pytest.approx(1 / 11)
    logits = rng.normal(size=(3000, 4)) * 3
    urgent = softmax(logits, axis=1)[:, :2].sum(axis=1)
    placed = decide_urgency_by_cost(logits, params.decision)
    np.testing.assert_array_equal(placed < 2, urgent >= threshold)


def test_edges_are_dense_around_the_threshold_which_is_one():
    assert 0 in OFFSETS
    steps = np.diff(OFFSETS)
    assert (steps > 0).all()
    assert steps[np.abs(OFFSETS[:-1]) < 1].max() < steps[0] == steps[-1]


def test_bins_hold_all_records_in_order_with_11_people_on_either_side(rng):
    log_odds = rng.normal(-2, 2, 4000)
    outcomes = rng.random(4000) < expit(log_odds)
    for smallest_shown in (0, 11):  # made-up forms are put together too
        bins = bin_around(log_odds, outcomes, threshold=0.1, smallest_shown=smallest_shown)
        assert_fine_bins(bins, log_odds, outcomes)


def assert_fine_bins(bins, log_odds, outcomes):
    assert (np.diff(bins[np.argsort(log_odds)]) >= 0).all()
    assert set(bins) == set(range(bins.max() + 1))
    for k in range(bins.max() + 1):
        assert outcomes[bins == k].sum() >= 11
        assert (~outcomes[bins == k]).sum() >= 11
    edges = {round(log_odds[bins == k].min(), 1) for k in range(1, bins.max() + 1)}
    near = np.round(logit(0.1) + np.array([-0.25, 0, 0.25, 0.5]), 1)
    assert edges >= set(near), "where there are many, edges are dense"


@pytest.mark.parametrize("n_urgent", [0, 10, 11])
def test_a_few_urgent_forms_make_no_bin_of_their_own(rng, n_urgent):
    log_odds, outcomes = rng.normal(-2, 2, 300), np.arange(300) < n_urgent
    around = {"threshold": 0.1}
    bins = bin_around(log_odds, outcomes, smallest_shown=11, **around)
    assert set(bins) == ({0} if n_urgent == 11 else {-1})
    assert set(bin_around(log_odds, outcomes, smallest_shown=0, **around)) == {0}, "made-up ones do"


def test_rows_equal_counts(forecasts, split, params):
    rows = threshold_rows(forecasts, split, params.decision)
    labelled = split.labels["urgency"] >= 0
    urgent = split.labels["urgency"][labelled] < 2
    assert {row["system"] for row in rows} == set(forecasts)
    for name, by_task in forecasts.items():
        chance = softmax(by_task["urgency"][0, labelled], axis=1)[:, :2].sum(axis=1)
        found = [row for row in rows if row["system"] == name]
        assert sum(row["forms"] for row in found) == labelled.sum()
        start, order = 0, np.argsort(chance)
        for row in found:
            forms = order[start : start + row["forms"]]
            start += row["forms"]
            assert row["chance"] == pytest.approx(chance[forms].mean(), abs=5.1e-4)
            assert row["observed"] == pytest.approx(urgent[forms].mean(), abs=5.1e-4)
            assert row["low"] < row["observed"] < row["high"]
            assert row["threshold"] == round(1 / 11, 3)
