"""Stage forecast: average the calibrated fits of each forecaster's members, and finish the average.

Reads   data/prepared, predictions/
Writes  models/forecasters/, metrics/forecast.json,
        predictions/forecasts/   calibrated log-probabilities of calibrate, out of fold, and of test
        predictions/averages/    those of the raw probabilities, for prediction sets
"""

from intake_triage.calibration.forecasters import (
    fit_forecasters,
    record_ids_of,
    summarize_forecaster,
    write_forecaster,
)
from intake_triage.errors import run_stage
from intake_triage.files import make_empty, write_json
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.records.prepared import read_prepared


def main() -> None:
    layout = Layout()
    prepared = read_prepared(layout)
    fitted = fit_forecasters(prepared, load_params().calibrate, layout)
    record_ids = record_ids_of(prepared)
    for path in (layout.forecaster, layout.forecasts, layout.averages):
        make_empty(path("any", "any").parents[1])
    for name, by_task in fitted.items():
        for task, forecaster in by_task.items():
            write_forecaster(layout, name, task, forecaster, record_ids)
    metrics = {
        name: {task: summarize_forecaster(forecaster) for task, forecaster in by_task.items()}
        for name, by_task in fitted.items()
    }
    write_json(layout.metrics("forecast"), metrics)


if __name__ == "__main__":
    run_stage(main)
