"""Cuts and their odds; slope and intercept maximise the likelihood and have honest intervals."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit, softmax
from small_split import make_forecast

from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.cut_calibration import (
    cut_logits,
    cut_names,
    cut_outcomes,
    fit_intercept,
    fit_slope,
    replicate_coefficients,
)
from intake_triage.statistics.bootstrap import draw_weights
from intake_triage.statistics.estimates import estimate_score

TIERS = ("emergent", "urgent", "semi_urgent", "routine")


def test_names():
    assert cut_names(TIERS) == ("emergent", "urgent_or_above", "semi_urgent_or_above")
    assert cut_names(("now", "later")) == ("now",)


def test_outcomes_are_at_least_as_urgent():
    outcomes = cut_outcomes(np.array([0, 1, 3]), n_tiers=4)
    assert outcomes.tolist() == [[True, True, True], [False, True, True], [False, False, False]]


def test_odds_are_those_of_the_probabilities_above_and_below(rng):
    logits = rng.normal(size=(2, 50, 4))
    above = softmax(logits, axis=2).cumsum(axis=2)[..., :3]
    np.testing.assert_allclose(cut_logits(logits), np.log(above / (1 - above)))


def test_odds_of_a_certain_forecast_are_finite():
    odds = cut_logits(np.array([[900.0, 0, 0, 0], [0, 0, 0, 900.0]]))
    np.testing.assert_allclose(odds[0], [900 - np.log(3), 900, 900], rtol=1e-3)
    assert np.isfinite(odds).all()


def test_observed_to_expected_is_a_ratio_of_sums(rng):
    logits, labels = rng.normal(size=(2, 80, 3)), rng.integers(0, 3, 80)
    made = make_forecast(logits, labels)
    figures = MEASURES["observed_to_expected"].compute(made)
    assert list(figures) == ["a", "b_or_above"]
    for k, figure in enumerate(figures.values()):
        for seed in range(2):
            chances = softmax(logits[seed], axis=1)[:, : k + 1].sum(axis=1)
            for values, drawn in zip(figure.values[seed], made.sample.weights, strict=True):
                expected = (drawn * (labels <= k)).sum() / (drawn * chances).sum()
                assert values == pytest.approx(expected)
        assert (figure.n, figure.units, figure.shown) == (80, 80, True)


def test_observed_to_expected_is_hidden_where_few_lie_above(rng):
    labels = np.repeat([0, 1, 2], [10, 30, 40])
    figures = MEASURES["observed_to_expected"].compute(
        make_forecast(rng.normal(size=(1, 80, 3)), labels)
    )
    assert [figure.shown for figure in figures.values()] == [False, True]


def maximise(log_odds, outcomes, *, weights=1.0, slope=None) -> np.ndarray:
    """Intercept and slope by a general optimiser; the slope may be given."""

    def loss(coefficients):
        z = coefficients[0] + (coefficients[1] if slope is None else slope) * log_odds
        return np.sum(weights * (np.logaddexp(0, z) - outcomes * z))

    start = [0.0, 1.0] if slope is None else [0.0]
    return minimize(loss, start, method="BFGS", options={"gtol": 1e-7}).x


@pytest.fixture
def forecast(rng):
    log_odds = rng.normal(-1, 1.5, 400)
    return log_odds, rng.random(400) < expit(0.4 + 0.7 * log_odds)


def test_slope_equals_a_general_optimisers(forecast):
    assert fit_slope(*forecast).value == pytest.approx(maximise(*forecast)[1], abs=1e-4)


def test_intercept_equals_a_general_optimisers(forecast):
    expected = maximise(*forecast, slope=1.0)[0]
    assert fit_intercept(*forecast).value == pytest.approx(expected, abs=1e-4)


def test_what_was_done_to_the_odds_is_found_again(rng):
    """Odds made twice as extreme have slope ½; odds moved by 0.5 have intercept −0.5."""
    true = rng.normal(-1, 1, 200_000)
    outcomes = rng.random(200_000) < expit(true)
    assert fit_slope(2 * true + 3, outcomes).value == pytest.approx(0.5, abs=0.01)
    assert fit_intercept(true + 0.5, outcomes).value == pytest.approx(-0.5, abs=0.02)


def test_the_intercept_of_one_forecast_for_all_is_that_of_the_frequency():
    log_odds, outcomes = np.zeros(10), np.arange(10) < 3
    assert fit_intercept(log_odds, outcomes).value == pytest.approx(logit(0.3))
    assert fit_slope(log_odds, outcomes) is None


def test_odds_far_from_0_are_moved_back():
    outcomes = np.arange(10) < 3
    assert fit_intercept(np.full(10, 700.0), outcomes).value == pytest.approx(logit(0.3) - 700)


@pytest.mark.parametrize(
    "outcomes",
    [np.zeros(6, bool), np.ones(6, bool), np.arange(6) >= 3, np.arange(6) < 3],
)
def test_there_is_no_slope_where_outcomes_are_alike_or_told_apart(outcomes):
    assert fit_slope(np.arange(6.0), outcomes) is None
    assert (fit_intercept(np.arange(6.0), outcomes) is None) == (len(set(outcomes)) == 1)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("size", [5.0, 15.0, 37.0, 100.0, 450.0, 1000.0])
def test_sure_odds_that_tell_all_outcomes_apart_have_no_intercept(size, sign):
    """From 37 on a float leaves the shift open; from 450 on there was an error."""
    outcomes = np.arange(10) < 5
    log_odds = sign * np.where(outcomes, size, -size)
    assert fit_slope(log_odds, outcomes) is None
    found = fit_intercept(log_odds, outcomes)
    if size < 20:  # as many on either side, and as far
        assert found.value == pytest.approx(0, abs=1e-6)
    else:
        assert found is None


@pytest.mark.parametrize("size", [40.0, 450.0, 1000.0])
def test_there_is_no_intercept_where_many_shifts_fit_alike(size):
    """As many are wrong on either side: any shift between is as good as any other."""
    log_odds, outcomes = np.repeat([-size, size], 10), np.tile([True, *[False] * 9], 2)
    outcomes[10:] = ~outcomes[10:]
    assert fit_intercept(log_odds, outcomes) is None
    assert fit_intercept(log_odds / size, outcomes).value == pytest.approx(0, abs=1e-9)


def test_a_tie_at_the_threshold_keeps_its_intercept():
    log_odds, outcomes = np.array([-1.0, 0, 0, 2]), np.array([False, False, True, True])
    assert fit_slope(log_odds, outcomes) is None
    expected = maximise(log_odds, outcomes, slope=1.0)[0]
    assert fit_intercept(log_odds, outcomes).value == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("fit", [fit_slope, fit_intercept])
def test_replicates_are_re_weighted_fits_to_first_order(forecast, fit):
    slope = None if fit is fit_slope else 1.0
    bootstrap = draw_weights(400, resamples=60)
    replicates = replicate_coefficients([fit(*forecast)], np.arange(400), bootstrap)[0]
    refitted = [maximise(*forecast, weights=w, slope=slope)[-1] for w in bootstrap]
    assert replicates[0] == pytest.approx(refitted[0], abs=1e-4)
    assert np.corrcoef(replicates[1:], refitted[1:])[0, 1] > 0.98
    assert np.std(replicates[1:]) == pytest.approx(np.std(refitted[1:]), rel=0.1)


def test_the_interval_of_a_slope_covers(rng):
    bootstrap = draw_weights(500, resamples=100)
    covered = []
    for _ in range(500):
        log_odds = rng.normal(-1, 1.5, 500)
        outcomes = rng.random(500) < expit(0.3 + 0.8 * log_odds)
        replicates = replicate_coefficients(
            [fit_slope(log_odds, outcomes)], np.arange(500), bootstrap
        )
        low, high = estimate_score(replicates, n_units=500).interval()
        covered.append(low < 0.8 < high)
    assert 0.92 <= np.mean(covered) <= 0.975


@pytest.mark.parametrize("name", ["slope", "intercept"])
def test_a_cut_has_its_coefficient_but_not_where_few_people_lie_beyond(rng, name):
    labels = np.repeat([0, 1, 2], [10, 90, 200])
    logits = np.eye(3)[labels] + rng.normal(size=(2, 300, 3))
    cuts = MEASURES[name].compute(make_forecast(logits, labels))
    assert {cut: figure.shown for cut, figure in cuts.items()} == {"a": False, "b_or_above": True}
    fit = {"slope": fit_slope, "intercept": fit_intercept}[name]
    expected = [fit(cut_logits(seed)[:, 1], labels < 2).value for seed in logits]
    np.testing.assert_allclose(cuts["b_or_above"].values[:, 0], expected)
    nobody = MEASURES[name].compute(make_forecast(logits[:, 10:], labels[10:]))
    assert nobody["a"] is None
