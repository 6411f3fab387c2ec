"""A share's interval is never nearer than the exact one where few units count, or are left over."""

import warnings

import numpy as np
import pytest
from scipy.stats import binomtest

from intake_triage.statistics.bootstrap import draw_weights
from intake_triage.statistics.estimates import bound_share, estimate_score


def count_of(k: int, weights: np.ndarray) -> np.ndarray:
    """Replicates of a share of one seed where k of the units count."""
    counts = np.arange(weights.shape[1]) < k
    return (weights @ counts / weights.sum(axis=1))[np.newaxis]


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_a_share_of_all_or_of_none_has_the_exact_binomial_limit(level):
    for share in (0, 1):
        value, *ends = bound_share(np.full((2, 101), share), n_units=30, level=level)
        exact = binomtest(30 * share, 30).proportion_ci(level, method="exact")
        assert value == share
        assert ends == pytest.approx([exact.low, exact.high])


def test_a_share_has_its_interval_within_its_scale():
    replicates = count_of(4, draw_weights(60, resamples=200))
    estimate = estimate_score(replicates, n_units=60)
    value, low, high = bound_share(replicates, n_units=60)
    assert value == estimate.value
    assert high > estimate.interval()[1]
    assert estimate.interval()[0] < low == 0


@pytest.mark.parametrize("level", [0.95, 0.99])  # the second of a family of five
@pytest.mark.parametrize("n_units", [12, 60, 1000])
def test_a_rare_share_has_no_limit_nearer_than_the_exact_one(n_units, level):
    weights = draw_weights(n_units, resamples=300)
    before = 0.0
    for k in range(min(n_units, 15) + 1):
        replicates = count_of(k, weights)
        value, low, high = bound_share(replicates, n_units=n_units, level=level)
        wald = np.clip(estimate_score(replicates, n_units=n_units).interval(level), 0, 1)
        exact = binomtest(min(k, 10), n_units).proportion_ci(level, method="exact")
        assert high == pytest.approx(max(wald[1], exact.high))
        assert high >= before, "more of them, and a lower limit"
        before = high
        rest, *mirrored = bound_share(1 - replicates, n_units=n_units, level=level)
        assert [rest, *mirrored] == pytest.approx([1 - value, 1 - high, 1 - low])
        if n_units > 20 + k:
            assert low == wald[0]


@pytest.mark.parametrize(
    ("n_units", "share", "most"),
    [(100, 0.05, 0.025), (300, 0.02, 0.025), (1000, 0.005, 0.025), (500, 0.0375, 0.065)],
)
def test_the_upper_limit_of_a_rare_share_lies_below_it_no_more_often_than_it_may(
    rng, n_units, share, most
):
    """The t limit alone does in some 12 % of samples of 5; of 19, more often than it should."""
    weights = draw_weights(n_units, resamples=300)
    counts = rng.binomial(n_units, share, size=4000)
    limits, t_limits = {}, {}
    for k in np.unique(counts):
        replicates = count_of(k, weights)
        limits[k] = bound_share(replicates, n_units=n_units)[2]
        t_limits[k] = estimate_score(replicates, n_units=n_units).interval()[1]
    error = np.sqrt(most * (1 - most) / len(counts))
    assert np.mean([limits[k] < share for k in counts]) <= most + 2 * error
    assert np.mean([t_limits[k] < share for k in counts]) > 0.05


def test_what_is_not_defined_has_no_spread_and_gives_no_warning():
    nobody = np.full((2, 101), np.nan)
    one_resample = np.array([[0.5, np.nan, 0.4, np.nan]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(bound_share(nobody, n_units=30)).all()
        assert np.isnan(estimate_score(one_resample, n_units=30).standard_error)
