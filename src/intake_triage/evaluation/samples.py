"""A split with its labels and bootstrap weights, and the parts of it that figures are about."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from intake_triage.errors import InputError
from intake_triage.files import read_parquet
from intake_triage.layout import Layout
from intake_triage.records.prepared import NO_LABEL, PreparedRecords, encode_labels
from intake_triage.statistics.bootstrap import draw_weights, replicate_mean
from intake_triage.tasks import Task

MISSING = "missing"  # stands for the value of a subgroup that a record does not have


@dataclass(frozen=True)
class Sample:
    """The records of a split that carry a task's label.

    Attributes
    ----------
    rows, labels, unit : int arrays of shape (n_labelled,)
        Their places in the split, class indices, and numbers of their units in the split.
    weights : float array of shape (n_weights, n_units)
        Bootstrap weights of all units of the split.
    smallest_shown : int
        As the split has it.
    """

    rows: np.ndarray
    labels: np.ndarray
    unit: np.ndarray
    weights: np.ndarray
    smallest_shown: int

    @property
    def n_units(self) -> int:
        """Number of units with at least one of the records."""
        return len(np.unique(self.unit))

    @property
    def in_groups(self) -> bool:
        """Whether some of the records share a unit."""
        return self.n_units < len(self.unit)

    def mean(self, values: np.ndarray, *, among: np.ndarray | None = None) -> np.ndarray:
        """`replicate_mean` over the records, (..., n_labelled) to (..., n_weights)."""
        return replicate_mean(values, self.unit, self.weights, among=among)


@dataclass(frozen=True)
class LabelledSplit:
    """The records of a split with their labels.

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
    weights : float array of shape (n_weights, n_units)
        Bootstrap weights, as `draw_weights` gives them.
    smallest_shown : int
        The smallest count of its people that may be shown (`smallest_to_show`).
    """

    record_id: np.ndarray
    unit: np.ndarray
    labels: dict[Task, np.ndarray]
    classes: dict[Task, tuple[str, ...]]
    subgroups: dict[str, np.ndarray]
    weights: np.ndarray
    smallest_shown: int

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that there are labels of."""
        return tuple(self.classes)

    @property
    def n_units(self) -> int:
        return int(self.unit.max()) + 1

    def has_label(self, task: Task) -> np.ndarray:
        """Which records carry the task's label, bool of shape (n_records,)."""
        return self.labels[task] != NO_LABEL

    def has_both(self) -> np.ndarray:
        """Which records carry both labels, bool of shape (n_records,)."""
        return np.logical_and.reduce([self.has_label(task) for task in self.tasks])

    def sample(self, task: Task) -> Sample:
        """The records that carry the task's label."""
        rows = np.flatnonzero(self.has_label(task))
        unit = self.unit[rows]
        return Sample(rows, self.labels[task][rows], unit, self.weights, self.smallest_shown)

    def classes_to_show(self, task: Task) -> dict[int, str]:
        """Index and name of the classes with enough people to be shown on their own.

        A class of nobody has no figures, whatever may be shown.
        """
        labels = self.labels[task][self.has_label(task)]
        counts = np.bincount(labels, minlength=len(self.classes[task]))
        enough = counts >= max(self.smallest_shown, 1)
        return {k: name for k, name in enumerate(self.classes[task]) if enough[k]}

    def where(self, rows: np.ndarray) -> "LabelledSplit":
        """Some of the records, `rows` a bool array of shape (n_records,), without subgroups."""
        units, unit = np.unique(self.unit[rows], return_inverse=True)
        return LabelledSplit(
            self.record_id[rows],
            unit,
            {task: labels[rows] for task, labels in self.labels.items()},
            self.classes,
            {},
            self.weights[:, units],
            self.smallest_shown,
        )

    @cached_property
    def tiers(self) -> tuple[str, ...]:
        """The urgency tiers, most urgent first; none where urgency is no task."""
        return self.classes.get("urgency", ())


def read_test_split(
    test: PreparedRecords, *, resamples: int, smallest_shown: int, layout: Layout = Layout()
) -> LabelledSplit:
    """Join the test labels, read here alone, to the records of the test split.

    The file has the columns record_id, urgency, specialty; null is no label. `smallest_shown` is
    that of the records' source (`smallest_to_show`).

    Raises
    ------
    InputError
        If the file and the split do not hold the same records, or a label is no known class.
    """
    path = layout.test_labels
    names = read_parquet(path).set_index("record_id")
    record_id = test.frame["record_id"].to_numpy(str)
    if len(record_id) == 0 or len(names) != len(record_id) or set(names.index) != set(record_id):
        raise InputError(f"{path}: not the records of the test split; run stage prepare again")
    names = names.loc[record_id]
    labels: dict[Task, np.ndarray] = {}
    for task in test.schema.tasks:
        unknown = set(names[task].dropna()) - set(test.schema.classes(task))
        if unknown:
            raise InputError(f"{path}: {task} {min(unknown)!r} is no class of schema.json")
        labels[task] = encode_labels(names[task], test.schema.classes(task))
        if (labels[task] == NO_LABEL).all():
            raise InputError(f"{path}: no test record has a label for {task}")
    return _label(test, labels, resamples=resamples, smallest_shown=smallest_shown)


def label_split(records: PreparedRecords, *, resamples: int, smallest_shown: int) -> LabelledSplit:
    """A split whose labels lie in its records: any but test; otherwise as `read_test_split`."""
    labels = {task: records.labels(task) for task in records.schema.tasks}
    return _label(records, labels, resamples=resamples, smallest_shown=smallest_shown)


def _label(
    records: PreparedRecords,
    labels: dict[Task, np.ndarray],
    *,
    resamples: int,
    smallest_shown: int,
) -> LabelledSplit:
    unit = np.unique(records.frame["unit"].to_numpy(), return_inverse=True)[1]
    return LabelledSplit(
        record_id=records.frame["record_id"].to_numpy(str),
        unit=unit,
        labels=labels,
        classes={task: records.schema.classes(task) for task in labels},
        subgroups={
            column: records.frame[column].astype(object).fillna(MISSING).to_numpy(str)
            for column in records.schema.subgroups
        },
        weights=draw_weights(int(unit.max()) + 1, resamples=resamples),
        smallest_shown=smallest_shown,
    )
