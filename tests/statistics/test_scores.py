"""The scores equal scikit-learn's, and refuse what is no label."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn import metrics

from intake_triage.statistics import scores


@pytest.fixture
def forecast():
    rng = np.random.default_rng(1)
    return rng.normal(size=(300, 5)) * 3, rng.integers(0, 5, 300)


def test_log_loss_equals_scikit_learn(forecast):
    logits, labels = forecast
    expected = metrics.log_loss(labels, softmax(logits, axis=1), labels=range(5))
    assert scores.log_loss(logits, labels) == pytest.approx(expected, rel=1e-12)


def test_brier_equals_scikit_learn(forecast):
    logits, labels = forecast
    expected = metrics.brier_score_loss(
        labels, softmax(logits, axis=1), labels=range(5), scale_by_half=False
    )
    assert scores.brier(logits, labels) == pytest.approx(expected, rel=1e-12)


def test_macro_f1_equals_scikit_learn(forecast):
    logits, labels = forecast
    expected = metrics.f1_score(labels, logits.argmax(1), average="macro")
    assert scores.macro_f1(logits.argmax(1), labels, n_classes=5) == pytest.approx(expected)


def test_macro_f1_is_over_the_classes_that_the_labels_hold():
    labels, predicted = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1])
    assert scores.macro_f1(labels, labels, n_classes=4) == 1
    by_class = scores.f1_by_class(predicted, labels, n_classes=4)
    np.testing.assert_allclose(by_class, [2 / 3, 1, 0, 0])
    assert scores.macro_f1(predicted, labels, n_classes=4) == pytest.approx(5 / 6)


def test_scores_ignore_a_shift_of_all_logits(forecast):
    logits, labels = forecast
    shifted = logits + 1000.0
    assert scores.log_loss(shifted, labels) == pytest.approx(scores.log_loss(logits, labels))
    assert scores.brier(shifted, labels) == pytest.approx(scores.brier(logits, labels))


@pytest.mark.parametrize("score", [scores.log_loss, scores.brier])
def test_float32_logits_are_scored_in_float64(forecast, score):
    logits, labels = forecast
    logits = logits.astype(np.float32)
    assert score(logits, labels) == pytest.approx(score(np.float64(logits), labels), rel=1e-14)


@pytest.mark.parametrize("score", [scores.log_loss, scores.brier])
@pytest.mark.parametrize("wrong", [-1, 5])
def test_a_record_without_label_is_refused(forecast, score, wrong):
    logits, labels = forecast
    labels[7] = wrong
    lying = f"must lie in 0 … 4, got {labels.min()} … {labels.max()}; .*without a label"
    with pytest.raises(ValueError, match=lying):
        score(logits, labels)


def test_macro_f1_refuses_a_record_without_label(forecast):
    logits, labels = forecast
    labels[7] = -1
    with pytest.raises(ValueError, match="without a label"):
        scores.macro_f1(logits.argmax(1), labels, n_classes=5)


def test_no_records_are_refused():
    with pytest.raises(ValueError, match="expected 0 > 0 labels"):
        scores.log_loss(np.empty((0, 3)), np.empty(0, int))
