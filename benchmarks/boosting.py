"""LightGBM: the stage's two fits side by side, against `lightgbm` called plainly.

Both start from the prepared records and end with predictions for both tasks. The plain call builds
the matrix once, then fits one task after the other with the threads that LightGBM takes of itself.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import lightgbm as lgb
import numpy as np

from benchmarks.processes import run_apart, span_seconds
from benchmarks.repeats import ratios, spread, take_turns
from benchmarks.workspace import Workspace
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.tabular.features import FieldColumns
from intake_triage.models.tabular.gbm import as_table, number_words, train_gbm
from intake_triage.params import load_params
from intake_triage.records.prepared import read_prepared
from intake_triage.statistics.scores import log_loss
from intake_triage.tasks import TASKS, Task

SEED = 0
Losses = dict[Task, float]  # log-loss on valid, in nats


def measure(workspace: Workspace) -> dict[str, Any]:
    """Wall and CPU-seconds for both tasks, and the log-loss on valid."""
    apart = partial(run_apart, folder=workspace.prepared())
    candidates = {
        "stage": partial(apart, fit_as_the_stage, *((task,) for task in TASKS)),
        "plain": partial(apart, fit_plainly, (), threads=None),
    }
    runs = take_turns("boosting", workspace.scale.repeats, candidates)
    seconds = {
        name: {
            "wall_seconds": [span_seconds(fits) for fits in turns],
            "cpu_seconds": [sum(fit.cpu_seconds for fit in fits) for fits in turns],
        }
        for name, turns in runs.items()
    }
    measured = {
        "stage_against_plain": {
            clock: ratios(*(seconds[name][f"{clock}_seconds"] for name in ("stage", "plain")))
            for clock in ("wall", "cpu")
        }
    }
    for name, turns in runs.items():
        losses = {task: round(loss, 5) for fit in turns[-1] for task, loss in fit.value.items()}
        measured[name] = {clock: spread(values) for clock, values in seconds[name].items()}
        measured[name]["valid_log_loss"] = losses
    return measured | {"repeats": workspace.scale.repeats}


def fit_as_the_stage(task: Task) -> Callable[[], Losses]:
    """What one process of stage train_gbm does."""
    settings, folder = load_params().gbm, Path(mkdtemp(dir="."))

    def fit() -> Losses:
        train_gbm(Fit("gbm", (task,), SEED), Layout(), folder, params=settings)
        logits = np.load(folder / f"logits_{task}.npy", allow_pickle=False)
        prepared = read_prepared()
        split = prepared.frame["split"]
        valid = (split[split != "train"] == "valid").to_numpy()
        return {task: log_loss(logits[valid], prepared.of_split("valid").labels(task))}

    return fit


def fit_plainly() -> Callable[[], Losses]:
    """The same matrix and parameters; threads, memory layout and the rest are LightGBM's own."""
    settings = load_params().gbm

    def fit() -> Losses:
        prepared = read_prepared()
        train, valid = prepared.of_split("train"), prepared.of_split("valid")
        columns = FieldColumns.of(train.frame, train.schema.fields)
        column_of = number_words(train.frame["text"], settings)
        tables = [as_table(records.frame, columns, column_of) for records in (train, valid)]
        losses = {}
        for task in TASKS:
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
                    "seed": SEED,
                    "verbosity": -1,
                },
                dataset,
                num_boost_round=settings.max_rounds,
                valid_sets=[lgb.Dataset(tables[1], valid.labels(task), reference=dataset)],
                callbacks=[lgb.early_stopping(settings.patience, verbose=False)],
            )
            logits = booster.predict(tables[1], raw_score=True)
            losses[task] = log_loss(logits, valid.labels(task))
        return losses

    return fit
