"""The systems that are compared, each as logits on the test split: the trained ones, the class
frequencies of train (`prior`) and, where a source knows it, the truth's own posterior (`oracle`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.layout import Layout
from intake_triage.models.predictions import read_aligned
from intake_triage.records.prepared import NO_LABEL, PreparedRecords
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS, Task

LEAST_PROBABILITY = 1e-12  # keeps the logarithm of a probability of 0 finite


@dataclass(frozen=True)
class SystemLogits:
    """One system's logits for the test records, by task.

    Attributes
    ----------
    raw, calibrated : float arrays of shape (n_seeds, n_records, n_classes)
        The same where nothing is calibrated.
    """

    raw: dict[Task, np.ndarray]
    calibrated: dict[Task, np.ndarray]


def read_systems(
    train: PreparedRecords, test: PreparedRecords, layout: Layout
) -> dict[str, SystemLogits]:
    """All systems by name: prior, the trained ones, and the oracle if the source has one."""
    record_id = test.frame["record_id"].to_numpy(str)
    systems = {"prior": prior_logits(train, n_records=len(record_id))}
    systems |= {name: read_trained(name, record_id, layout) for name in TRAINED_SYSTEMS}
    truth = pd.read_parquet(layout.oracle)
    if len(truth):
        systems["oracle"] = oracle_logits(truth, record_id, test)
    return systems


def read_trained(system: str, record_id: np.ndarray, layout: Layout) -> SystemLogits:
    """Read a trained system's raw and calibrated test logits, in the order of `record_id`."""
    raw, calibrated = (
        {task: read_aligned(path(system, task), record_id, "test").logits for task in TASKS}
        for path in (layout.predictions, layout.calibrated)
    )
    return SystemLogits(raw, calibrated)


def prior_logits(train: PreparedRecords, *, n_records: int) -> SystemLogits:
    """Give every record the class frequencies among the labelled records of train."""
    logits = {}
    for task in TASKS:
        labels = train.labels(task)
        counts = np.bincount(labels[labels != NO_LABEL], minlength=len(train.schema.classes(task)))
        row = _log_probabilities(counts / counts.sum())  # (n_classes,)
        logits[task] = np.tile(row, (1, n_records, 1))
    return SystemLogits(logits, logits)


def oracle_logits(
    truth: pd.DataFrame, record_id: np.ndarray, test: PreparedRecords
) -> SystemLogits:
    """Take posteriors from the columns record_id, urgency_0 …, specialty_0 ….

    Raises
    ------
    InputError
        If a test record or a column is absent.
    """
    frame = truth.set_index("record_id")
    columns = {
        task: [f"{task}_{k}" for k in range(len(test.schema.classes(task)))] for task in TASKS
    }
    absent = {name for names in columns.values() for name in names} - set(frame.columns)
    if absent or not set(record_id) <= set(frame.index):
        raise InputError(
            f"{Layout().oracle}: lacks {sorted(absent) or 'test records'}; run stage prepare"
        )
    logits = {
        task: _log_probabilities(frame.loc[record_id, columns[task]].to_numpy())[np.newaxis]
        for task in TASKS
    }
    return SystemLogits(logits, logits)


def _log_probabilities(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, LEAST_PROBABILITY))
