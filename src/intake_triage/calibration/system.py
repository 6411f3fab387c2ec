"""All that is fitted on the calibrate split for one system's fits."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed

from intake_triage.calibration.choice import CalibratorChoice, choose_calibrator
from intake_triage.calibration.nested import calibrate_nested
from intake_triage.calibration.sample import CalibrationSample
from intake_triage.models.predictions import Predictions
from intake_triage.params import CalibrateParams
from intake_triage.records.folds import assign_folds
from intake_triage.records.prepared import PreparedRecords
from intake_triage.tasks import Task


@dataclass(frozen=True)
class CalibratedTask:
    """What a system got for one task.

    Attributes
    ----------
    choice : the calibrator, and what it is worth
    nested : float array of shape (n_folds, n_seeds, n_calibrate, n_classes)
        As `calibrate_nested` gives it.
    """

    choice: CalibratorChoice
    nested: np.ndarray


def calibrate_system(
    raw: Mapping[Task, Predictions], records: PreparedRecords, params: CalibrateParams
) -> dict[Task, CalibratedTask]:
    """Choose and fit for each task of `raw`.

    Parameters
    ----------
    raw : Predictions by task
        Of `records`, in their order.
    records : PreparedRecords
        Of the split `calibrate`.

    Raises
    ------
    InputError
        If the records are too few to fold.
    """
    unit = records.frame["unit"].to_numpy()
    labels = {task: records.labels(task) for task in records.schema.tasks}
    fold = assign_folds(unit, list(labels.values()), n_folds=params.folds)
    samples = {
        task: CalibrationSample(predictions.logits, labels[task], unit, fold)
        for task, predictions in raw.items()
    }
    # Four pieces rather than two, since a task with more classes takes longer. As threads, since
    # nearly all of the time goes into sums that torch makes without Python's lock.
    pieces = [
        *(delayed(calibrate_nested)(each, params.candidates) for each in samples.values()),
        *(
            delayed(choose_calibrator)(each.labelled(), params.candidates)
            for each in samples.values()
        ),
    ]
    done = Parallel(n_jobs=-1, prefer="threads")(pieces)
    return {
        task: CalibratedTask(choice, nested)
        for task, nested, choice in zip(raw, done[: len(raw)], done[len(raw) :], strict=True)
    }
