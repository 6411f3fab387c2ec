"""All that is fitted on the calibrate split for one system."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from scipy.special import softmax

from intake_triage.calibration.choice import CalibratorChoice, assign_folds, choose_calibrator
from intake_triage.calibration.class_weights import ClassWeightChoice, choose_class_weights
from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.calibration.decisions import DecisionRules
from intake_triage.calibration.nested import calibrate_out_of_fold
from intake_triage.models.predictions import Predictions
from intake_triage.params import CalibrateParams
from intake_triage.records.prepared import NO_LABEL, PreparedRecords
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
    raw : Predictions by task, of the same records in the same order
    records : PreparedRecords
        Of the split `calibrate`.

    Raises
    ------
    InputError
        If the records are too few to fold.
    """
    unit = records.frame["unit"].to_numpy()
    fold = assign_folds(unit, n_folds=params.folds)
    inputs = [
        (
            predictions,
            records.labels(task),
            unit,
            fold,
            params,
        )
        for task, predictions in raw.items()
    ]
    # Four pieces rather than two, since a task with more classes takes longer. As threads, since
    # nearly all of the time goes into sums that torch makes without Python's lock.
    pieces = [delayed(piece)(*each) for piece in (_out_of_fold, _choose) for each in inputs]
    done = Parallel(n_jobs=-1, prefer="threads")(pieces)
    out_of_fold, chosen = done[: len(raw)], done[len(raw) :]
    return {
        task: CalibratedTask(*choice_and_rules, predictions)
        for task, choice_and_rules, predictions in zip(raw, chosen, out_of_fold, strict=True)
    }


def _choose(
    predictions: Predictions,
    labels: np.ndarray,
    unit: np.ndarray,
    fold: np.ndarray,
    params: CalibrateParams,
) -> tuple[CalibratorChoice, ClassWeightChoice, DecisionRules]:
    rows = labels != NO_LABEL
    labelled = predictions.logits[:, rows], labels[rows], unit[rows], fold[rows]
    choice = choose_calibrator(*labelled, candidates=params.candidates)
    weights = choose_class_weights(choice, *labelled)
    thresholds = fit_conformal_thresholds(
        softmax(np.float64(predictions.logits[:, rows]), axis=2), labels[rows], alpha=params.alpha
    )
    return choice, weights, DecisionRules(predictions.seeds, weights.class_weights, thresholds)


def _out_of_fold(
    predictions: Predictions,
    labels: np.ndarray,
    unit: np.ndarray,
    fold: np.ndarray,
    params: CalibrateParams,
) -> Predictions:
    logits = calibrate_out_of_fold(
        predictions.logits, labels, unit, fold, candidates=params.candidates
    )
    return replace(predictions, logits=logits)
