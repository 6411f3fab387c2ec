"""Every safety figure equals a count by loops over forms, with the denominator it names."""

import numpy as np
import pytest

from intake_triage.evaluation.measures.triage import (
    placement_shares,
    tabulate_triage,
    tier_shares,
    triage_shares,
)
from intake_triage.evaluation.samples import Labelled
from intake_triage.statistics.bootstrap import draw_weightings
from intake_triage.statistics.estimates import estimate_score

TIERS = ("emergent", "urgent", "semi_urgent", "routine")


@pytest.fixture
def triage(rng):
    """800 forms in 400 units, two seeds."""
    labels = rng.choice(4, 800, p=[0.2, 0.3, 0.3, 0.2])
    placed = np.clip(labels + rng.integers(-2, 3, (2, 800)), 0, 3)
    sample = Labelled(np.arange(800), labels, np.arange(800) // 2)
    weightings = draw_weightings(400, resamples=200)
    return tabulate_triage(placed, sample, weightings, n_tiers=4)


def count_by_loops(triage, counts_if, of_if) -> tuple[float, float]:
    """The share and its denominator, means over seeds."""
    shares, denominators = [], []
    for seed in triage.placed:
        forms = [pair for pair in zip(triage.sample.labels, seed, strict=True) if of_if(*pair)]
        denominators.append(len(forms))
        shares.append(sum(counts_if(*pair) for pair in forms) / len(forms))
    return np.mean(shares), np.mean(denominators)


BY_HAND = {
    "under_triage": (lambda true, placed: placed > true, lambda true, placed: true in (0, 1)),
    "severe_under_triage": (
        lambda true, placed: placed - true >= 2,
        lambda true, placed: true in (0, 1),
    ),
    "over_triage": (lambda true, placed: placed < true, lambda true, placed: true in (2, 3)),
    "same_or_more_acute": (lambda true, placed: placed <= true, lambda true, placed: True),
    "too_late": (lambda true, placed: placed > true, lambda true, placed: True),
    "too_early": (lambda true, placed: placed < true, lambda true, placed: True),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_figures_equal_loops_over_forms(triage, name):
    share = (triage_shares(TIERS) | placement_shares(4))[name]
    value, of = count_by_loops(triage, *BY_HAND[name])
    shown = triage.show(share)
    assert shown["value"] == pytest.approx(value, abs=5e-5)
    assert shown["of"] == round(of)
    assert shown["low"] < shown["value"] < shown["high"]


@pytest.mark.parametrize("k", range(4))
def test_sensitivity_and_ppv_equal_loops_over_forms(triage, k):
    shares = tier_shares(TIERS)
    right = lambda true, placed: true == placed  # noqa: E731
    for name, of_if in (
        ("sensitivity", lambda true, placed: true == k),
        ("ppv", lambda true, placed: placed == k),
    ):
        value, of = count_by_loops(triage, right, of_if)
        shown = triage.show(shares[name][TIERS[k]])
        assert shown["value"] == pytest.approx(value, abs=5e-5)
        assert shown["of"] == round(of)


def test_denominators_name_the_tiers():
    shares = triage_shares(TIERS)
    assert shares["under_triage"].denominator == "forms whose true tier is emergent or urgent"
    assert shares["over_triage"].denominator == "forms whose true tier is semi_urgent or routine"


def test_a_table_by_hand():
    table = np.array([[5, 3, 1, 1], [2, 20, 6, 2], [1, 9, 30, 10], [0, 2, 8, 40]])
    measured = {name: share.measure(table) for name, share in triage_shares(TIERS).items()}
    assert measured["under_triage"] == (3 + 1 + 1 + 6 + 2) / 40
    assert measured["severe_under_triage"] == (1 + 1 + 2) / 40
    assert measured["over_triage"] == (1 + 9 + 0 + 2 + 8) / 100
    assert measured["same_or_more_acute"] == 1 - (3 + 1 + 1 + 6 + 2 + 10) / 140


def test_more_acute_or_the_same_is_not_too_late(triage):
    not_late = triage_shares(TIERS)["same_or_more_acute"].measure(triage.confusions)
    late = placement_shares(4)["too_late"].measure(triage.confusions)
    np.testing.assert_allclose(not_late + late, 1)


def test_a_figure_of_few_people_is_not_shown(triage):
    under_triage = triage_shares(TIERS)["under_triage"]
    triage.placed[:] = triage.sample.labels
    urgent = np.flatnonzero(triage.sample.labels < 2)
    for n_late, shown in ((10, False), (11, True)):
        triage.placed[:, urgent[:n_late]] = 3
        table = tabulate_triage(triage.placed, triage.sample, np.ones((101, 400)), n_tiers=4)
        assert (table.show(under_triage) is not None) == shown


def test_without_tiers_below_the_urgent_ones_there_is_no_over_triage():
    assert np.isnan(triage_shares(("now", "later"))["over_triage"].measure(np.ones((2, 2))))


def test_intervals_rest_on_the_units_of_the_denominator(triage):
    """Two forms a unit: the number of units with a form whose true tier is emergent."""
    shown = triage.show(tier_shares(TIERS)["sensitivity"]["emergent"])
    replicates = tier_shares(TIERS)["sensitivity"]["emergent"].measure(triage.confusions)
    n_units = len({i // 2 for i in np.flatnonzero(triage.sample.labels == 0)})
    low, high = estimate_score(replicates, n_units=n_units).interval()
    assert (shown["low"], shown["high"]) == pytest.approx((low, high), abs=5e-5)


def test_mean_cost_equals_a_loop(triage, rng):
    cost = rng.random((4, 4))
    by_form = [
        [cost[true, placed] for true, placed in zip(triage.sample.labels, seed, strict=True)]
        for seed in triage.placed
    ]
    np.testing.assert_allclose(triage.mean_cost(cost)[:, 0], np.mean(by_form, axis=1))
