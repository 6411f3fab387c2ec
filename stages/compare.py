"""Stage compare: score every system on the test split, judge transfer, recommend.

Reads   data/prepared, data/test_labels.parquet, data/oracle.parquet, predictions/, training/,
        models/decisions/
Writes  metrics/compare.json, metrics/safety.json, metrics/cost.json, plots/*.json
"""

from pathlib import Path

from joblib import Parallel, delayed

from intake_triage.errors import run_stage
from intake_triage.evaluation.comparison import compare_systems
from intake_triage.evaluation.cost import read_cost
from intake_triage.evaluation.fitted_rules import read_fitted_rules
from intake_triage.evaluation.forecasts import read_systems
from intake_triage.evaluation.out_of_fold import read_out_of_fold
from intake_triage.evaluation.plot_rows import cost_rows, training_plots
from intake_triage.evaluation.samples import read_test_labels
from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.recommendation.recommend import compare_set_ups
from intake_triage.records.prepared import read_prepared
from intake_triage.systems import TRAINED_SYSTEMS

METRICS = Path("metrics")
PLOTS = Path("plots")


def main() -> None:
    params = load_params()
    layout = Layout()
    prepared = read_prepared(layout)
    test = prepared.of_split("test")
    calibrate = prepared.of_split("calibrate")
    systems = read_systems(prepared.of_split("train"), test, layout)
    held_out = read_test_labels(test)
    records, out_of_fold = read_out_of_fold(calibrate, layout)
    # Side by side, as threads: numpy multiplies and sums without Python's lock.
    comparison, (recommendation, set_up_plots) = Parallel(n_jobs=2, prefer="threads")(
        [
            delayed(compare_systems)(
                systems,
                held_out,
                read_fitted_rules(calibrate, layout),
                params=params.compare,
                cost=params.decision.cost,
                alpha=params.calibrate.alpha,
            ),
            delayed(compare_set_ups)(out_of_fold, records, systems, held_out, params),
        ]
    )
    write_json(METRICS / "compare.json", comparison.metrics | {"recommendation": recommendation})
    write_json(METRICS / "safety.json", comparison.safety)
    cost = {system: read_cost(system) for system in TRAINED_SYSTEMS}
    write_json(METRICS / "cost.json", cost)
    histories = {
        system: read_json(Path(f"training/{system}/history.json")) for system in TRAINED_SYSTEMS
    }
    plots = comparison.plots | set_up_plots | training_plots(histories, params.mtl)
    plots["cost"] = cost_rows(comparison.plots["macro_f1"], cost)
    for name, rows in plots.items():
        write_json(PLOTS / f"{name}.json", rows)


if __name__ == "__main__":
    run_stage(main)
