"""Which calibrator a system gets for a task: the least cross-fitted log-loss, seeds pooled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold

from intake_triage.calibration.calibrators import Calibrator, calibrate_logits
from intake_triage.calibration.fit import fit_calibrator
from intake_triage.errors import InputError
from intake_triage.scores import brier, log_loss


@dataclass(frozen=True)
class CalibratorChoice:
    """The calibrator of one system and task, and what it is worth.

    Attributes
    ----------
    name : the candidate chosen
    fitted : one calibrator a seed, fitted on the whole of the split
    scores : means over seeds on the split, for the raw logits (`raw_log_loss`, `raw_brier`) and for
        those calibrated by a fit that has not seen the record's fold (`log_loss`, `brier`)
    """

    name: str
    fitted: tuple[Calibrator, ...]
    scores: dict[str, float]


def assign_folds(unit: np.ndarray, *, n_folds: int) -> np.ndarray:
    """Number of the fold of each record; a unit never crosses folds.

    Parameters
    ----------
    unit : int array of shape (n_records,)
    n_folds : int
        At least 2.

    Returns
    -------
    int array of shape (n_records,)
        In ``range(n_folds)``.

    Raises
    ------
    InputError
        If there are fewer units than folds.
    """
    n_units = len(np.unique(unit))
    if n_units < n_folds:
        raise InputError(
            f"calibrate.folds: got {n_folds}, but the calibrate split has {n_units} groups; "
            "it may be at most that"
        )
    fold = np.empty(len(unit), np.int64)
    splits = GroupKFold(n_folds).split(unit, groups=unit)
    for number, (_, held_out) in enumerate(splits):
        fold[held_out] = number
    return fold


def choose_calibrator(
    logits: np.ndarray, labels: np.ndarray, fold: np.ndarray, *, candidates: Sequence[str]
) -> CalibratorChoice:
    """Choose among `candidates` by cross-fitted log-loss pooled over seeds, then fit each seed.

    Parameters
    ----------
    logits : float array of shape (n_seeds, n_records, n_classes)
        Raw.
    labels : int array of shape (n_records,)
        True class indices; records without a label are left out.
    fold : int array of shape (n_records,)
        As `assign_folds` gives it; the same for every system that is compared.
    candidates : sequence of str
        Names that `fit_calibrator` knows; the first of equals is taken.

    Raises
    ------
    InputError
        If the labels lie in one fold alone.
    """
    if len(np.unique(fold)) < 2:
        raise InputError("the labels of the calibrate split lie in fewer than 2 folds of groups")
    cross_fitted = {
        name: np.stack([cross_fit(name, seed_logits, labels, fold) for seed_logits in logits])
        for name in candidates
    }  # each (n_seeds, n_records, n_classes)
    losses = {name: _mean_score(log_loss, cross_fitted[name], labels) for name in candidates}
    chosen = min(candidates, key=losses.__getitem__)
    return CalibratorChoice(
        name=chosen,
        fitted=tuple(fit_calibrator(chosen, seed_logits, labels) for seed_logits in logits),
        scores={
            "raw_log_loss": _mean_score(log_loss, logits, labels),
            "log_loss": losses[chosen],
            "raw_brier": _mean_score(brier, logits, labels),
            "brier": _mean_score(brier, cross_fitted[chosen], labels),
        },
    )


def cross_fit(name: str, logits: np.ndarray, labels: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Calibrate every record by a fit on the other folds, float64 of `logits`' shape."""
    calibrated = np.empty(logits.shape)
    for number in np.unique(fold):
        held_out = fold == number
        calibrator = fit_calibrator(name, logits[~held_out], labels[~held_out])
        calibrated[held_out] = calibrate_logits(calibrator, logits[held_out])
    return calibrated


def _mean_score(score, logits: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean([score(seed_logits, labels) for seed_logits in logits]))
