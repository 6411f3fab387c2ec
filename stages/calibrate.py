"""Stage calibrate: for every system and task choose a calibrator and class weights, fit each seed.

Reads   data/prepared, predictions/<system>/<task>.parquet   split `calibrate` to fit
Writes  models/calibrators/, models/decisions/, metrics/calibrate.json,
        predictions/calibrated/    split `test`
        predictions/out_of_fold/   split `calibrate`, each record by a calibrator chosen and fitted
                                   without its fold
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from scipy.special import softmax

from intake_triage.calibration.alignment import align_predictions
from intake_triage.calibration.choice import assign_folds, choose_calibrator
from intake_triage.calibration.class_weights import choose_class_weights
from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.calibration.nested import calibrate_out_of_fold
from intake_triage.calibration.outputs import (
    OUT_OF_FOLD,
    DecisionRules,
    summarize_choice,
    write_calibrated,
    write_decision_rules,
)
from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.params import load_params
from intake_triage.predictions import (
    Predictions,
    predictions_path,
    read_predictions,
    write_predictions,
)
from intake_triage.records.prepared import NO_LABEL, PreparedRecords, read_prepared
from intake_triage.tasks import TASKS, TRAINED_SYSTEMS, Task


def main() -> None:
    params = load_params().calibrate
    records = read_prepared().of_split("calibrate")
    record_id = records.frame["record_id"].to_numpy(str)
    unit = records.frame["unit"].to_numpy()
    fold = assign_folds(unit, n_folds=params.folds)
    metrics = {system: {} for system in TRAINED_SYSTEMS}
    aligned: dict[tuple[str, Task], Predictions] = {}
    for system in TRAINED_SYSTEMS:
        for task in TASKS:
            raw = read_predictions(predictions_path(system, task))
            mine = align_predictions(raw.of_split("calibrate"), record_id, of=f"{system}/{task}")
            aligned[system, task] = mine
            rows = records.labels(task) != NO_LABEL
            logits, labels = mine.logits[:, rows], records.labels(task)[rows]
            grouping = unit[rows], fold[rows]
            choice = choose_calibrator(logits, labels, *grouping, candidates=params.candidates)
            weights = choose_class_weights(choice, logits, labels, *grouping)
            probabilities = softmax(np.float64(logits), axis=2)
            thresholds = [
                fit_conformal_thresholds(each, labels, alpha=params.alpha) for each in probabilities
            ]
            rules = DecisionRules(raw.seeds, weights.class_weights, np.stack(thresholds))
            write_calibrated(system, task, raw.of_split("test"), choice)
            write_decision_rules(system, task, rules)
            metrics[system][task] = summarize_choice(choice, weights)
    write_out_of_fold(aligned, records, unit, fold, candidates=params.candidates)
    write_json(Path("metrics/calibrate.json"), metrics)


def write_out_of_fold(
    aligned: Mapping[tuple[str, Task], Predictions],
    records: PreparedRecords,
    unit: np.ndarray,
    fold: np.ndarray,
    *,
    candidates: Sequence[str],
) -> None:
    """Write `calibrate_out_of_fold` of every system and task, a process each."""
    calibrated = Parallel(n_jobs=-1)(
        delayed(calibrate_out_of_fold)(
            raw.logits, records.labels(task), unit, fold, candidates=candidates
        )
        for (_, task), raw in aligned.items()
    )
    for ((system, task), raw), logits in zip(aligned.items(), calibrated, strict=True):
        path = predictions_path(system, task, folder=OUT_OF_FOLD)
        write_predictions(path, replace(raw, logits=logits))


if __name__ == "__main__":
    run_stage(main)
