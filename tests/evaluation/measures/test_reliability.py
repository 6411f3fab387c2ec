"""Bins and ECEs equal brute force, the debiasing a drawn one, the references a simulation."""

import numpy as np
import pytest
from scipy.special import softmax
from small_split import make_forecast

from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.reliability import (
    bin_by_confidence,
    classwise_ece_of_calibrated,
    debiased_ece,
    ece_by_class,
    ece_if_calibrated,
    replicate_ece,
    top_label,
)
from intake_triage.statistics.bootstrap import draw_weights


def ece_of_bins(bins) -> float:
    return debiased_ece(bins.confidence, bins.accuracy, bins.count)


@pytest.fixture
def confident(rng):
    confidence = rng.uniform(0.3, 1, 600)
    return confidence, rng.random(600) < confidence - 0.1


def test_top_label_is_the_highest_probability():
    logits = np.log([[[0.2, 0.8], [0.7, 0.3]]])
    confidence, correct = top_label(make_forecast(logits, np.array([1, 1])))
    np.testing.assert_allclose(confidence, [[0.8, 0.7]])
    assert correct.tolist() == [[True, False]]


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
    assert ece_of_bins(bins) == pytest.approx(expected, abs=2e-4)
    assert ece_of_bins(bins) < plug_in


def test_a_bin_that_is_always_right_has_no_bias_to_take_off():
    bins = bin_by_confidence(np.full(50, 0.7), np.ones(50, bool), n_bins=5)
    assert ece_of_bins(bins) == pytest.approx(0.3)


def test_debiasing_comes_nearer_to_the_true_error(rng):
    true, debiased, plug_in = 0.05, [], []
    for _ in range(200):
        confidence = rng.uniform(0.4, 0.9, 600)
        bins = bin_by_confidence(confidence, rng.random(600) < confidence - true, n_bins=15)
        debiased.append(ece_of_bins(bins))
        plug_in.append((bins.count / 600 * np.abs(bins.accuracy - bins.confidence)).sum())
    assert abs(np.mean(debiased) - true) < 0.6 * abs(np.mean(plug_in) - true)


def test_the_calibrated_reference_is_what_a_calibrated_model_shows(rng):
    confidence = rng.uniform(0.3, 1, 800)
    shown = [
        ece_of_bins(bin_by_confidence(confidence, rng.random(800) < confidence, n_bins=15))
        for _ in range(400)
    ]
    assert ece_if_calibrated(confidence, n_bins=15) == pytest.approx(np.mean(shown), rel=0.1)


def test_replicates_are_the_ece_of_re_weighted_bins(confident):
    confidence, correct = confident
    weights = draw_weights(600, resamples=5)
    (eces,) = replicate_ece(confidence[None], correct[None], np.arange(600), weights, n_bins=10)
    whole = bin_by_confidence(confidence, correct, n_bins=10)
    assert eces[0] == pytest.approx(ece_of_bins(whole))
    bin_of = np.argsort(np.argsort(confidence)) // 60
    for ece, times in zip(eces, weights, strict=True):
        count = np.bincount(bin_of, weights=times)
        means = [
            np.bincount(bin_of, weights=times * values) / count for values in (confidence, correct)
        ]
        assert ece == pytest.approx(debiased_ece(*means, count))


def test_a_bin_that_no_record_is_drawn_from_counts_for_nothing():
    weights = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, 3.0, 0.0, 0.0]])
    confidence, correct = np.array([0.2, 0.2, 0.8, 0.8]), np.array([0, 0, 1, 0], bool)
    (eces,) = replicate_ece(confidence[None], correct[None], np.arange(4), weights, n_bins=2)
    assert eces[1] == pytest.approx(0.2)


@pytest.fixture
def probabilities(rng):
    return rng.dirichlet([3, 2, 1], 600)


def draw(rng, probabilities):
    return (probabilities.cumsum(axis=1) < rng.random((len(probabilities), 1))).sum(axis=1)


def test_each_class_equals_slices_of_the_sorted_records(rng, probabilities):
    labels = draw(rng, probabilities[:, [1, 0, 2]])  # the first two classes are mixed up
    (measured,) = ece_by_class(make_forecast(np.log(probabilities)[None], labels, ece_bins=6))
    for k in range(3):
        slices = np.argsort(probabilities[:, k]).reshape(6, 100)
        means = probabilities[slices, k].mean(axis=1), (labels[slices] == k).mean(axis=1)
        assert measured[k] == pytest.approx(debiased_ece(*means, np.full(6, 100)))
    assert measured[:2].min() > measured[2]


def test_the_class_wise_reference_is_what_a_calibrated_model_shows(rng, probabilities):
    logits = np.log(probabilities)[np.newaxis]
    reference = classwise_ece_of_calibrated(make_forecast(logits, np.zeros(600, int))).item()
    shown = [
        ece_by_class(make_forecast(logits, draw(rng, probabilities))).mean() for _ in range(150)
    ]
    assert np.mean(shown) == pytest.approx(reference, rel=0.1)


def test_two_classes_are_equally_wrong(rng):
    """P(second) = 1 − P(first), so their bins mirror each other where none is split by a tie."""
    first = rng.uniform(0.01, 0.99, 400)
    labels = (rng.random(400) < 0.5).astype(int)
    logits = np.log(np.column_stack([first, 1 - first]))[np.newaxis]
    ((of_first, of_second),) = ece_by_class(make_forecast(logits, labels, ece_bins=8))
    assert of_first == pytest.approx(of_second, abs=1e-3)


@pytest.mark.parametrize("to_show", [{0: "a", 1: "b", 2: "c"}, {1: "b", 2: "c"}, {}])
def test_the_worst_class_is_the_worst_on_average_over_seeds_of_those_that_may_be_named(
    rng, to_show
):
    logits = 3 * rng.normal(size=(3, 200, 3)) * [3, 1, 2]
    forecast = make_forecast(logits, draw(rng, softmax(logits[0], axis=1)), to_show=to_show)
    ((name, worst),) = MEASURES["worst_class_ece"].compute(forecast).items()
    if not to_show:
        assert (name, worst) == ("", None)
        return
    by_class = ece_by_class(forecast).mean(axis=0)
    k = max(to_show, key=lambda k: by_class[k])
    assert (name, worst.values.mean()) == (to_show[k], pytest.approx(by_class[k]))
    assert MEASURES["classwise_ece"].compute(forecast).mean() == pytest.approx(by_class.mean())
