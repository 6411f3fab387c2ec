"""Nested logits owe nothing to a fold that is held out, and are by no fit to their own fold."""

from dataclasses import replace

import numpy as np
import pytest

from intake_triage.calibration.calibrators import CALIBRATORS, calibrate_seeds
from intake_triage.calibration.choice import choose_calibrator, fit_seeds
from intake_triage.calibration.nested import calibrate_nested, out_of_fold
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
    return CalibrationSample(2 * true, labels, unit, assign_folds(unit, [labels], n_folds=4))


def calibrate_out_of_fold(sample):
    return out_of_fold(calibrate_nested(sample, CANDIDATES), sample.fold)


def poison(sample, fold, rng):
    """The same with other labels in one fold."""
    labels, rows = sample.labels.copy(), sample.fold == fold
    labels[rows] = rng.integers(0, 3, rows.sum())
    return replace(sample, labels=labels)


@pytest.mark.parametrize("fold", range(4))
def test_poisoned_labels_of_a_fold_leave_alone_what_owes_it_nothing(sample, fold, rng):
    """All records where it is held out, its own among them; and the fits of its own throughout."""
    poisoned = poison(sample, fold, rng)
    before = calibrate_nested(sample, CANDIDATES)
    after = calibrate_nested(poisoned, CANDIDATES)
    rows = sample.fold == fold
    known = sample.has_label()
    np.testing.assert_array_equal(after[fold][:, known], before[fold][:, known])
    np.testing.assert_array_equal(after[fold][:, rows], before[fold][:, rows])
    others = [k for k in range(4) if k != fold]
    assert (after[others][:, :, ~rows] != before[others][:, :, ~rows]).any()
    for kind in CANDIDATES:  # where none is chosen
        before, after = (calibrate_nested(each, [kind]) for each in (sample, poisoned))
        np.testing.assert_array_equal(after[:, :, rows & known], before[:, :, rows & known])


def test_the_kind_of_a_fold_is_chosen_on_its_own_labels_too(sample):
    """Where another fold is held out: its labels may spoil the fits to others, and so a kind."""
    timid = replace(sample, logits=sample.logits / 4)
    rows = (sample.fold == 0) & sample.has_label()
    wrong = np.where(rows, sample.logits[0].argmin(axis=1), sample.labels)
    poisoned = replace(timid, labels=wrong)
    before, after = (calibrate_nested(each, CANDIDATES) for each in (timid, poisoned))
    np.testing.assert_array_equal(after[0][:, rows], before[0][:, rows])
    assert (after[1:][:, :, rows] != before[1:][:, :, rows]).any()


def test_a_kind_is_chosen_without_the_held_out_fold_and_fitted_without_the_records_own(sample):
    nested = calibrate_nested(sample, CANDIDATES)
    for held_out in range(4):
        others = sample.at(sample.fold != held_out).labelled()
        kind = choose_calibrator(others, CANDIDATES).name
        for own in set(range(4)) - {held_out}:
            rows = (sample.fold == own) & sample.has_label()
            fitted = fit_seeds(kind, others.at(others.fold != own))
            expected = calibrate_seeds(fitted, sample.logits[:, rows])
            np.testing.assert_array_equal(nested[held_out][:, rows], expected)


def test_out_of_fold_is_each_records_own(sample):
    nested = calibrate_nested(sample, CANDIDATES)
    own = out_of_fold(nested, sample.fold)
    for i, fold in enumerate(sample.fold):
        np.testing.assert_array_equal(own[:, i], nested[fold, :, i])


def test_a_fold_gets_what_is_chosen_and_fitted_on_the_others(sample):
    calibrated = calibrate_out_of_fold(sample)
    for held_out in range(4):
        rows = sample.fold == held_out
        choice = choose_calibrator(sample.at(~rows).labelled(), CANDIDATES)
        expected = calibrate_seeds(choice.fitted, sample.logits[:, rows])
        np.testing.assert_array_equal(calibrated[:, rows], expected)


def test_what_is_held_out_is_as_if_it_were_not_there(sample):
    """Nested logits of the others are the out-of-fold ones of the others alone."""
    nested = calibrate_nested(sample, ["temperature"])
    others = (sample.fold != 0) & sample.has_label()
    alone = sample.at(others)
    alone = replace(alone, fold=alone.fold - 1)
    expected = out_of_fold(calibrate_nested(alone, ["temperature"]), alone.fold)
    np.testing.assert_array_equal(nested[0][:, others], expected)


def test_over_confidence_is_mended(sample):
    calibrated = calibrate_out_of_fold(sample)
    known = sample.has_label()
    labels = sample.labels[known]
    for raw, mended in zip(sample.logits, calibrated, strict=True):
        assert log_loss(mended[known], labels) < log_loss(raw[known], labels)


def test_labels_in_two_folds_alone_are_refused(sample):
    few = replace(sample, labels=np.where(sample.fold < 2, sample.labels, NO_LABEL))
    with pytest.raises(InputError, match="fewer than 3 folds"):
        calibrate_nested(few, CANDIDATES)


def test_a_fold_without_labels_is_calibrated_by_the_others(sample):
    lacking = replace(sample, labels=np.where(sample.fold == 0, NO_LABEL, sample.labels))
    assert np.isfinite(calibrate_nested(lacking, CANDIDATES)).all()
