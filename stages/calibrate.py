"""Stage calibrate: for every system and task choose a calibrator and class weights, fit each seed.

Reads   data/prepared, predictions/<system>/<task>.parquet   split `calibrate` to fit
Writes  models/calibrators/, models/decisions/, metrics/calibrate.json,
        predictions/calibrated/    split `test`
        predictions/out_of_fold/   split `calibrate`, each record by a calibrator chosen and fitted
                                   without its fold
"""

from pathlib import Path

import numpy as np
from scipy.special import softmax

from intake_triage.calibration.alignment import align_predictions
from intake_triage.calibration.choice import assign_folds, choose_calibrator
from intake_triage.calibration.class_weights import choose_class_weights
from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.calibration.outputs import (
    DecisionRules,
    summarize_choice,
    write_calibrated,
    write_decision_rules,
    write_out_of_fold,
)
from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.params import load_params
from intake_triage.predictions import predictions_path, read_predictions
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.tasks import TASKS, TRAINED_SYSTEMS


def main() -> None:
    params = load_params().calibrate
    records = read_prepared().of_split("calibrate")
    record_id = records.frame["record_id"].to_numpy(str)
    unit = records.frame["unit"].to_numpy()
    fold = assign_folds(unit, n_folds=params.folds)
    metrics = {system: {} for system in TRAINED_SYSTEMS}
    aligned = {}
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
            raw_probabilities = softmax(np.float64(logits), axis=2)
            thresholds = fit_conformal_thresholds(raw_probabilities, labels, alpha=params.alpha)
            rules = DecisionRules(raw.seeds, weights.class_weights, thresholds)
            write_calibrated(system, task, raw.of_split("test"), choice)
            write_decision_rules(system, task, rules)
            metrics[system][task] = summarize_choice(choice, weights)
    write_out_of_fold(aligned, records, fold, candidates=params.candidates)
    write_json(Path("metrics/calibrate.json"), metrics)


if __name__ == "__main__":
    run_stage(main)
