"""Out-of-fold logits: what a fold's own labels say has no part in them."""

import numpy as np
import pytest

from intake_triage.calibration.calibrators import CALIBRATORS, calibrate_seeds
from intake_triage.calibration.choice import assign_folds, choose_calibrator
from intake_triage.calibration.nested import calibrate_out_of_fold
from intake_triage.errors import InputError
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
    return 2 * true, labels, unit, assign_folds(unit, n_folds=4)


@pytest.mark.parametrize("held_out", range(4))
def test_poisoned_labels_of_a_fold_leave_its_own_logits_alone(sample, held_out, rng):
    logits, labels, unit, fold = sample
    before = calibrate_out_of_fold(logits, labels, unit, fold, candidates=CANDIDATES)
    poisoned, mine = labels.copy(), fold == held_out
    poisoned[mine] = rng.integers(0, 3, mine.sum())
    after = calibrate_out_of_fold(logits, poisoned, unit, fold, candidates=CANDIDATES)
    np.testing.assert_array_equal(after[:, mine], before[:, mine])
    assert (after[:, ~mine] != before[:, ~mine]).any()


def test_a_fold_gets_what_is_chosen_and_fitted_on_the_others(sample):
    logits, labels, unit, fold = sample
    calibrated = calibrate_out_of_fold(logits, labels, unit, fold, candidates=CANDIDATES)
    for held_out in range(4):
        mine, seen = fold == held_out, (fold != held_out) & (labels != NO_LABEL)
        choice = choose_calibrator(
            logits[:, seen], labels[seen], unit[seen], fold[seen], candidates=CANDIDATES
        )
        expected = calibrate_seeds(choice.fitted, logits[:, mine])
        np.testing.assert_array_equal(calibrated[:, mine], expected)


def test_over_confidence_is_mended(sample):
    logits, labels, unit, fold = sample
    calibrated = calibrate_out_of_fold(logits, labels, unit, fold, candidates=CANDIDATES)
    rows = labels != NO_LABEL
    for raw, mended in zip(logits, calibrated, strict=True):
        assert log_loss(mended[rows], labels[rows]) < log_loss(raw[rows], labels[rows])


def test_labels_in_two_folds_alone_are_refused(sample):
    logits, labels, unit, fold = sample
    few = np.where(fold < 2, labels, NO_LABEL)
    with pytest.raises(InputError, match="fewer than 3 folds"):
        calibrate_out_of_fold(logits, few, unit, fold, candidates=CANDIDATES)


def test_a_fold_without_labels_is_calibrated_by_the_others(sample):
    logits, labels, unit, fold = sample
    lacking = np.where(fold == 0, NO_LABEL, labels)
    calibrated = calibrate_out_of_fold(logits, lacking, unit, fold, candidates=CANDIDATES)
    assert np.isfinite(calibrated).all()
