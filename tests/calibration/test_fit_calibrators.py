"""Each calibrator is its library's, whatever classes and probabilities it meets."""

import json
import warnings

import numpy as np
import pytest
from probmetrics.calibrators import SMSCalibrator
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.isotonic import IsotonicRegression

from intake_triage.calibration.calibrators import (
    CALIBRATORS,
    Identity,
    calibrator_to_dict,
)
from intake_triage.calibration.fit_calibrators import fit_calibrator
from intake_triage.statistics.scores import log_loss


@pytest.mark.parametrize("n_classes", [2, 3, 12])
def test_temperature_minimises_log_loss(rng, draw_labels, n_classes):
    true = rng.normal(size=(2000, n_classes)) * 2
    labels = draw_labels(true)
    fitted = fit_calibrator("temperature", 3 * true, labels)
    best = minimize_scalar(lambda t: log_loss(3 * true / t, labels), bounds=(0.5, 10))
    assert fitted.temperature == pytest.approx(best.x, rel=1e-4)
    assert fitted.temperature == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize("kept", [[1, 2, 3], [2, 3], [2]], ids=str)
def test_a_class_absent_from_the_labels_leaves_the_temperature(rng, draw_labels, kept):
    """scikit-learn alone takes three classes for a problem of three logits."""
    logits = rng.normal(size=(1500, 4)) * 2
    labels = draw_labels(logits / 2)
    rows = np.isin(labels, kept)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = fit_calibrator("temperature", logits[rows], labels[rows])
    best = minimize_scalar(lambda t: log_loss(logits[rows] / t, labels[rows]), bounds=(0.1, 20))
    assert fitted.temperature == pytest.approx(best.x, rel=1e-3)


def test_logits_that_look_like_probabilities_are_taken_as_logits(rng, draw_labels):
    logits = rng.dirichlet(np.ones(3), size=3000)
    labels = draw_labels(logits * 4)
    assert fit_calibrator("temperature", logits, labels).temperature == pytest.approx(0.25, rel=0.1)


def test_identity_leaves_logits_alone(rng):
    logits = rng.normal(size=(4, 3))
    fitted = fit_calibrator("identity", logits, np.array([0, 1, 2, 0]))
    assert fitted == Identity()
    np.testing.assert_array_equal(fitted.apply(logits), logits)


@pytest.mark.parametrize("n_classes", [2, 4, 12])
def test_sms_is_that_of_probmetrics(rng, draw_labels, n_classes):
    logits, fresh = rng.normal(size=(2, 1500, n_classes)) * 3
    labels = draw_labels(logits / 2 + rng.normal(size=n_classes))
    theirs = SMSCalibrator().fit(softmax(logits, axis=1), labels)
    fitted = fit_calibrator("sms", logits, labels)
    for each in (logits, fresh, 1000 * fresh):  # the last gives probabilities of exactly 0 and 1
        np.testing.assert_allclose(
            softmax(fitted.apply(each), axis=1),
            theirs.predict_proba(softmax(each, axis=1)),
            rtol=1e-5,
            atol=1e-7,
        )


def test_isotonic_is_that_of_scikit_learn(rng, draw_labels):
    logits = rng.normal(size=(800, 4)) * 2
    labels = draw_labels(logits / 2)
    fresh = rng.normal(size=(500, 4)) * 6  # also beyond the curves' ends
    fitted = fit_calibrator("isotonic", logits, labels)
    columns = [
        IsotonicRegression(out_of_bounds="clip").fit(p, labels == k).predict(q)
        for k, (p, q) in enumerate(
            zip(softmax(logits, axis=1).T, softmax(fresh, axis=1).T, strict=True)
        )
    ]
    curves = np.stack(columns, axis=1)
    assert (curves.sum(axis=1) > 0).all()
    prior = (np.bincount(labels) + 1) / (800 + 4)
    share = 1 / (1 + np.sqrt(800))
    expected = (1 - share) * curves / curves.sum(axis=1, keepdims=True) + share * prior
    np.testing.assert_allclose(np.exp(fitted.apply(fresh)), expected)


def _is_usable(name: str, logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Fit without a warning; the probabilities, after checks that they are some."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = fit_calibrator(name, logits, labels)
        calibrated = fitted.apply(logits)
    json.dumps(calibrator_to_dict(fitted), allow_nan=False)
    assert np.isfinite(calibrated).all()
    return softmax(calibrated, axis=1)


@pytest.mark.parametrize("name", CALIBRATORS)
@pytest.mark.parametrize("kept", [[0, 1, 3], [2]], ids=str)
def test_a_class_may_be_absent_from_the_labels(rng, draw_labels, name, kept):
    logits = rng.normal(size=(600, 4)) * 2
    labels = draw_labels(logits / 2)
    rows = np.isin(labels, kept)
    assert (_is_usable(name, logits[rows], labels[rows]) > 0).all()


@pytest.mark.parametrize("name", CALIBRATORS)
def test_one_record_a_class_is_enough(rng, name):
    _is_usable(name, rng.normal(size=(3, 3)), np.arange(3))


@pytest.mark.parametrize("name", CALIBRATORS)
def test_one_record_of_one_class_is_enough(rng, draw_labels, name):
    logits = rng.normal(size=(600, 4)) * 2
    labels = draw_labels(logits / 2)
    rows = (labels != 3) | (np.arange(600) == np.argmax(labels == 3))
    assert (labels[rows] == 3).sum() == 1
    assert (_is_usable(name, logits[rows], labels[rows]) > 0).all()


@pytest.mark.parametrize("name", CALIBRATORS)
@pytest.mark.parametrize("share_right", [0.0, 0.7, 1.0])
def test_probabilities_of_exactly_0_and_1(rng, name, share_right):
    labels = rng.integers(0, 4, 400)
    said = np.where(rng.random(400) < share_right, labels, (labels + 1) % 4)
    logits = 2000 * np.eye(4)[said]
    assert set(softmax(logits, axis=1).ravel()) == {0.0, 1.0}
    probabilities = _is_usable(name, logits, labels)
    if name != "identity" and share_right == 0.7:
        right = probabilities[np.arange(400), said]
        assert right == pytest.approx(np.mean(said == labels), abs=0.06)


@pytest.mark.parametrize("name", CALIBRATORS)
@pytest.mark.parametrize("labels", [[0, -1], [0, 3], []], ids=str)
def test_what_is_no_label_is_refused(name, labels):
    with pytest.raises(ValueError, match=r"need labels in 0 … 2"):
        fit_calibrator(name, np.zeros((len(labels), 3)), np.array(labels, int))


@pytest.mark.parametrize("name", CALIBRATORS)
@pytest.mark.parametrize("wrong", [np.inf, np.nan])
def test_a_logit_that_is_not_finite_is_refused(name, wrong):
    with pytest.raises(ValueError, match="need finite logits"):
        fit_calibrator(name, np.array([[0.0, wrong]]), np.array([0]))


@pytest.mark.parametrize("name", ["sms", "isotonic"])
def test_a_surprise_has_a_bounded_cost(rng, draw_labels, name):
    logits = rng.normal(size=(900, 3)) * 4
    fitted = fit_calibrator(name, logits, draw_labels(logits))
    extreme = fitted.apply(np.array([[900.0, 0.0, -900.0]]))
    assert softmax(extreme, axis=1).min() > 1e-6
