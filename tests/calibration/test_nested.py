"""Out-of-fold logits: what a fold's own labels say has no part in them."""

from dataclasses import replace

import numpy as np
import pytest

from intake_triage.calibration.calibrators import CALIBRATORS, calibrate_seeds
from intake_triage.calibration.choice import choose_calibrator
from intake_triage.calibration.nested import calibrate_out_of_fold
from intake_triage.calibration.sample import CalibrationSample
from intake_triage.errors import InputError
from intake_triage.records.folds import assign_folds
from intake_triage.records.prepared import NO_LABEL
from intake_triage.statistics.scores import log_loss

CANDIDATES = list(CALIBRATORS)
N_RECORDS = 300


@pytest.fixture
def sample(rng, draw_labels):
    """Over-confident logits of two seeds, labels with gaps, units of two records, four folds."""
    true = rng.normal(size=(2, N_RECORDS, 3))
    labels = draw_labels(true[0])
    labels[::9] = NO_LABEL
    unit = np.arange(N_RECORDS) // 2
    return CalibrationSample(2 * true, labels, unit, assign_folds(unit, n_folds=4))


@pytest.mark.parametrize("held_out", range(4))
def test_poisoned_labels_of_a_fold_leave_its_own_logits_alone(sample, held_out, rng):
    before = calibrate_out_of_fold(sample, CANDIDATES)
    poisoned, rows = sample.labels.copy(), sample.fold == held_out
    poisoned[rows] = rng.integers(0, 3, rows.sum())
    after = calibrate_out_of_fold(replace(sample, labels=poisoned), CANDIDATES)
    np.testing.assert_array_equal(after[:, rows], before[:, rows])
    assert (after[:, ~rows] != before[:, ~rows]).any()


def test_a_fold_gets_what_is_chosen_and_fitted_on_the_others(sample):
    calibrated = calibrate_out_of_fold(sample, CANDIDATES)
    for held_out in range(4):
        rows = sample.fold == held_out
        choice = choose_calibrator(sample.at(~rows).labelled(), CANDIDATES)
        expected = calibrate_seeds(choice.fitted, sample.logits[:, rows])
        np.testing.assert_array_equal(calibrated[:, rows], expected)


def test_over_confidence_is_mended(sample):
    calibrated = calibrate_out_of_fold(sample, CANDIDATES)
    known = sample.labels != NO_LABEL
    labels = sample.labels[known]
    for raw, mended in zip(sample.logits, calibrated, strict=True):
        assert log_loss(mended[known], labels) < log_loss(raw[known], labels)


def test_labels_in_two_folds_alone_are_refused(sample):
    few = replace(sample, labels=np.where(sample.fold < 2, sample.labels, NO_LABEL))
    with pytest.raises(InputError, match="fewer than 3 folds"):
        calibrate_out_of_fold(few, CANDIDATES)


def test_a_fold_without_labels_is_calibrated_by_the_others(sample):
    lacking = replace(sample, labels=np.where(sample.fold == 0, NO_LABEL, sample.labels))
    calibrated = calibrate_out_of_fold(lacking, CANDIDATES)
    assert np.isfinite(calibrated).all()
