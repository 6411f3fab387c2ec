"""All forecasters: their members as earlier stages left them, fitted, and what is left of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from intake_triage.calibration.averages import log_mean_probabilities
from intake_triage.calibration.decisions import write_decision_rules
from intake_triage.calibration.forecaster import FittedForecaster, Member, fit_forecaster
from intake_triage.calibration.outputs import read_nested
from intake_triage.layout import Layout
from intake_triage.models.predictions import (
    POOLED,
    Predictions,
    read_aligned,
    write_predictions,
)
from intake_triage.params import CalibrateParams
from intake_triage.records.folds import assign_folds
from intake_triage.records.prepared import PreparedRecords
from intake_triage.systems import FORECASTERS, list_forecasters, list_systems
from intake_triage.tasks import Task


def fit_forecasters(
    prepared: PreparedRecords, params: CalibrateParams, layout: Layout
) -> dict[str, dict[Task, FittedForecaster]]:
    """Every forecaster that the records' tasks allow, by its name and task.

    Raises
    ------
    InputError
        If predictions are not of the prepared records.
    """
    calibrate = prepared.of_split("calibrate")
    tasks = prepared.schema.tasks
    unit = calibrate.frame["unit"].to_numpy()
    labels = {task: calibrate.labels(task) for task in tasks}
    fold = assign_folds(unit, list(labels.values()), n_folds=params.folds)
    record_ids = record_ids_of(prepared)
    members = {
        (system, task): read_member(layout, system, task, record_ids)
        for system in list_systems(tasks)
        for task in tasks
    }
    keys = [(name, task) for name in list_forecasters(tasks) for task in tasks]
    fitted = Parallel(n_jobs=-1, prefer="threads")(
        delayed(fit_forecaster)(
            [members[member, task] for member in FORECASTERS[name].members],
            labels[task],
            unit,
            fold,
            alpha=params.alpha,
        )
        for name, task in keys
    )
    by_name: dict[str, dict[Task, FittedForecaster]] = {}
    for (name, task), forecaster in zip(keys, fitted, strict=True):
        by_name.setdefault(name, {})[task] = forecaster
    return by_name


def record_ids_of(prepared: PreparedRecords) -> list[np.ndarray]:
    """Those of calibrate and those of test, in the order in which a forecaster has them."""
    return [
        prepared.of_split(split).frame["record_id"].to_numpy(str) for split in ("calibrate", "test")
    ]


def read_member(
    layout: Layout, system: str, task: Task, record_ids: Sequence[np.ndarray]
) -> Member:
    """A system's fits averaged over its seeds; `record_ids` are those of calibrate and of test."""
    raw = [
        read_aligned(layout.predictions(system, task), record_id, split).logits
        for record_id, split in zip(record_ids, ("calibrate", "test"), strict=True)
    ]
    test = read_aligned(layout.calibrated(system, task), record_ids[1]).logits
    return Member(
        raw=log_mean_probabilities(np.concatenate(raw, axis=1)),
        nested=read_nested(layout.nested(system, task), record_ids[0]),
        test=log_mean_probabilities(test),
    )


def write_forecaster(
    layout: Layout,
    name: str,
    task: Task,
    fitted: FittedForecaster,
    record_ids: Sequence[np.ndarray],
) -> None:
    """Write what a forecaster is released with, and what it says.

    `record_ids` are those of calibrate and of test, in the order of `fitted`.
    """
    write_decision_rules(layout.forecaster(name, task), fitted.rules)
    split = np.repeat(["calibrate", "test"], [len(ids) for ids in record_ids])
    for path, logits in ((layout.forecasts, fitted.calibrated), (layout.averages, fitted.raw)):
        pooled = Predictions(
            np.concatenate(record_ids), split, np.array([POOLED]), logits[np.newaxis]
        )
        write_predictions(path(name, task), pooled)


def summarize_forecaster(fitted: FittedForecaster) -> dict[str, Any]:
    """Its last temperature; whether class weights are kept, and what they gain in macro-F1.

    The gain is cross-fitted, `low` its one-sided 95 % limit.
    """
    gain = fitted.weights.gain
    return {
        "temperature": round(fitted.rules.temperature, 4),
        "balanced": {
            "kept": gain.is_real,
            "macro_f1_gain": round(gain.value, 4),
            "low": round(gain.lower_limit, 4),
        },
    }
