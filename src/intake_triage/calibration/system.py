"""All that is fitted on the calibrate split for one system."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from scipy.special import softmax

from intake_triage.calibration.choice import CalibratorChoice, choose_calibrator
from intake_triage.calibration.class_weights import ClassWeightChoice, choose_class_weights
from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.calibration.decisions import DecisionRules
from intake_triage.calibration.nested import calibrate_out_of_fold
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
    choice, weights : the calibrator and the class weights, and what they are worth
    rules : what a release decides by
    out_of_fold : the calibrate split's predictions, each record by a calibrator chosen and fitted
        without its fold
    """

    choice: CalibratorChoice
    weights: ClassWeightChoice
    rules: DecisionRules
    out_of_fold: Predictions


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
    fold = assign_folds(unit, n_folds=params.folds)
    samples = {
        task: CalibrationSample(predictions.logits, records.labels(task), unit, fold)
        for task, predictions in raw.items()
    }
    # Four pieces rather than two, since a task with more classes takes longer. As threads, since
    # nearly all of the time goes into sums that torch makes without Python's lock.
    pieces = [
        *(delayed(calibrate_out_of_fold)(each, params.candidates) for each in samples.values()),
        *(delayed(_choose)(each, params) for each in samples.values()),
    ]
    done = Parallel(n_jobs=-1, prefer="threads")(pieces)
    calibrated = {}
    for task, logits, chosen in zip(raw, done[: len(raw)], done[len(raw) :], strict=True):
        choice, weights, thresholds = chosen
        rules = DecisionRules(raw[task].seeds, weights.class_weights, thresholds)
        out_of_fold = replace(raw[task], logits=logits)
        calibrated[task] = CalibratedTask(choice, weights, rules, out_of_fold)
    return calibrated


def _choose(
    sample: CalibrationSample, params: CalibrateParams
) -> tuple[CalibratorChoice, ClassWeightChoice, np.ndarray]:
    """The calibrator, the class weights, and the thresholds of prediction sets."""
    labelled = sample.labelled()
    choice = choose_calibrator(labelled, params.candidates)
    probabilities = softmax(np.float64(labelled.logits), axis=2)
    thresholds = fit_conformal_thresholds(probabilities, labelled.labels, alpha=params.alpha)
    return choice, choose_class_weights(choice, labelled), thresholds
