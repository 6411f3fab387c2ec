"""A share has its interval and denominator, or is not shown."""

import numpy as np
import pytest
from scipy.stats import binomtest

from intake_triage.evaluation.figures import show_share
from intake_triage.statistics.bootstrap import draw_weightings, replicate_mean
from intake_triage.statistics.estimates import estimate_score


@pytest.fixture
def replicates(rng):
    happened = rng.random((2, 200)) < 0.3
    return replicate_mean(happened, np.arange(200), draw_weightings(200, resamples=200))


def test_value_interval_and_denominator(replicates):
    estimate = estimate_score(replicates, n_units=200)
    shown = show_share(replicates, of=200, n_units=200)
    expected = (estimate.value, *estimate.interval())
    assert tuple(shown.values()) == (*np.round(expected, 4).tolist(), 200)


def test_whole_numbers_of_1000(replicates):
    shown = show_share(replicates, of=200, n_units=200, decimals=0, per=1000)
    assert shown["value"] == round(1000 * replicates[:, 0].mean())
    assert all(isinstance(number, int) for number in shown.values())


def test_few_people_are_not_shown():
    share = np.full((1, 101), 0.05)
    assert show_share(share, of=219, n_units=219) is None  # 10.95 of them
    assert show_share(share, of=220, n_units=220) is not None
    assert show_share(1 - share, of=219, n_units=219) is None


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_all_of_them_still_has_an_interval(level):
    shown = show_share(np.ones((3, 101)), of=40, n_units=30, level=level)
    exact = binomtest(30, 30).proportion_ci(level, method="exact")
    assert (shown["value"], shown["high"]) == (1, 1)
    assert shown["low"] == pytest.approx(exact.low, abs=5e-5)
