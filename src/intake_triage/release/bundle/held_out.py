"""The forms of calibrate as they were forecast out of fold: what a pilot is to be compared with."""

import numpy as np
import pandas as pd
from scipy.special import softmax

from intake_triage.calibration.decisions import (
    decide_least_cost,
    fit_nurse_threshold,
    missed_urgent_probability,
    urgency_cost_matrix,
)
from intake_triage.layout import Layout
from intake_triage.models.predictions import read_aligned
from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import SetUp
from intake_triage.records.prepared import PreparedRecords
from intake_triage.release.bundle.forecast import TaskForecast
from intake_triage.release.bundle.load import Bundle
from intake_triage.release.score.rows import decide, to_rows
from intake_triage.tasks import Task


def read_out_of_fold(
    set_up: SetUp, calibrate: PreparedRecords, layout: Layout
) -> dict[Task, TaskForecast]:
    """What a set-up says of each form by a calibrator and a temperature fitted without it."""
    record_id = calibrate.frame["record_id"].to_numpy(str)
    said = {}
    for task, name in set_up.forecasters.items():
        (calibrated,), (raw,) = (
            read_aligned(path(name, task), record_id, "calibrate").logits
            for path in (layout.forecasts, layout.averages)
        )
        said[task] = TaskForecast(
            softmax(np.float64(calibrated), axis=1), softmax(np.float64(raw), axis=1)
        )
    return said


def find_nurse_threshold(said: dict[Task, TaskForecast], decision: DecisionParams) -> float | None:
    """The chance of a missed urgent form above which `nurse_share` of the forms lie.

    No label is read. None without tiers.
    """
    if "urgency" not in said:
        return None
    probabilities = said["urgency"].probabilities
    cost = urgency_cost_matrix(probabilities.shape[1], decision)
    decided = decide_least_cost(probabilities, cost)
    missed = missed_urgent_probability(probabilities, decided, decision.urgent_tiers)
    return fit_nurse_threshold(missed, nurse_share=decision.nurse_share)


def score_out_of_fold(
    bundle: Bundle, calibrate: PreparedRecords, said: dict[Task, TaskForecast]
) -> pd.DataFrame:
    """The rows that `score` would have written of the forms, by these forecasts.

    Their dates are those of no calendar, and left out.
    """
    frame = calibrate.frame.assign(date=pd.NaT)
    within = np.zeros(len(frame), dtype=bool)  # what lies out of bounds is never learnt from
    return to_rows(bundle, decide(bundle, frame, said), within, {})
