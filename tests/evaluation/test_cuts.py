"""Cuts are named in order, and their odds are those of the summed probabilities."""

import numpy as np
from scipy.special import softmax

from intake_triage.evaluation.cuts import cut_logits, cut_names, cut_outcomes

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
