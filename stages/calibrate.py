"""Stage calibrate: for one system choose by task a calibrator and class weights, fit each seed.

Run     python -m stages.calibrate <system>
Reads   data/prepared, predictions/<system>/   split `calibrate` to fit
Writes  models/calibrators/<system>/, models/decisions/<system>/, metrics/calibrate/<system>.json,
        predictions/calibrated/<system>/    split `test`
        predictions/out_of_fold/<system>/   split `calibrate`, each record by a calibrator chosen
                                            and fitted without its fold
"""

from argparse import ArgumentParser
from pathlib import Path

from intake_triage.calibration.outputs import (
    OUT_OF_FOLD,
    summarize_choice,
    write_calibrated,
    write_decision_rules,
)
from intake_triage.calibration.system import calibrate_system
from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.models.predictions import predictions_path, read_predictions, write_predictions
from intake_triage.params import load_params
from intake_triage.records.prepared import read_prepared
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS


def main() -> None:
    parser = ArgumentParser(description="Calibrate one system.")
    parser.add_argument("system", choices=TRAINED_SYSTEMS)
    system = parser.parse_args().system
    records = read_prepared().of_split("calibrate")
    raw = {task: read_predictions(predictions_path(system, task)) for task in TASKS}
    metrics = {}
    for task, it in calibrate_system(system, raw, records, load_params().calibrate).items():
        write_calibrated(system, task, raw[task].of_split("test"), it.choice)
        write_decision_rules(system, task, it.rules)
        write_predictions(predictions_path(system, task, folder=OUT_OF_FOLD), it.out_of_fold)
        metrics[task] = summarize_choice(it.choice, it.weights)
    write_json(Path(f"metrics/calibrate/{system}.json"), {system: metrics})


if __name__ == "__main__":
    run_stage(main)
