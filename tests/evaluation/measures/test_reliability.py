"""Bins and ECE equal brute force, the debiasing a drawn one, the reference a simulation."""

import numpy as np
import pytest

from intake_triage.evaluation.measures.reliability import (
    ReliabilityBins,
    bin_by_confidence,
    debiased_ece,
    ece_if_calibrated,
    replicate_ece,
    top_label,
)
from intake_triage.statistics.bootstrap import draw_weightings


@pytest.fixture
def confident(rng):
    confidence = rng.uniform(0.3, 1, 600)
    return confidence, rng.random(600) < confidence - 0.1


def test_top_label_is_the_highest_probability():
    confidence, correct = top_label(np.log([[0.2, 0.8], [0.7, 0.3]]), np.array([1, 1]))
    np.testing.assert_allclose(confidence, [0.8, 0.7])
    assert correct.tolist() == [True, False]


def test_bins_equal_slices_of_the_sorted_records(confident):
    confidence, correct = confident
    bins = bin_by_confidence(confidence, correct, n_bins=6)
    slices = np.argsort(confidence).reshape(6, 100)
    np.testing.assert_array_equal(bins.count, 100)
    np.testing.assert_allclose(bins.confidence, confidence[slices].mean(axis=1))
    np.testing.assert_allclose(bins.accuracy, correct[slices].mean(axis=1))


def test_equal_confidences_share_a_bin():
    confidence = np.repeat([0.4, 0.9], [70, 30])
    bins = bin_by_confidence(confidence, confidence > 0.5, n_bins=15)
    assert bins.count.tolist() == [70, 30]
    assert bins.accuracy.tolist() == [0, 1]


def test_debiasing_equals_the_drawn_one(confident, rng):
    """Kumar, Liang and Ma draw each bin's accuracy from a normal distribution."""
    bins = bin_by_confidence(*confident, n_bins=10)
    share = bins.count / bins.count.sum()
    plug_in = (share * np.abs(bins.accuracy - bins.confidence)).sum()
    spread = np.sqrt(bins.accuracy * (1 - bins.accuracy) / bins.count)
    drawn = rng.normal(bins.accuracy, spread, (200_000, len(share)))
    expected = 2 * plug_in - (share * np.abs(drawn - bins.confidence)).sum(axis=1).mean()
    assert debiased_ece(bins) == pytest.approx(expected, abs=2e-4)
    assert debiased_ece(bins) < plug_in


def test_a_bin_that_is_always_right_has_no_bias_to_take_off():
    bins = bin_by_confidence(np.full(50, 0.7), np.ones(50, bool), n_bins=5)
    assert debiased_ece(bins) == pytest.approx(0.3)


def test_debiasing_comes_nearer_to_the_true_error(rng):
    true, debiased, plug_in = 0.05, [], []
    for _ in range(200):
        confidence = rng.uniform(0.4, 0.9, 600)
        bins = bin_by_confidence(confidence, rng.random(600) < confidence - true, n_bins=15)
        debiased.append(debiased_ece(bins))
        plug_in.append((bins.count / 600 * np.abs(bins.accuracy - bins.confidence)).sum())
    assert abs(np.mean(debiased) - true) < 0.6 * abs(np.mean(plug_in) - true)


def test_the_calibrated_reference_is_what_a_calibrated_model_shows(rng):
    confidence = rng.uniform(0.3, 1, 800)
    shown = [
        debiased_ece(bin_by_confidence(confidence, rng.random(800) < confidence, n_bins=15))
        for _ in range(400)
    ]
    assert ece_if_calibrated(confidence, n_bins=15) == pytest.approx(np.mean(shown), rel=0.1)


def test_replicates_are_the_ece_of_re_weighted_bins(confident):
    confidence, correct = confident
    weightings = draw_weightings(600, resamples=5)
    eces = replicate_ece(confidence, correct, np.arange(600), weightings, n_bins=10)
    whole = bin_by_confidence(confidence, correct, n_bins=10)
    assert eces[0] == pytest.approx(debiased_ece(whole))
    bin_of = np.argsort(np.argsort(confidence)) // 60
    for ece, weighting in zip(eces, weightings, strict=True):
        count = np.bincount(bin_of, weights=weighting)
        means = [
            np.bincount(bin_of, weights=weighting * values) / count
            for values in (confidence, correct)
        ]
        assert ece == pytest.approx(debiased_ece(ReliabilityBins(*means, count)))


def test_a_bin_that_no_record_is_drawn_from_counts_for_nothing():
    weightings = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, 3.0, 0.0, 0.0]])
    confidence, correct = np.array([0.2, 0.2, 0.8, 0.8]), np.array([0, 0, 1, 0], bool)
    eces = replicate_ece(confidence, correct, np.arange(4), weightings, n_bins=2)
    assert eces[1] == pytest.approx(0.2)
