"""Calibrated logits of the calibrate split as a new record would get them: by nested cross-fitting.

What is chosen on records looks better on them than it is. So for each fold both the choice of a
calibrator and its fit are made anew on the other folds, and applied to that fold alone.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from intake_triage.calibration.calibrators import Calibrator, calibrate_seeds
from intake_triage.calibration.choice import (
    FittedByFold,
    fit_seeds,
    score_candidates,
    simplest_close,
)
from intake_triage.errors import InputError
from intake_triage.records.prepared import NO_LABEL

FittedByPair = dict[frozenset[int], tuple[Calibrator, ...]]  # by two folds, a calibrator a seed


def calibrate_out_of_fold(
    logits: np.ndarray,
    labels: np.ndarray,
    unit: np.ndarray,
    fold: np.ndarray,
    *,
    candidates: Sequence[str],
) -> np.ndarray:
    """Calibrate each fold by a calibrator chosen and fitted on the other folds, seed by seed.

    Parameters
    ----------
    logits : float array of shape (n_seeds, n_records, n_classes)
        Raw.
    labels : int array of shape (n_records,)
        True class indices; `NO_LABEL` where there is none. Such a record decides nothing and is
        calibrated as the others of its fold are.
    unit, fold : int arrays of shape (n_records,)
        As in `choose_calibrator`.
    candidates : sequence of str
        Names in `CALIBRATORS`.

    Returns
    -------
    float64 array of shape (n_seeds, n_records, n_classes)

    Raises
    ------
    InputError
        If the labels lie in fewer than 3 folds: one is held out, and of the others one is to fit
        on where another is to choose on.

    References
    ----------
    Varma, Simon (2006), Bias in error estimation when using cross-validation for model selection.
    """
    labelled = labels != NO_LABEL
    if len(np.unique(fold[labelled])) < 3:
        raise InputError("the labels of the calibrate split lie in fewer than 3 folds of groups")
    by_pair = {
        name: _fit_by_pair(
            name,
            logits[:, labelled],
            labels[labelled],
            fold[labelled],
            pairs=list(combinations(np.unique(fold).tolist(), 2)),
        )
        for name in candidates
    }
    calibrated = np.empty(logits.shape)
    for held_out in np.unique(fold):
        mine, seen = fold == held_out, labelled & (fold != held_out)
        others = logits[:, seen], labels[seen], unit[seen], fold[seen]
        by_fold = {name: _without(held_out, fitted, fold[seen]) for name, fitted in by_pair.items()}
        chosen = simplest_close(score_candidates(by_fold, *others))
        fitted = fit_seeds(chosen, logits[:, seen], labels[seen])
        calibrated[:, mine] = calibrate_seeds(fitted, logits[:, mine])
    return calibrated


def _fit_by_pair(
    name: str,
    logits: np.ndarray,
    labels: np.ndarray,
    fold: np.ndarray,
    *,
    pairs: list[tuple[int, int]],
) -> FittedByPair:
    """For each two folds, calibrators fitted on all the rest.

    Each serves twice: with either fold held out, it is what the choice sees of the other.
    """
    fitted = {}
    for pair in pairs:
        rest = ~np.isin(fold, pair)
        fitted[frozenset(pair)] = fit_seeds(name, logits[:, rest], labels[rest])
    return fitted


def _without(held_out: int, by_pair: FittedByPair, fold: np.ndarray) -> FittedByFold:
    """For each of the other folds, the calibrators fitted without it and `held_out`."""
    return {
        int(other): by_pair[frozenset((int(held_out), int(other)))] for other in np.unique(fold)
    }
