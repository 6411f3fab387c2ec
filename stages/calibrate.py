"""Stage calibrate: for one system choose a calibrator by task, and fit it to each seed.

Of a system that is not trained, since the records have labels of one task alone, the outputs are
there, and empty.

Run     python -m stages.calibrate <system>
Reads   data/prepared, predictions/<system>/   split `calibrate` to fit
Writes  models/calibrators/<system>/, metrics/calibrate/<system>.json,
        predictions/calibrated/<system>/    split `test`
        predictions/nested/<system>/        split `calibrate`, each record without its fold and
                                            without each fold that is held out
"""

from argparse import ArgumentParser

from intake_triage.calibration.outputs import summarize_choice, write_calibrated
from intake_triage.calibration.system import calibrate_system
from intake_triage.errors import run_stage
from intake_triage.files import make_empty, write_json
from intake_triage.layout import Layout
from intake_triage.models.predictions import read_aligned, read_predictions
from intake_triage.params import load_params
from intake_triage.records.prepared import read_prepared
from intake_triage.systems import TRAINED_SYSTEMS, list_systems


def main() -> None:
    parser = ArgumentParser(description="Calibrate one system.")
    parser.add_argument("system", choices=TRAINED_SYSTEMS)
    system = parser.parse_args().system
    layout = Layout()
    records = read_prepared(layout).of_split("calibrate")
    tasks = records.schema.tasks
    if system not in list_systems(tasks):
        print(f"{system} is not calibrated: the records have labels of {tasks[0]} alone")
        for path in (layout.calibrators, layout.calibrated, layout.nested):
            make_empty(path(system, tasks[0]).parent)
        write_json(layout.metrics(f"calibrate/{system}"), {system: {}})
        return
    record_id = records.frame["record_id"].to_numpy(str)
    raw = {
        task: read_aligned(layout.predictions(system, task), record_id, "calibrate")
        for task in tasks
    }
    metrics = {}
    for task, calibrated in calibrate_system(raw, records, load_params().calibrate).items():
        test = read_predictions(layout.predictions(system, task)).of_split("test")
        write_calibrated(layout, system, task, test, calibrated, record_id)
        metrics[task] = summarize_choice(calibrated.choice)
    write_json(layout.metrics(f"calibrate/{system}"), {system: metrics})


if __name__ == "__main__":
    run_stage(main)
