"""What calibrators and class weights are chosen and fitted on."""

from dataclasses import dataclass

import numpy as np

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
        As `records.folds.assign_folds` gives it, the same for every system that is compared.
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

    def has_label(self) -> np.ndarray:
        """Which records carry the task's label, bool of shape (n_records,)."""
        return self.labels != NO_LABEL

    def labelled(self) -> "CalibrationSample":
        """The records that carry the task's label."""
        return self.at(self.has_label())
