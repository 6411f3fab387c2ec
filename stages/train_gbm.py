"""Stage train_gbm: the tabular systems, a model a task: logistic regression and LightGBM.

Reads   data/prepared/
Writes  models/, predictions/, training/ of `linear` and `gbm`, metrics/train_gbm.json
"""

from functools import partial

from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.outputs import train_system
from intake_triage.models.tabular.gbm import train_gbm
from intake_triage.models.tabular.linear import train_linear
from intake_triage.params import load_params
from intake_triage.records.prepared import read_schema


def main() -> None:
    params, layout = load_params(), Layout()
    tasks = read_schema(layout).tasks
    seeds = params.train.seeds
    # Logistic regression has no randomness: its first seed stands for all.
    linear = [Fit("linear", (task,), seeds[0]) for task in tasks]
    gbm = [Fit("gbm", (task,), seed) for seed in seeds for task in tasks]
    scores = {
        "linear": train_system(linear, partial(train_linear, params=params.linear), layout),
        "gbm": train_system(gbm, partial(train_gbm, params=params.gbm), layout),
    }
    write_json(layout.metrics("train_gbm"), scores)


if __name__ == "__main__":
    run_stage(main)
