"""Stage calibrate: choose a calibrator for every system and task, fit it for every seed.

Reads   data/prepared, predictions/<system>/<task>.parquet   split `calibrate` to fit
Writes  models/calibrators/, metrics/calibrate.json, predictions/calibrated/   split `test`
"""

from pathlib import Path

from intake_triage.calibration.alignment import align_predictions
from intake_triage.calibration.choice import assign_folds, choose_calibrator
from intake_triage.calibration.outputs import summarize_choice, write_calibrated
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
    fold = assign_folds(records.frame["unit"].to_numpy(), n_folds=params.folds)
    metrics = {system: {} for system in TRAINED_SYSTEMS}
    for system in TRAINED_SYSTEMS:
        for task in TASKS:
            raw = read_predictions(predictions_path(system, task))
            mine = align_predictions(raw.of_split("calibrate"), record_id, of=f"{system}/{task}")
            rows = records.labels(task) != NO_LABEL
            choice = choose_calibrator(
                mine.logits[:, rows],
                records.labels(task)[rows],
                fold[rows],
                candidates=params.candidates,
            )
            write_calibrated(system, task, raw.of_split("test"), choice)
            metrics[system][task] = summarize_choice(choice, raw.seeds)
    write_json(Path("metrics/calibrate.json"), metrics)


if __name__ == "__main__":
    run_stage(main)
