"""What calibrators and class weights are chosen and fitted on, and the folds it is cut into."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold

from intake_triage.errors import InputError
from intake_triage.records.prepared import NO_LABEL


@dataclass(frozen=True)
class CalibrationSample:
    """The calibrate split for one system and task.

    Attributes
    ----------
    logits : float array of shape (n_seeds, n_records, n_classes)
        Raw.
    labels : int array of shape (n_records,)
        True class indices; `NO_LABEL` where there is none.
    unit : int array of shape (n_records,)
        The group of each record.
    fold : int array of shape (n_records,)
        As `assign_folds` gives it, the same for every system that is compared.
    """

    logits: np.ndarray
    labels: np.ndarray
    unit: np.ndarray
    fold: np.ndarray

    def at(self, rows: np.ndarray) -> "CalibrationSample":
        """The records at `rows`, positions or a mask."""
        return CalibrationSample(
            self.logits[:, rows], self.labels[rows], self.unit[rows], self.fold[rows]
        )

    def labelled(self) -> "CalibrationSample":
        """The records that carry the task's label."""
        return self.at(self.labels != NO_LABEL)


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
    for number, (_, held_out) in enumerate(GroupKFold(n_folds).split(unit, groups=unit)):
        fold[held_out] = number
    return fold
