"""The test split with its labels: read here alone, and only to compare finished systems."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.records.prepared import (
    NO_LABEL,
    TEST_LABELS,
    PreparedRecords,
    encode_labels,
)
from intake_triage.statistics.disclosure import SMALLEST_SHOWN
from intake_triage.tasks import TASKS, Task

MISSING = "missing"  # stands for the value of a subgroup that a record does not have


@dataclass(frozen=True)
class Labelled:
    """The records that carry a task's label.

    Attributes
    ----------
    rows : int array of shape (n_labelled,)
        Their places in the split.
    labels : int array of shape (n_labelled,)
        Class indices.
    unit : int array of shape (n_labelled,)
        Numbers of their units in the split.
    """

    rows: np.ndarray
    labels: np.ndarray
    unit: np.ndarray

    def where(self, mask: np.ndarray) -> "Labelled":
        """Some of them; `mask` is a bool array of shape (n_labelled,)."""
        return Labelled(self.rows[mask], self.labels[mask], self.unit[mask])

    @property
    def n_units(self) -> int:
        """Number of units with at least one of them."""
        return len(np.unique(self.unit))

    @property
    def in_groups(self) -> bool:
        """Whether some of them share a unit."""
        return self.n_units < len(self.unit)


@dataclass(frozen=True)
class HeldOut:
    """The test records.

    Attributes
    ----------
    record_id : str array of shape (n_records,)
    unit : int array of shape (n_records,)
        In ``range(n_units)``: the groups that resampling keeps together.
    labels : by task, int arrays of shape (n_records,)
        Class indices; `NO_LABEL` where there is none.
    classes : by task, the class names
    subgroups : by column, str arrays of shape (n_records,)
        `MISSING` where the record has no value.
    """

    record_id: np.ndarray
    unit: np.ndarray
    labels: dict[Task, np.ndarray]
    classes: dict[Task, tuple[str, ...]]
    subgroups: dict[str, np.ndarray]

    @property
    def n_units(self) -> int:
        return int(self.unit.max()) + 1

    def has_label(self, task: Task) -> np.ndarray:
        """Which records carry the task's label, bool of shape (n_records,)."""
        return self.labels[task] != NO_LABEL

    def count_units(self, task: Task) -> int:
        """Number of units with at least one label of the task."""
        return len(np.unique(self.unit[self.has_label(task)]))

    def labelled(self, task: Task) -> Labelled:
        """The records that carry the task's label."""
        return labelled_records(self.labels[task], self.unit)

    def classes_to_show(self, task: Task) -> dict[int, str]:
        """Index and name of the classes with enough people to be shown on their own."""
        labels = self.labels[task][self.has_label(task)]
        counts = np.bincount(labels, minlength=len(self.classes[task]))
        return {k: name for k, name in enumerate(self.classes[task]) if counts[k] >= SMALLEST_SHOWN}


def labelled_records(labels: np.ndarray, unit: np.ndarray) -> Labelled:
    """Those records of a split whose label is not `NO_LABEL`; int arrays of shape (n_records,)."""
    rows = np.flatnonzero(labels != NO_LABEL)
    return Labelled(rows, labels[rows], unit[rows])


def read_test_labels(test: PreparedRecords, path: Path = TEST_LABELS) -> HeldOut:
    """Join the labels in `path` to the records of the test split.

    Parameters
    ----------
    test : PreparedRecords
        The test split, ``read_prepared().of_split("test")``.
    path : Path
        A Parquet file with the columns record_id, urgency, specialty; null is no label.

    Raises
    ------
    InputError
        If the file and the split do not hold the same records, or a label is no known class.
    """
    names = pd.read_parquet(path).set_index("record_id")
    record_id = test.frame["record_id"].to_numpy(str)
    if len(record_id) == 0 or len(names) != len(record_id) or set(names.index) != set(record_id):
        raise InputError(f"{path}: not the records of the test split; run stage prepare again")
    names = names.loc[record_id]
    labels: dict[Task, np.ndarray] = {}
    for task in TASKS:
        unknown = set(names[task].dropna()) - set(test.schema.classes(task))
        if unknown:
            raise InputError(f"{path}: {task} {min(unknown)!r} is no class of schema.json")
        labels[task] = encode_labels(names[task], test.schema.classes(task))
        if (labels[task] == NO_LABEL).all():
            raise InputError(f"{path}: no test record has a label for {task}")
    return HeldOut(
        record_id,
        unit_numbers(test),
        labels,
        {task: test.schema.classes(task) for task in TASKS},
        {
            column: test.frame[column].astype(object).fillna(MISSING).to_numpy(str)
            for column in test.schema.subgroups
        },
    )


def unit_numbers(records: PreparedRecords) -> np.ndarray:
    """The units of a split numbered from 0 without gaps, int array of shape (n_records,)."""
    return np.unique(records.frame["unit"].to_numpy(), return_inverse=True)[1]
