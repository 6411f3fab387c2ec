"""What the systems say of the records: the trained ones, the class frequencies of train (`prior`)
and, where a source knows it, the truth's own posterior (`oracle`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from intake_triage.calibration.decisions import DecisionRules, read_decision_rules
from intake_triage.errors import InputError
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.layout import Layout
from intake_triage.models.predictions import read_aligned
from intake_triage.records.prepared import NO_LABEL, PreparedRecords
from intake_triage.systems import list_systems
from intake_triage.tasks import Task

LEAST_PROBABILITY = 1e-12  # keeps the logarithm of a probability of 0 finite
Logits = Mapping[str, Mapping[Task, np.ndarray]]  # by system and task


@dataclass(frozen=True)
class SystemLogits:
    """One system's logits for the records of a split, by task.

    Attributes
    ----------
    raw, calibrated : float arrays of shape (n_seeds, n_records, n_classes)
        The same where nothing is calibrated.
    """

    raw: dict[Task, np.ndarray]
    calibrated: dict[Task, np.ndarray]


@dataclass(frozen=True)
class FittedRules:
    """What stage `calibrate` fitted to the trained systems, and what it was fitted to.

    Attributes
    ----------
    rules : by system and task
    logits : by system and task, float arrays of shape (n_seeds, n_calibrate, n_classes)
        Raw.
    calibrate : LabelledSplit
    """

    rules: Mapping[str, Mapping[Task, DecisionRules]]
    logits: Logits
    calibrate: LabelledSplit


def read_systems(
    train: PreparedRecords, test: PreparedRecords, *, layout: Layout = Layout()
) -> dict[str, SystemLogits]:
    """All systems on test: prior, the trained ones, and the oracle if the source has one."""
    record_id = test.frame["record_id"].to_numpy(str)
    systems = {"prior": prior_logits(train, n_records=len(record_id))}
    tasks = test.schema.tasks
    for system in list_systems(tasks):
        raw, calibrated = (
            {task: _read(path(system, task), record_id) for task in tasks}
            for path in (layout.predictions, layout.calibrated)
        )
        systems[system] = SystemLogits(raw, calibrated)
    truth = pd.read_parquet(layout.oracle)
    if len(truth):
        classes = {task: test.schema.classes(task) for task in tasks}
        systems["oracle"] = oracle_logits(truth, record_id, classes)
    return systems


def read_out_of_fold(calibrate: LabelledSplit, *, layout: Layout = Layout()) -> Logits:
    """The calibrate split's logits, each record's calibrated without its fold."""
    return {
        system: {
            task: read_aligned(layout.out_of_fold(system, task), calibrate.record_id).logits
            for task in calibrate.tasks
        }
        for system in list_systems(calibrate.tasks)
    }


def read_fitted_rules(calibrate: LabelledSplit, *, layout: Layout = Layout()) -> FittedRules:
    """The rules of all trained systems, and their raw logits of the split."""
    tasks, systems = calibrate.tasks, list_systems(calibrate.tasks)
    return FittedRules(
        rules={
            system: {
                task: read_decision_rules(layout.decision_rules(system, task)) for task in tasks
            }
            for system in systems
        },
        logits={
            system: {
                task: _read(layout.predictions(system, task), calibrate.record_id, "calibrate")
                for task in tasks
            }
            for system in systems
        },
        calibrate=calibrate,
    )


def prior_logits(train: PreparedRecords, *, n_records: int) -> SystemLogits:
    """Give every record the class frequencies among the labelled records of train."""
    logits = {}
    for task in train.schema.tasks:
        labels = train.labels(task)
        counts = np.bincount(labels[labels != NO_LABEL], minlength=len(train.schema.classes(task)))
        row = _log_probabilities(counts / counts.sum())  # (n_classes,)
        logits[task] = np.tile(row, (1, n_records, 1))
    return SystemLogits(logits, logits)


def oracle_logits(
    truth: pd.DataFrame, record_id: np.ndarray, classes: Mapping[Task, tuple[str, ...]]
) -> SystemLogits:
    """Take posteriors from the columns record_id, urgency_0 …, specialty_0 ….

    Raises
    ------
    InputError
        If a record or a column is absent.
    """
    frame = truth.set_index("record_id")
    columns = {task: [f"{task}_{k}" for k in range(len(names))] for task, names in classes.items()}
    absent = {name for names in columns.values() for name in names} - set(frame.columns)
    if absent or not set(record_id) <= set(frame.index):
        raise InputError(f"the oracle lacks {sorted(absent) or 'test records'}; run stage prepare")
    logits = {
        task: _log_probabilities(frame.loc[record_id, columns[task]].to_numpy())[np.newaxis]
        for task in classes
    }
    return SystemLogits(logits, logits)


def _log_probabilities(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, LEAST_PROBABILITY))


def _read(path, record_id: np.ndarray, split="test") -> np.ndarray:
    return read_aligned(path, record_id, split=split).logits
