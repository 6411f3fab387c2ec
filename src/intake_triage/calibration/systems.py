"""All that is fitted on the calibrate split, for every system and task, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from scipy.special import softmax

from intake_triage.calibration.alignment import align_predictions
from intake_triage.calibration.choice import CalibratorChoice, assign_folds, choose_calibrator
from intake_triage.calibration.class_weights import ClassWeightChoice, choose_class_weights
from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.calibration.nested import calibrate_out_of_fold
from intake_triage.calibration.outputs import DecisionRules
from intake_triage.params import CalibrateParams
from intake_triage.predictions import Predictions
from intake_triage.records.prepared import NO_LABEL, PreparedRecords
from intake_triage.tasks import Task

SystemTask = tuple[str, Task]


@dataclass(frozen=True)
class CalibratedSystem:
    """What one system and task got.

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


def calibrate_systems(
    raw: Mapping[SystemTask, Predictions], records: PreparedRecords, params: CalibrateParams
) -> dict[SystemTask, CalibratedSystem]:
    """Choose and fit for each of `raw`, a process each.

    Parameters
    ----------
    raw : Predictions by system and task; their split `calibrate` is what is fitted to
    records : PreparedRecords
        Of that split.

    Raises
    ------
    InputError
        If predictions are not those of `records`, or the records are too few to fold.
    """
    record_id = records.frame["record_id"].to_numpy(str)
    unit = records.frame["unit"].to_numpy()
    fold = assign_folds(unit, n_folds=params.folds)
    calibrated = Parallel(n_jobs=-1)(
        delayed(_calibrate_system)(
            align_predictions(predictions.of_split("calibrate"), record_id, of=f"{system}/{task}"),
            records.labels(task),
            unit,
            fold,
            params,
        )
        for (system, task), predictions in raw.items()
    )
    return dict(zip(raw, calibrated, strict=True))


def _calibrate_system(
    predictions: Predictions,
    labels: np.ndarray,
    unit: np.ndarray,
    fold: np.ndarray,
    params: CalibrateParams,
) -> CalibratedSystem:
    rows = labels != NO_LABEL
    labelled = predictions.logits[:, rows], labels[rows], unit[rows], fold[rows]
    choice = choose_calibrator(*labelled, candidates=params.candidates)
    weights = choose_class_weights(choice, *labelled)
    thresholds = fit_conformal_thresholds(
        softmax(np.float64(predictions.logits[:, rows]), axis=2), labels[rows], alpha=params.alpha
    )
    logits = calibrate_out_of_fold(
        predictions.logits, labels, unit, fold, candidates=params.candidates
    )
    return CalibratedSystem(
        choice,
        weights,
        DecisionRules(predictions.seeds, weights.class_weights, thresholds),
        replace(predictions, logits=logits),
    )
