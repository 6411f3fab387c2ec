"""The matrix product gives what explicit resampling of the records gives."""

import numpy as np
import pytest
from sklearn import metrics

from intake_triage.statistics import scores
from intake_triage.statistics.bootstrap import (
    draw_weights,
    replicate_confusions,
    replicate_mean,
    replicate_scores,
)


@pytest.fixture
def forecast(rng):
    logits = rng.normal(size=(2, 60, 3))
    return logits, rng.integers(0, 3, 60), rng.integers(0, 20, 60)


def test_weights_are_multinomial_draws_after_the_split_itself():
    weights = draw_weights(30, resamples=4000)
    assert weights.shape == (4001, 30)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 30).all()
    np.testing.assert_allclose(weights[1:].mean(axis=0), 1, atol=0.08)
    np.testing.assert_allclose(weights[1:].var(axis=0).mean(), 1 - 1 / 30, atol=0.02)


def test_the_same_seed_draws_the_same_weights():
    first = draw_weights(10, resamples=5)
    np.testing.assert_array_equal(first, draw_weights(10, resamples=5))
    assert (first != draw_weights(10, resamples=5, seed=1)).any()


def test_replicates_equal_explicit_resampling(forecast):
    logits, labels, unit = forecast
    weights = draw_weights(20, resamples=50)
    replicates = replicate_scores(logits, labels, unit, weights)
    for number, row in enumerate(weights):
        times = row[unit].astype(int)
        rows = np.repeat(np.arange(60), times)  # each record as often as its unit is drawn
        for seed in range(2):
            drawn, drawn_labels = logits[seed, rows], labels[rows]
            expected = scores.f1_by_class(drawn.argmax(1), drawn_labels, n_classes=3)
            np.testing.assert_allclose(replicates.f1[seed, number], expected)
            assert replicates.macro_f1[seed, number] == pytest.approx(expected.mean())
            expected = scores.log_loss(drawn, drawn_labels)
            assert replicates.log_loss[seed, number] == pytest.approx(expected)
            of_class = drawn_labels == 1
            if of_class.any():
                expected = scores.log_loss(drawn[of_class], drawn_labels[of_class])
                assert replicates.class_log_loss[seed, number, 1] == pytest.approx(expected)


def test_a_class_that_a_resample_leaves_out_has_f1_0_and_no_log_loss(rng):
    labels = np.array([0, 0, 0, 1])
    weights = np.array([[1, 1, 1, 1], [2, 1, 1, 0]], float)
    logits = np.eye(2)[labels][np.newaxis]
    replicates = replicate_scores(logits, labels, np.arange(4), weights)
    np.testing.assert_array_equal(replicates.f1[0], [[1, 1], [1, 0]])
    assert np.isnan(replicates.class_log_loss[0, 1, 1])
    assert np.isfinite(replicates.log_loss).all()


def test_confusions_equal_explicit_resampling(forecast):
    logits, labels, unit = forecast
    weights = draw_weights(20, resamples=10)
    predicted = logits.argmax(axis=2)
    confusions = replicate_confusions(predicted, labels, unit, weights, n_classes=3)
    for number, row in enumerate(weights):
        rows = np.repeat(np.arange(60), row[unit].astype(int))
        for seed in range(2):
            expected = metrics.confusion_matrix(
                labels[rows], predicted[seed, rows], labels=range(3)
            )
            np.testing.assert_array_equal(confusions[seed, number], expected)


def test_means_equal_explicit_resampling_whole_and_among_some(rng):
    values, among = rng.normal(size=(2, 3, 60)), rng.random((2, 1, 60))
    unit = rng.integers(0, 20, 60)
    weights = draw_weights(20, resamples=10)
    whole = replicate_mean(values, unit, weights)
    some = replicate_mean(values, unit, weights, among=among)
    assert whole.shape == some.shape == (2, 3, 11)
    for number, row in enumerate(weights):
        rows = np.repeat(np.arange(60), row[unit].astype(int))
        np.testing.assert_allclose(whole[..., number], values[..., rows].mean(axis=-1))
        counts = np.broadcast_to(among, values.shape)[..., rows]
        expected = np.average(values[..., rows], axis=-1, weights=counts)
        np.testing.assert_allclose(some[..., number], expected)


def test_a_mean_of_nothing_is_nan():
    weights = np.array([[1.0, 1.0], [2.0, 0.0]])
    means = replicate_mean(
        np.array([[1.0, 5.0]]), np.array([0, 1]), weights, among=np.array([False, True])
    )
    assert means[0, 0] == 5
    assert np.isnan(means[0, 1])
