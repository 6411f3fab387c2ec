"""Thresholds by counting, and coverage by class inside the band that theory gives it."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from scipy import stats
from scipy.special import softmax

from intake_triage.calibration.conformal import fit_conformal_thresholds, prediction_sets


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("n", [1, 2, 8, 9, 10, 18, 19, 20, 29, 69, 99, 109, 200])
def test_the_threshold_is_the_right_order_statistic(rng, n, alpha):
    probabilities = rng.dirichlet(np.ones(2), size=n)
    threshold, unseen = fit_conformal_thresholds(probabilities, np.zeros(n, int), alpha=alpha)
    rank = ceil((n + 1) * (1 - Fraction(str(alpha))))
    scores = sorted(1 - probabilities[:, 0])
    assert threshold == (scores[rank - 1] if rank <= n else np.inf)
    assert unseen == np.inf


def test_a_class_of_too_few_records_is_in_every_set(rng):
    probabilities = rng.dirichlet(np.ones(3), size=50)
    labels = np.array([0] * 42 + [1] * 8)
    thresholds = fit_conformal_thresholds(probabilities, labels, alpha=0.1)
    assert np.isfinite(thresholds).tolist() == [True, False, False]
    never_likely = np.array([[1.0, 0.0, 0.0]])
    assert prediction_sets(never_likely, thresholds).tolist() == [[True, True, True]]


def test_enough_of_the_records_themselves_are_covered(rng):
    probabilities = rng.dirichlet(np.ones(4), size=(3, 500))
    labels = rng.integers(0, 4, 500)
    for of_seed in probabilities:
        thresholds = fit_conformal_thresholds(of_seed, labels, alpha=0.1)
        covered = prediction_sets(of_seed, thresholds)[np.arange(500), labels]
        assert all(covered[labels == k].mean() >= 0.9 for k in range(4))


def test_seeds_get_thresholds_of_their_own(rng):
    probabilities = rng.dirichlet(np.ones(3), size=(2, 60))
    labels = np.array([0] * 30 + [1] * 25 + [2] * 5)  # too few of the last
    together = fit_conformal_thresholds(probabilities, labels, alpha=0.1)
    alone = [fit_conformal_thresholds(seed, labels, alpha=0.1) for seed in probabilities]
    np.testing.assert_array_equal(together, alone)
    assert np.isinf(together[:, 2]).all()


def test_leading_axes_are_kept(rng):
    probabilities = rng.dirichlet(np.ones(3), size=(2, 5))
    thresholds = np.array([0.5, 0.9, np.inf])
    sets = prediction_sets(probabilities, thresholds)
    assert sets.shape == (2, 5, 3)
    np.testing.assert_array_equal(sets[..., 0], probabilities[..., 0] >= 0.5)


def test_coverage_of_each_class_is_beta_binomial(draw_labels):
    """Given n records a class, the number covered of m fresh ones is beta-binomial.

    The model is badly calibrated, and made so on purpose: coverage must not mind.
    """
    rng = np.random.default_rng(3)
    alpha, n_fresh, repeats = 0.1, 200, 150
    shift = np.array([1.0, 0.0, -0.5])
    positions = []
    for _ in range(repeats):
        logits = rng.normal(size=(1200, 3)) * 1.5 + shift
        labels = draw_labels(logits)
        probabilities = softmax(3 * logits + [0, 1, 0], axis=1)
        thresholds = fit_conformal_thresholds(probabilities[:400], labels[:400], alpha=alpha)
        covered = prediction_sets(probabilities[400:], thresholds)
        for k in range(3):
            n = int((labels[:400] == k).sum())
            rank = ceil((n + 1) * (1 - Fraction("0.1")))
            band = stats.betabinom(n_fresh, rank, n + 1 - rank)
            fresh = np.flatnonzero(labels[400:] == k)[:n_fresh]
            if len(fresh) == n_fresh:
                hits = int(covered[fresh, k].sum())
                positions.append(band.cdf(hits) - rng.random() * band.pmf(hits))
    assert len(positions) > 250
    assert stats.kstest(positions, "uniform").pvalue > 0.01
    inside = np.mean([0.025 <= position <= 0.975 for position in positions])
    assert inside == pytest.approx(0.95, abs=0.035)
