"""What a set-up says of forms: from its saved fits the very numbers that stage `compare` scored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import log_softmax, softmax

from intake_triage.calibration.averages import log_mean_probabilities
from intake_triage.calibration.calibrators import (
    Calibrator,
    Temperature,
    calibrate_seeds,
    read_calibrators,
)
from intake_triage.calibration.decisions import DecisionRules, read_decision_rules
from intake_triage.layout import Layout
from intake_triage.models.saved import load_system
from intake_triage.records.schema import RecordSchema
from intake_triage.systems import FORECASTERS
from intake_triage.tasks import Task


@dataclass(frozen=True)
class TaskForecast:
    """What is said of one task.

    Attributes
    ----------
    probabilities : float64 array of shape (n_forms, n_classes)
        Calibrated.
    raw : float64 array of that shape
        The fits' raw probabilities, averaged: what prediction sets are made of.
    """

    probabilities: np.ndarray
    raw: np.ndarray


# From forms, with the columns `text` and those of the schema's fields, to what is said of each.
ForecastForms = Callable[[pd.DataFrame], dict[Task, TaskForecast]]


def load_forecaster(
    layout: Layout, forecasters: Mapping[Task, str], schema: RecordSchema
) -> tuple[ForecastForms, dict[Task, DecisionRules]]:
    """A set-up's forecaster of each task, from a run's files or a bundle's, and their rules."""
    rules = {
        task: read_decision_rules(layout.forecaster(name, task))
        for task, name in forecasters.items()
    }
    served: dict[str, list[Task]] = {}
    for task, name in forecasters.items():
        for system in FORECASTERS[name].members:
            served.setdefault(system, []).append(task)
    calibrators = {
        (system, task): read_calibrators(layout.calibrators(system, task))
        for system, tasks in served.items()
        for task in tasks
    }
    predict = {
        system: load_system(layout, system, list(calibrators[system, tasks[0]]), tasks, schema)
        for system, tasks in served.items()
    }

    def forecast(frame: pd.DataFrame) -> dict[Task, TaskForecast]:
        logits = {system: predict_forms(frame) for system, predict_forms in predict.items()}
        said = {}
        for task, name in forecasters.items():
            systems = FORECASTERS[name].members
            said[task] = _combine(
                [logits[system][task] for system in systems],
                [list(calibrators[system, task].values()) for system in systems],
                rules[task].temperature,
            )
        return said

    return forecast, rules


def _combine(
    members: list[np.ndarray], calibrators: list[list[Calibrator]], temperature: float
) -> TaskForecast:
    """One task's forecast of its members' raw logits, (n_seeds, n_forms, n_classes) each."""
    # Rounded where stages hand on files of float32, so that these are their numbers.
    calibrated = [
        calibrate_seeds(fitted, seeds).astype(np.float32)
        for fitted, seeds in zip(calibrators, members, strict=True)
    ]
    cooled = Temperature(temperature).apply(_average(calibrated))
    return TaskForecast(
        _as_probabilities(log_softmax(cooled, axis=1)), _as_probabilities(_average(members))
    )


def _average(members: list[np.ndarray]) -> np.ndarray:
    """Of each member's seeds, then of the members: log-probabilities (n_forms, n_classes)."""
    return log_mean_probabilities([log_mean_probabilities(seeds) for seeds in members])


def _as_probabilities(log_probabilities: np.ndarray) -> np.ndarray:
    return softmax(np.float64(log_probabilities.astype(np.float32)), axis=1)
