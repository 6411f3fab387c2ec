"""LightGBM: the stage's two fits side by side, against `lightgbm` called plainly.

Both start from the prepared records and end with predictions for both tasks. The plain call builds
the matrix once, then fits one task after the other with the threads that LightGBM takes of itself.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import joblib
import lightgbm as lgb
import numpy as np
from scipy import sparse
from tqdm import trange

from benchmarks.processes import Stopwatch, run_apart, span_seconds, wait_for_the_others
from benchmarks.spread import ratios, spread
from benchmarks.workspace import Workspace
from intake_triage.models.fits import Fit
from intake_triage.models.tabular.features import FieldColumns, word_counter
from intake_triage.models.tabular.gbm import as_table, train_gbm
from intake_triage.params import load_params
from intake_triage.records.prepared import PreparedRecords, read_prepared
from intake_triage.statistics.scores import log_loss
from intake_triage.tasks import TASKS, Task

SEED = 0


def measure(workspace: Workspace) -> dict[str, Any]:
    """Wall and CPU-seconds for both tasks, and the log-loss on valid."""
    scale = workspace.scale
    folder = workspace.prepared(scale.n_records)
    side_by_side = min(len(TASKS), joblib.cpu_count())
    seconds = {name: {"wall": [], "cpu": []} for name in ("stage", "plain")}
    losses = {}
    for _ in trange(scale.repeats, desc="boosting", disable=None):
        outcomes = {
            "stage": run_apart(
                fit_as_the_stage,
                [(task,) for task in TASKS],
                folder=folder,
                side_by_side=side_by_side,
                threads=1,
            ),
            "plain": run_apart(fit_plainly, [()], folder=folder),
        }
        for name, values in outcomes.items():
            watches = [outcome.value[0] for outcome in values]
            seconds[name]["wall"].append(span_seconds(watches))
            seconds[name]["cpu"].append(sum(watch.cpu_seconds for watch in watches))
            losses[name] = {}
            for outcome in values:
                losses[name] |= outcome.value[1]
    return {
        "stage_against_plain": {
            clock: ratios(seconds["stage"][clock], seconds["plain"][clock])
            for clock in ("wall", "cpu")
        },
        **{
            name: {
                "wall_seconds": spread(seconds[name]["wall"]),
                "cpu_seconds": spread(seconds[name]["cpu"]),
                "valid_log_loss": losses[name],
            }
            for name in ("stage", "plain")
        },
        "repeats": scale.repeats,
    }


def fit_as_the_stage(task: Task) -> tuple[Stopwatch, dict[Task, float]]:
    """What one process of stage train_gbm does."""
    settings = load_params().gbm
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wait_for_the_others()
        with Stopwatch() as watch:
            train_gbm(Fit("gbm", (task,), SEED), (settings,), folder)
        logits = np.load(folder / f"logits_{task}.npy", allow_pickle=False)
    split = read_prepared().frame["split"]
    valid = (split[split != "train"] == "valid").to_numpy()
    return watch, {task: _valid_loss(logits[valid], task)}


def fit_plainly() -> tuple[Stopwatch, dict[Task, float]]:
    """The same matrix and parameters; threads, memory layout and the rest are LightGBM's own."""
    settings = load_params().gbm
    with Stopwatch() as watch:
        prepared = read_prepared()
        train, valid = prepared.of_split("train"), prepared.of_split("valid")
        tables = build_tables(train, valid, min_frequency=settings.min_document_frequency)
        logits = {}
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
            logits[task] = booster.predict(tables[1], raw_score=True)
    return watch, {task: _valid_loss(values, task) for task, values in logits.items()}


def build_tables(
    train: PreparedRecords, valid: PreparedRecords, *, min_frequency: int
) -> list[sparse.csr_matrix]:
    """The matrices that stage train_gbm gives LightGBM."""
    columns = FieldColumns.of(train.frame, train.schema.fields)
    counter = word_counter(min_document_frequency=min_frequency).fit(train.frame["text"])
    return [as_table(records.frame, columns, counter) for records in (train, valid)]


def _valid_loss(logits: np.ndarray, task: Task) -> float:
    return round(log_loss(logits, read_prepared().of_split("valid").labels(task)), 5)
