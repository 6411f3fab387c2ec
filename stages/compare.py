"""Stage compare: score every forecaster on the test split, judge transfer, recommend.

Reads   data/prepared, data/test_labels.parquet, data/oracle.parquet, predictions/, training/,
        models/forecasters/
Writes  metrics/results.csv, compare.json, safety.json, cost.json, set_up_costs.json, summary.json;
        plots/*.json
"""

from joblib import Parallel, delayed

from intake_triage.errors import run_stage
from intake_triage.evaluation.compare import compare_systems
from intake_triage.evaluation.cost import read_costs
from intake_triage.evaluation.forecasts import (
    read_fits,
    read_fitted_rules,
    read_forecasts,
    with_references,
)
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.plots import cost_rows, training_plots
from intake_triage.evaluation.samples import label_split, read_test_split
from intake_triage.evaluation.table import Results, write_results
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.recommendation.recommend import compare_set_ups
from intake_triage.recommendation.summary import summarize
from intake_triage.records.prepared import read_prepared

LAYOUT = Layout()


def main() -> None:
    params, prepared = load_params(), read_prepared()
    resamples = params.compare.resamples
    test = read_test_split(prepared.of_split("test"), resamples=resamples)
    calibrate = label_split(prepared.of_split("calibrate"), resamples=resamples)
    out_of_fold, on_test = read_forecasts(calibrate, "calibrate"), read_forecasts(test, "test")
    scored = with_references(on_test, prepared.of_split("train"), test)
    fitted = read_fitted_rules(calibrate, test)
    # Side by side, as threads: numpy multiplies and sums without Python's lock.
    halves = (
        delayed(compare_systems)(read_fits(test), scored, test, fitted, params),
        delayed(compare_set_ups)(out_of_fold, calibrate, on_test, test, params),
    )
    comparison, set_ups = Parallel(n_jobs=2, prefer="threads")(halves)

    results = Results([*comparison.results.rows, *set_ups.results])
    cost = read_costs(test.tasks)
    decimals = {name: measure.decimals for name, measure in MEASURES.items()}
    write_results(LAYOUT.results, results, decimals=decimals)
    metrics = {
        "compare": comparison.metrics | {"recommendation": set_ups.recommendation},
        "safety": comparison.safety,
        "cost": cost,
        "set_up_costs": set_ups.costs,
        "summary": summarize(
            results, comparison.metrics["transfer"], set_ups.recommendation, cost, test.tasks
        ),
    }
    for name, values in metrics.items():
        write_json(LAYOUT.metrics(name), values)
    plots = comparison.plots | {"set_ups": set_ups.rows} | training_plots(test.tasks, params.mtl)
    plots["cost"] = cost_rows(plots["macro_f1"], cost)
    for name, rows in plots.items():
        write_json(LAYOUT.plots(name), rows)


if __name__ == "__main__":
    run_stage(main)
