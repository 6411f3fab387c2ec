"""The pooled estimate and the trend against simulation and against plain least squares."""

import numpy as np
import pytest
from scipy.stats import linregress

from studies.transfer.pooling import fit_trend, pool_sources, standard_error


def test_equal_sources_are_averaged_by_their_precision():
    pooled = pool_sources([0.02, 0.02, 0.02], [0.01, 0.02, 0.04])
    assert pooled.mean == pytest.approx(0.02)
    assert pooled.spread == 0
    assert pooled.low < 0.02 < pooled.high


def test_with_errors_of_one_size_the_spread_is_what_the_variance_has_beyond_them(rng):
    gains, error = rng.normal(0, 0.05, 12), 0.01
    pooled = pool_sources(gains, [error] * 12)
    assert pooled.mean == pytest.approx(gains.mean())
    assert pooled.spread == pytest.approx(np.sqrt(gains.var(ddof=1) - error**2))
    half = (pooled.high - pooled.low) / 2
    assert half == pytest.approx(2.201 * gains.std(ddof=1) / np.sqrt(12), rel=1e-3)  # t, 11 d.f.
    new = 2.228 * np.sqrt(gains.var(ddof=1) * (1 + 1 / 12) - error**2)  # t, 10 d.f.
    assert (pooled.new_high - pooled.new_low) / 2 == pytest.approx(new, rel=1e-3)
    squares = 11 * gains.var(ddof=1)  # of which chi-squared is the distribution, 11 d.f.
    for end, quantile in ((pooled.spread_low, 21.920), (pooled.spread_high, 3.816)):
        assert end == pytest.approx(np.sqrt(squares / quantile - error**2), rel=1e-3)


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.04])
def test_intervals_hold_what_they_should(rng, spread):
    errors = np.array([0.004, 0.006, 0.01, 0.008])
    inside, spread_inside, new_inside, n = 0, 0, 0, 600
    for _ in range(n):
        true = 0.01 + rng.normal(0, spread, 5)
        pooled = pool_sources(true[:4] + rng.normal(0, errors), errors)
        inside += pooled.low <= 0.01 <= pooled.high
        spread_inside += pooled.spread_low <= spread <= pooled.spread_high
        new_inside += pooled.new_low <= true[4] <= pooled.new_high
    assert inside / n > 0.93
    assert spread_inside / n > 0.93
    assert new_inside / n > 0.87  # of few sources the spread is hardly known


def test_two_sources_tell_no_spread():
    with pytest.raises(ValueError, match="at least 3"):
        pool_sources([0.1, 0.2], [0.1, 0.1])


def test_a_trend_is_the_least_squares_line(rng):
    settings = np.array([0.0, 0.5, 0.65, 1.0])
    gains = 0.01 + 0.03 * settings + rng.normal(0, 0.001, 4)
    trend = fit_trend(settings, gains, [0.005] * 4)
    line = linregress(settings, gains)
    assert (trend.slope, trend.start) == pytest.approx((line.slope, line.intercept))
    half = 1.959964 * 0.005 / np.sqrt(((settings - settings.mean()) ** 2).sum())
    assert (trend.high - trend.low) / 2 == pytest.approx(half, rel=1e-5)
    bent = fit_trend(settings, [0.0, 0.03, 0.03, 0.0], [0.005] * 4)
    assert bent.misfit < 1e-6 < trend.misfit


def test_a_trend_is_found_as_often_as_it_should(rng):
    settings, errors = [0.0, 0.5, 0.65, 1.0], np.array([0.004, 0.01, 0.006, 0.008])
    trends = [fit_trend(settings, rng.normal(0, errors), errors) for _ in range(1000)]
    assert 0.93 < np.mean([trend.low <= 0 <= trend.high for trend in trends]) < 0.97
    assert 0.03 < np.mean([trend.misfit < 0.05 for trend in trends]) < 0.07


def test_a_standard_error_gives_its_interval_back():
    assert standard_error(-1.959964, 1.959964) == pytest.approx(1, rel=1e-6)
