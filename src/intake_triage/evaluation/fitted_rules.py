"""What stage `calibrate` fitted to the trained systems, and the records that it was fitted to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from intake_triage.calibration.decisions import DecisionRules, read_decision_rules
from intake_triage.evaluation.samples import Labelled, labelled_records, unit_numbers
from intake_triage.layout import Layout
from intake_triage.models.predictions import read_aligned
from intake_triage.records.prepared import PreparedRecords
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS, Task


@dataclass(frozen=True)
class FittedRules:
    """Decision rules, and the calibrate split.

    Attributes
    ----------
    rules : by system and task
    logits : by system and task, float arrays of shape (n_seeds, n_calibrate, n_classes)
        Raw.
    samples : by task, the records of the calibrate split with its label
    n_units : int
        Units of the calibrate split.
    """

    rules: Mapping[str, Mapping[Task, DecisionRules]]
    logits: Mapping[str, Mapping[Task, np.ndarray]]
    samples: Mapping[Task, Labelled]
    n_units: int


def read_fitted_rules(calibrate: PreparedRecords, layout: Layout) -> FittedRules:
    """Read the rules of all trained systems, and their logits in the order of `calibrate`.

    Parameters
    ----------
    calibrate : PreparedRecords
        The split, ``read_prepared().of_split("calibrate")``.
    """
    record_id = calibrate.frame["record_id"].to_numpy(str)
    unit = unit_numbers(calibrate)
    return FittedRules(
        rules={
            system: {
                task: read_decision_rules(layout.decision_rules(system, task)) for task in TASKS
            }
            for system in TRAINED_SYSTEMS
        },
        logits={
            system: {
                task: read_aligned(layout.predictions(system, task), record_id, "calibrate").logits
                for task in TASKS
            }
            for system in TRAINED_SYSTEMS
        },
        samples={task: labelled_records(calibrate.labels(task), unit) for task in TASKS},
        n_units=int(unit.max()) + 1,
    )
