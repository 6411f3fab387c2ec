"""LightGBM: the fits of stage train_gbm, against the same fits by `lightgbm` called plainly.

Both start from the prepared records, and end with predictions of each task and seed. The plain call
builds the matrix once, then makes one fit after the other with the threads that LightGBM takes of
itself.
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from statistics import fmean
from typing import Any

import lightgbm as lgb

from benchmarks.processes import run_apart
from benchmarks.repeats import ratios, spread, take_turns
from benchmarks.workspace import Workspace
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.outputs import train_system
from intake_triage.models.tabular.features import FieldColumns
from intake_triage.models.tabular.gbm import as_table, number_words, train_gbm
from intake_triage.params import load_params
from intake_triage.records.prepared import read_prepared
from intake_triage.statistics.scores import log_loss
from intake_triage.tasks import TASKS, Task

Losses = dict[Task, float]  # log-loss on valid, in nats, mean over the seeds


def measure(workspace: Workspace) -> dict[str, Any]:
    """Wall seconds for both tasks and all seeds, and the log-loss on valid."""
    apart = partial(run_apart, folder=workspace.prepared(), threads=None)
    candidates = {
        "stage": partial(apart, fit_as_the_stage, ()),
        "plain": partial(apart, fit_plainly, ()),
    }
    turns = take_turns("boosting", workspace.scale.repeats, candidates)
    runs = {name: [run for (run,) in repeats] for name, repeats in turns.items()}
    seconds = {name: [run.wall_seconds for run in repeats] for name, repeats in runs.items()}
    return {
        "stage_against_plain": ratios(seconds["stage"], seconds["plain"]),
        "wall_seconds": {name: spread(values) for name, values in seconds.items()},
        "valid_log_loss": {name: repeats[-1].value for name, repeats in runs.items()},
        "repeats": workspace.scale.repeats,
    }


def fit_as_the_stage() -> Callable[[], Losses]:
    """What stage train_gbm does for LightGBM, its outputs included."""
    params = load_params()
    fits = [Fit("gbm", (task,), seed) for seed in params.train.seeds for task in TASKS]
    train = partial(train_gbm, params=params.gbm)
    return lambda: train_system(fits, train, Layout())["valid_log_loss"]


def fit_plainly() -> Callable[[], Losses]:
    """The same matrix and parameters; threads, memory layout and the rest are LightGBM's own."""
    params = load_params()
    settings = params.gbm

    def fit() -> Losses:
        prepared = read_prepared()
        train, valid = prepared.of_split("train"), prepared.of_split("valid")
        columns = FieldColumns.of(train.frame, train.schema.fields)
        column_of = number_words(train.frame["text"], settings)
        tables = [as_table(records.frame, columns, column_of) for records in (train, valid)]
        losses: dict[Task, list[float]] = {task: [] for task in TASKS}
        for task, seed in product(TASKS, params.train.seeds):
            dataset = lgb.Dataset(tables[0], train.labels(task))
            booster = lgb.train(
                {
                    "objective": "multiclass",
                    "num_class": len(prepared.schema.classes(task)),
                    "metric": "multi_logloss",
                    "learning_rate": settings.learning_rate,
                    "num_leaves": settings.leaves,
                    "min_data_in_leaf": settings.min_records_in_leaf,
                    "feature_fraction": settings.feature_share,
                    "seed": seed,
                    "verbosity": -1,
                },
                dataset,
                num_boost_round=settings.max_rounds,
                valid_sets=[lgb.Dataset(tables[1], valid.labels(task), reference=dataset)],
                callbacks=[lgb.early_stopping(settings.patience, verbose=False)],
            )
            logits = booster.predict(tables[1], raw_score=True)
            losses[task].append(log_loss(logits, valid.labels(task)))
        return {task: round(fmean(values), 5) for task, values in losses.items()}

    return fit
