"""No count of people below 11 can be seen, or worked out; of made-up forms every count can."""

import numpy as np
import pytest
from scipy.stats import binomtest

from intake_triage.statistics.bootstrap import draw_weights, replicate_mean
from intake_triage.statistics.disclosure import (
    SMALLEST_SHOWN,
    estimate_share,
    hide_small_counts,
    is_small_share,
    points_to_show,
    smallest_to_show,
)
from intake_triage.statistics.estimates import estimate_score

PEOPLE, MADE_UP = {"smallest_shown": SMALLEST_SHOWN}, {"smallest_shown": 0}


@pytest.mark.parametrize(("source", "smallest"), [("synthetic", 0), ("namcs", 11), ("file", 11)])
def test_only_made_up_forms_hide_nothing(source, smallest):
    assert smallest_to_show(source) == smallest


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([50, 11, 60], [False, False, False]),
        ([50, 10, 60], [True, True, False]),  # 10 alone would be the row less the rest
        ([50, 6, 5], [False, True, True]),  # 6 + 5 = 11: nothing below 11 follows
        ([50, 5, 5], [True, True, True]),
        ([50, 0, 0], [False, True, True]),
        ([50, 0, 4], [True, True, True]),
        ([3, 4, 0], [True, True, True]),
    ],
)
def test_rows(counts, hidden):
    rows = np.array([counts], float)
    assert hide_small_counts(rows, **PEOPLE).tolist() == [hidden]
    assert not hide_small_counts(rows, **MADE_UP).any()


def test_what_is_hidden_never_sums_to_a_small_count(rng):
    counts = rng.poisson(np.exp(rng.normal(2, 2, (500, 8)))).astype(float)
    hidden = hide_small_counts(counts, **PEOPLE)
    assert hidden[counts < SMALLEST_SHOWN].all()
    sums = (counts * hidden).sum(axis=1)
    fine = (sums == 0) | (sums >= SMALLEST_SHOWN) | hidden.all(axis=1)
    assert fine.all()


@pytest.mark.parametrize(
    ("count", "of", "hidden"),
    [
        (11, 22, False),
        (10.9, 100, True),  # a mean over seeds
        (0, 100, True),
        (90, 100, True),  # 10 are left over
        (89, 100, False),
        (100, 100, False),
        (100 - 1e-12, 100, False),
        (5, 5, True),
        (np.nan, 0, True),
    ],
)
def test_shares(count, of, hidden):
    assert is_small_share(count, of, **PEOPLE) == hidden
    assert is_small_share(count, of, **MADE_UP) == (of == 0), "a share of nobody is none"


@pytest.mark.parametrize(
    ("counts", "first", "shown"),
    [
        ([90, 70, 59, 58, 47, 20], 0, [True, True, True, False, True, True]),
        ([90, 70, 59, 58, 47, 20], 3, [True, True, False, True, True, True]),
        ([90, 70, 70, 5, 0, 0], 0, [True, True, True, False, True, True]),
        ([30, 20, 9, 9.9], 0, [True, False, False, False]),
        ([5, 9, 20, 24, 40], 1, [False, False, True, False, True]),
    ],
)
def test_points_of_a_curve(counts, first, shown):
    """10 people between two points are 10 people, seen from either."""
    points = np.array(counts, float)[:, None]
    assert points_to_show(points, first=first, **PEOPLE).tolist() == shown
    assert points_to_show(points, first=first, **MADE_UP).all()


def test_points_of_a_curve_tell_of_few_people_in_none_of_its_groups(rng):
    counts = np.stack([rng.integers(0, 20, 40).cumsum(), 500 - rng.integers(0, 12, 40).cumsum()])
    for first in (0, 17, 39):
        shown = points_to_show(counts.T, first=first, **PEOPLE)
        assert 2 < shown.sum() < 40
        steps = np.abs(np.diff(counts[:, shown]))
        assert ((steps == 0) | (steps >= SMALLEST_SHOWN)).all()


def test_larger_cells_can_be_asked_for_and_the_rest_still_hides_few_people():
    counts = np.array([[300.0, 120.0, 60.0], [300.0, 120.0, 5.0]])
    hidden = hide_small_counts(counts, at_least=100, **PEOPLE)
    assert hidden.tolist() == [[False, False, True], [False, True, True]]
    hidden = hide_small_counts(counts, at_least=100, **MADE_UP)
    assert hidden.tolist() == [[False, False, True], [False, False, True]]


@pytest.mark.parametrize("per", [1, 1000])
def test_a_share_has_its_value_and_interval(rng, per):
    happened = rng.random((1, 200)) < 0.3
    replicates = replicate_mean(happened, np.arange(200), draw_weights(200, resamples=200))
    estimate = estimate_score(replicates, n_units=200)
    expected = per * np.array([estimate.value, *estimate.interval()])
    share = estimate_share(replicates, n=200, units=200, per=per, **PEOPLE)
    np.testing.assert_allclose(share, expected)


def test_a_share_of_few_people_is_not_given():
    share = np.full((1, 101), 0.05)
    assert estimate_share(share, n=219, units=219, **PEOPLE) is None  # 10.95 of them
    assert estimate_share(share, n=220, units=220, **PEOPLE) is not None
    assert estimate_share(1 - share, n=219, units=219, **PEOPLE) is None
    value, _, _ = estimate_share(share, n=20, units=20, **MADE_UP)  # one of them
    assert value == pytest.approx(0.05)


def test_of_made_up_forms_none_is_0_and_a_share_of_nobody_none():
    value, low, high = estimate_share(np.zeros((1, 101)), n=7, units=7, **MADE_UP)
    assert (value, low) == (0, 0)
    assert high == pytest.approx(binomtest(0, 7).proportion_ci(method="exact").high)
    assert estimate_share(np.full((1, 101), np.nan), n=0, units=0, **MADE_UP) is None


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_all_of_them_still_has_an_interval(level):
    value, low, high = estimate_share(np.ones((3, 101)), n=40, units=30, level=level, **PEOPLE)
    exact = binomtest(30, 30).proportion_ci(level, method="exact")
    assert (value, high) == (1, 1)
    assert low == pytest.approx(exact.low)


def test_eleven_people_are_eleven_whatever_the_last_binary_digit():
    share = np.full((1, 3), 11 / 69)
    assert share[0, 0] * 69 < 11
    assert estimate_share(share, n=69, units=69, **PEOPLE) is not None
