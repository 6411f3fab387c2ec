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
from intake_triage.evaluation.plots import training_plots
from intake_triage.evaluation.samples import label_split, read_test_split
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.recommendation.outputs import write_comparison
from intake_triage.recommendation.recommend import compare_set_ups
from intake_triage.records.prepared import read_prepared
from intake_triage.statistics.disclosure import smallest_to_show


def main() -> None:
    params, prepared = load_params(), read_prepared()
    given = {
        "resamples": params.compare.resamples,
        "smallest_shown": smallest_to_show(params.data.source),
    }
    test = read_test_split(prepared.of_split("test"), **given)
    calibrate = label_split(prepared.of_split("calibrate"), **given)
    out_of_fold, on_test = read_forecasts(calibrate, "calibrate"), read_forecasts(test, "test")
    scored = with_references(on_test, prepared.of_split("train"), test)
    rules = read_fitted_rules(calibrate, test)
    # Side by side, as threads: numpy multiplies and sums without Python's lock.
    halves = (
        delayed(compare_systems)(read_fits(test), scored, test, rules, params),
        delayed(compare_set_ups)(out_of_fold, calibrate, on_test, test, params),
    )
    found = Parallel(n_jobs=2, prefer="threads")(halves)
    training = training_plots(test.tasks, params.mtl)
    write_comparison(Layout(), test.tasks, *found, cost=read_costs(test.tasks), training=training)


if __name__ == "__main__":
    run_stage(main)
