"""Calibrated logits of the calibrate split as a new record would get them: by nested cross-fitting.

What is chosen on records looks better on them than it is. So for each fold both the choice of a
calibrator and its fit are made anew on the other folds, and applied to that fold alone. Whatever is
fitted to such logits in turn is judged on a fold by a fit that has not seen it either: so for each
fold that is held out all other folds have logits that owe it nothing.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from intake_triage.calibration.calibrators import Calibrator, calibrate_seeds
from intake_triage.calibration.choice import (
    FittedByFold,
    calibrate_held_out,
    fit_seeds,
    score_candidates,
    simplest_close,
)
from intake_triage.calibration.sample import CalibrationSample
from intake_triage.errors import InputError

FittedByPair = dict[frozenset[int], tuple[Calibrator, ...]]  # by two folds, a calibrator a seed


def calibrate_nested(sample: CalibrationSample, candidates: Sequence[str]) -> np.ndarray:
    """Calibrate each record by a fit without its own fold and without each fold that is held out.

    Parameters
    ----------
    sample : CalibrationSample
        A record without a label decides nothing, and is the same whatever is held out.
    candidates : sequence of str
        Names in `CALIBRATORS`.

    Returns
    -------
    float64 array of shape (n_folds, n_seeds, n_records, n_classes)
        ``[k, :, i]`` owes nothing to the labels of fold k, where record i has a label. Nor was its
        calibrator fitted to the labels of i's own fold; only which kind it is was chosen on all
        folds but k, i's own among them. Where i lies in fold k these are its out-of-fold logits
        (`out_of_fold`), and both choice and fit are without its fold.

    Raises
    ------
    InputError
        If the labels lie in fewer than 3 folds: one is held out, and of the others one is to fit
        on where another is to choose on.

    References
    ----------
    Varma, Simon (2006), Bias in error estimation when using cross-validation for model selection.
    """
    labelled = sample.labelled()
    if len(np.unique(labelled.fold)) < 3:
        raise InputError("the labels of the calibrate split lie in fewer than 3 folds of groups")
    folds = np.unique(sample.fold).tolist()
    by_pair = {name: _fit_by_pair(name, labelled, folds) for name in candidates}
    own = np.empty(sample.logits.shape)  # each record without its own fold
    inner = []
    for fold in folds:
        others = labelled.at(labelled.fold != fold)
        by_fold = {name: _without(fold, fitted, others) for name, fitted in by_pair.items()}
        chosen = simplest_close(score_candidates(by_fold, others))
        inner.append(calibrate_held_out(by_fold[chosen], others))
        held_out = sample.fold == fold
        own[:, held_out] = calibrate_seeds(fit_seeds(chosen, others), sample.logits[:, held_out])
    nested = np.tile(own, (len(folds), 1, 1, 1))
    for k, fold in enumerate(folds):
        rows = (sample.fold != fold) & sample.has_label()
        nested[k][:, rows] = inner[k]
    return nested


def out_of_fold(nested: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Of nested logits, (n_folds, ..., n_records, n_classes), each record's without its fold."""
    by_record = np.moveaxis(nested, -2, 1)  # (n_folds, n_records, ..., n_classes)
    return np.moveaxis(by_record[fold, np.arange(len(fold))], 0, -2)


def _fit_by_pair(name: str, sample: CalibrationSample, folds: Sequence[int]) -> FittedByPair:
    """For each two folds, calibrators fitted on all the rest.

    Each serves twice: with either fold held out, it is what the choice sees of the other.
    """
    return {
        frozenset(pair): fit_seeds(name, sample.at(~np.isin(sample.fold, pair)))
        for pair in combinations(folds, 2)
    }


def _without(held_out: int, by_pair: FittedByPair, others: CalibrationSample) -> FittedByFold:
    """For each fold of `others`, the calibrators fitted without it and `held_out`."""
    return {fold: by_pair[frozenset((held_out, fold))] for fold in np.unique(others.fold).tolist()}
