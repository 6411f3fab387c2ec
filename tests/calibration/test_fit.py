"""Temperature scaling finds the temperature, whatever classes the labels hold."""

import warnings

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from intake_triage.calibration.calibrators import Identity, calibrate_logits
from intake_triage.calibration.fit import fit_calibrator
from intake_triage.scores import log_loss


@pytest.mark.parametrize("n_classes", [2, 3, 12])
def test_temperature_minimises_log_loss(rng, draw_labels, n_classes):
    true = rng.normal(size=(2000, n_classes)) * 2
    labels = draw_labels(true)
    fitted = fit_calibrator("temperature", 3 * true, labels)
    best = minimize_scalar(lambda t: log_loss(3 * true / t, labels), bounds=(0.5, 10))
    assert fitted.temperature == pytest.approx(best.x, rel=1e-4)
    assert fitted.temperature == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize("kept", [[1, 2, 3], [2, 3], [2]], ids=str)
def test_a_class_absent_from_the_labels_changes_nothing(rng, draw_labels, kept):
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


def test_one_record_a_class_is_enough(rng):
    logits = rng.normal(size=(3, 3))
    assert fit_calibrator("temperature", logits, np.arange(3)).temperature > 0


def test_identity_leaves_logits_alone(rng):
    logits = rng.normal(size=(4, 3))
    fitted = fit_calibrator("identity", logits, np.array([0, 1, 2, 0]))
    assert fitted == Identity()
    np.testing.assert_array_equal(calibrate_logits(fitted, logits), logits)


@pytest.mark.parametrize("labels", [[0, -1], [0, 3], []], ids=str)
def test_what_is_no_label_is_refused(labels):
    with pytest.raises(ValueError, match=r"need labels in 0 … 2"):
        fit_calibrator("temperature", np.zeros((len(labels), 3)), np.array(labels, int))
