"""What is scored: each system's single fits, and each forecaster, which would be released.

Beside the trained ones stand the class frequencies of train (`prior`) and, where a source knows it,
the truth's own posterior (`oracle`): each a single fit and a forecaster in one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from intake_triage.calibration.decisions import DecisionRules, read_decision_rules
from intake_triage.errors import InputError
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.files import read_parquet
from intake_triage.layout import Layout
from intake_triage.models.predictions import read_aligned
from intake_triage.records.prepared import NO_LABEL, PreparedRecords
from intake_triage.systems import list_forecasters, list_systems
from intake_triage.tasks import Split, Task

LEAST_PROBABILITY = 1e-12  # keeps the logarithm of a probability of 0 finite
ByTask = Mapping[Task, np.ndarray]  # logits of shape (n_seeds, n_records, n_classes)
Logits = Mapping[str, ByTask]  # by system or forecaster; a forecaster's n_seeds is 1


@dataclass(frozen=True)
class SystemFits:
    """The single fits of every trained system, on one split; for transfer and the spread alone.

    Attributes
    ----------
    raw, calibrated : by system and task, float arrays of shape (n_seeds, n_records, n_classes)
    """

    raw: Logits
    calibrated: Logits


@dataclass(frozen=True)
class FittedRules:
    """What stage `forecast` fitted to the forecasters, and what it was fitted to.

    Attributes
    ----------
    rules : by forecaster and task
    averages : by split, calibrate and test, then by forecaster and task
        Log of the averaged raw probabilities, of shape (1, n_records, n_classes): what prediction
        sets are made of.
    calibrate : LabelledSplit
    """

    rules: Mapping[str, Mapping[Task, DecisionRules]]
    averages: Mapping[Split, Logits]
    calibrate: LabelledSplit


def read_fits(test: LabelledSplit, *, layout: Layout = Layout()) -> SystemFits:
    """The single fits of all systems on test."""
    systems = list_systems(test.tasks)
    return SystemFits(
        raw=_read(layout.predictions, systems, test, "test"),
        calibrated=_read(layout.calibrated, systems, test, "test"),
    )


def read_forecasts(
    split: LabelledSplit, name: Split, *, layout: Layout = Layout()
) -> dict[str, ByTask]:
    """What each forecaster says of calibrate, out of fold, or of test."""
    return _read(layout.forecasts, list_forecasters(split.tasks), split, name)


def with_references(
    forecasts: Logits, train: PreparedRecords, test: LabelledSplit, *, layout: Layout = Layout()
) -> dict[str, ByTask]:
    """In the order of tables: prior, what the forecasters say of test, and the oracle if known."""
    scored = {"prior": prior_logits(train, n_records=len(test.record_id)), **forecasts}
    truth = read_parquet(layout.oracle)
    if len(truth):
        scored["oracle"] = oracle_logits(truth, test.record_id, test.classes)
    return scored


def read_fitted_rules(
    calibrate: LabelledSplit, test: LabelledSplit, *, layout: Layout = Layout()
) -> FittedRules:
    """The rules of all forecasters, and what their prediction sets are made of."""
    names = list_forecasters(calibrate.tasks)
    return FittedRules(
        rules={
            name: {
                task: read_decision_rules(layout.forecaster(name, task)) for task in calibrate.tasks
            }
            for name in names
        },
        averages={
            "calibrate": _read(layout.averages, names, calibrate, "calibrate"),
            "test": _read(layout.averages, names, test, "test"),
        },
        calibrate=calibrate,
    )


def prior_logits(train: PreparedRecords, *, n_records: int) -> dict[Task, np.ndarray]:
    """Give every record the class frequencies among the labelled records of train."""
    logits: dict[Task, np.ndarray] = {}
    for task in train.schema.tasks:
        labels = train.labels(task)
        counts = np.bincount(labels[labels != NO_LABEL], minlength=len(train.schema.classes(task)))
        row = _log_probabilities(counts / counts.sum())  # (n_classes,)
        logits[task] = np.tile(row, (1, n_records, 1))
    return logits


def oracle_logits(
    truth: pd.DataFrame, record_id: np.ndarray, classes: Mapping[Task, tuple[str, ...]]
) -> dict[Task, np.ndarray]:
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
    return logits


def _log_probabilities(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, LEAST_PROBABILITY))


def _read(path, names: tuple[str, ...], split: LabelledSplit, name: Split) -> dict[str, ByTask]:
    """Logits by name and task, in the order of the split's records."""
    return {
        each: {
            task: read_aligned(path(each, task), split.record_id, split=name).logits
            for task in split.tasks
        }
        for each in names
    }
