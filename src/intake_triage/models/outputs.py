"""A system from its fits: train them, then write what a train stage hands on."""

import shutil
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from intake_triage.errors import InputError
from intake_triage.files import read_json, replacing, write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit, Job, TrainFit
from intake_triage.models.fits.run import forget_fits, run_fits
from intake_triage.models.predictions import Predictions, write_predictions
from intake_triage.records.prepared import NO_LABEL, PreparedRecords, read_prepared
from intake_triage.statistics.scores import log_loss, macro_f1
from intake_triage.tasks import Task


def train_system(fits: list[Fit], train: TrainFit, layout: Layout) -> dict[str, Any]:
    """Run all fits of one system, write its outputs, and return its `valid_log_loss` by task.

    All scores on valid are in `training/<system>/valid.json`.

    Raises
    ------
    InputError
        If no record of train, or of valid, carries the label of a task that is to be trained.
    """
    prepared = read_prepared(layout)
    for split, task in product(("train", "valid"), {task for fit in fits for task in fit.tasks}):
        if (prepared.of_split(split).labels(task) == NO_LABEL).all():
            raise InputError(
                f"{layout.prepared}: no {split} record has a label for {task}, so nothing can "
                "learn it; add labels, or name no column for it"
            )
    places = run_fits([Job(fit, train, layout) for fit in fits], layout.fits)
    folders = dict(zip(fits, places, strict=True))
    predictions = _gather_predictions(folders, prepared)
    scores = _score_on_valid(predictions, prepared.of_split("valid"))
    _write_outputs(fits[0].system, folders, predictions, scores, layout)
    forget_fits(places)
    return {"valid_log_loss": {task: score["log_loss"] for task, score in scores.items()}}


def _write_outputs(
    system: str,
    folders: Mapping[Fit, Path],
    predictions: Mapping[Task, Predictions],
    scores: Mapping[Task, Any],
    layout: Layout,
) -> None:
    """Write models/, predictions/, training/ and, where the system logs, dvclive/ of a system."""
    with replacing(layout.model(system)) as models:
        for fit, folder in folders.items():
            shutil.copytree(folder / "model", models / _place(fit))
    if any((folder / "live").exists() for folder in folders.values()):
        with replacing(layout.live(system)) as live:
            for fit, folder in folders.items():
                shutil.copytree(folder / "live", live / _place(fit))
    for task, logits in predictions.items():
        write_predictions(layout.predictions(system, task), logits)
    with replacing(layout.training(system)) as training:
        training.mkdir()
        history = [row for folder in folders.values() for row in read_json(folder / "history.json")]
        write_json(training / "history.json", history)
        costs = [read_json(folder / "cost.json") for folder in folders.values()]
        write_json(training / "cost.json", {"fits": costs})
        write_json(training / "valid.json", scores)


def _score_on_valid(
    predictions: Mapping[Task, Predictions], valid: PreparedRecords
) -> dict[str, Any]:
    """Macro-F1 and log-loss by task on `valid`: the mean over seeds, and each seed's."""
    scores = {}
    for task, of_task in predictions.items():
        labels = valid.labels(task)
        known = labels != NO_LABEL
        logits = of_task.of_split("valid").logits[:, known]  # (n_seeds, n_labelled, n_classes)
        by_seed = {
            "macro_f1": [
                macro_f1(one.argmax(axis=1), labels[known], n_classes=one.shape[1])
                for one in logits
            ],
            "log_loss": [log_loss(one, labels[known]) for one in logits],
        }
        scores[task] = {name: round(float(np.mean(values)), 5) for name, values in by_seed.items()}
        scores[task]["by_seed"] = {
            name: [round(value, 5) for value in values] for name, values in by_seed.items()
        }
    return scores


def _place(fit: Fit) -> Path:
    """`seed_0`, and below it the task, where a model serves one alone."""
    seed = Path(f"seed_{fit.seed}")
    return seed / fit.tasks[0] if len(fit.tasks) == 1 else seed


def _gather_predictions(
    folders: Mapping[Fit, Path], prepared: PreparedRecords
) -> dict[str, Predictions]:
    """The logits of every task, seeds in the order of the fits."""
    scored = prepared.frame["split"] != "train"
    record_id = prepared.frame.loc[scored, "record_id"].to_numpy(str)
    split = prepared.frame.loc[scored, "split"].to_numpy(str)
    gathered = {}
    for task in prepared.schema.tasks:
        fits = [fit for fit in folders if task in fit.tasks]
        if not fits:
            continue
        logits = [np.load(folders[fit] / f"logits_{task}.npy", allow_pickle=False) for fit in fits]
        seeds = np.array([fit.seed for fit in fits])
        gathered[task] = Predictions(record_id, split, seeds, np.stack(logits))
    return gathered
