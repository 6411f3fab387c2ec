"""Stage calibrate: for every system and task choose a calibrator and class weights, fit each seed.

Reads   data/prepared, predictions/<system>/<task>.parquet   split `calibrate` to fit
Writes  models/calibrators/, models/decisions/, metrics/calibrate.json,
        predictions/calibrated/    split `test`
        predictions/out_of_fold/   split `calibrate`, each record by a calibrator chosen and fitted
                                   without its fold
"""

from pathlib import Path

from intake_triage.calibration.outputs import (
    OUT_OF_FOLD,
    summarize_choice,
    write_calibrated,
    write_decision_rules,
)
from intake_triage.calibration.systems import calibrate_systems
from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.params import load_params
from intake_triage.predictions import predictions_path, read_predictions, write_predictions
from intake_triage.records.prepared import read_prepared
from intake_triage.tasks import TASKS, TRAINED_SYSTEMS


def main() -> None:
    records = read_prepared().of_split("calibrate")
    raw = {
        (system, task): read_predictions(predictions_path(system, task))
        for system in TRAINED_SYSTEMS
        for task in TASKS
    }
    metrics = {system: {} for system in TRAINED_SYSTEMS}
    for (system, task), it in calibrate_systems(raw, records, load_params().calibrate).items():
        write_calibrated(system, task, raw[system, task].of_split("test"), it.choice)
        write_decision_rules(system, task, it.rules)
        write_predictions(predictions_path(system, task, folder=OUT_OF_FOLD), it.out_of_fold)
        metrics[system][task] = summarize_choice(it.choice, it.weights)
    write_json(Path("metrics/calibrate.json"), metrics)


if __name__ == "__main__":
    run_stage(main)
