"""The rows of the plots: small tables in git that need no other file to be drawn.

Shares of people are rounded to 2 decimals, and what stands for fewer than `SMALLEST_SHOWN` people
is left out.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import binomtest

from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.measures.reliability import bin_by_confidence, top_label
from intake_triage.evaluation.samples import HeldOut
from intake_triage.params import MtlParams
from intake_triage.statistics.disclosure import SMALLEST_SHOWN, hide_small_counts
from intake_triage.statistics.estimates import Estimate
from intake_triage.tasks import TASKS, Task

Row = dict[str, Any]


def macro_f1_rows(estimates: Mapping[Task, Mapping[str, Estimate]]) -> list[Row]:
    """Macro-F1 of each task and system with its 95 % interval, within 0 and 1."""
    rows = []
    for task, of_system in estimates.items():
        for system, estimate in of_system.items():
            low, high = np.clip(estimate.interval(), 0, 1).round(4).tolist()
            value = round(estimate.value, 4)
            rows.append(
                {"task": task, "system": system, "macro_f1": value, "low": low, "high": high}
            )
    return rows


def reliability_rows(
    systems: Mapping[str, SystemLogits], held_out: HeldOut, *, n_bins: int
) -> list[Row]:
    """Confidence and accuracy of each bin, raw and calibrated, the seeds' records pooled.

    `count` is the bin's number of records in one seed, on average, and the 95 % Wilson interval of
    the accuracy, `low` to `high`, rests on it: more seeds are not more records.
    """
    rows = []
    for task in TASKS:
        has_label = held_out.has_label(task)
        labels = held_out.labels[task][has_label]
        for name, system in systems.items():
            for kind, logits in (
                ("raw", system.raw[task]),
                ("calibrated", system.calibrated[task]),
            ):
                points = _reliability_points(logits[:, has_label], labels, n_bins=n_bins)
                rows += [{"task": task, "system": name, "kind": kind, **point} for point in points]
    return rows


def _reliability_points(logits: np.ndarray, labels: np.ndarray, *, n_bins: int) -> list[Row]:
    pairs = [top_label(seed_logits, labels) for seed_logits in logits]
    confidence, correct = (np.concatenate(seeds) for seeds in zip(*pairs, strict=True))
    bins = bin_by_confidence(confidence, correct, n_bins=n_bins)
    points = []
    for mean, accuracy, pooled in zip(bins.confidence, bins.accuracy, bins.count, strict=True):
        count = round(pooled / len(logits))
        if count < SMALLEST_SHOWN:
            continue
        wilson = binomtest(round(accuracy * count), count).proportion_ci(method="wilson")
        points.append(
            {
                "confidence": round(float(mean), 4),
                "accuracy": round(float(accuracy), 2),
                "low": round(wilson.low, 2),
                "high": round(wilson.high, 2),
                "count": count,
            }
        )
    return points


def confusion_rows(systems: Mapping[str, SystemLogits], held_out: HeldOut) -> list[Row]:
    """Of the records of a true class, the share predicted as each; None where too few people."""
    rows = []
    for task in TASKS:
        has_label = held_out.has_label(task)
        labels, classes = held_out.labels[task][has_label], held_out.classes[task]
        for name, system in systems.items():
            predicted = system.raw[task][:, has_label].argmax(axis=2)  # (n_seeds, n_records)
            counts = np.zeros((len(classes), len(classes)))
            for seed_predicted in predicted:
                np.add.at(counts, (labels, seed_predicted), 1 / len(predicted))
            shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            hidden = hide_small_counts(counts)
            rows.extend(
                {
                    "task": task,
                    "system": name,
                    "true": classes[i],
                    "predicted": classes[j],
                    "share": None if hidden[i, j] else round(float(shares[i, j]), 2),
                }
                for i in range(len(classes))
                for j in range(len(classes))
            )
    return rows


def cost_rows(macro_f1: list[Row], cost: Mapping[str, Row]) -> list[Row]:
    """Macro-F1 beside the CPU-seconds of training both tasks, for the systems that are trained."""
    return [
        row | {"cpu_seconds": cost[row["system"]]["cpu_seconds"]}
        for row in macro_f1
        if row["system"] in cost
    ]


def training_plots(histories: Mapping[str, list[Row]], mtl: MtlParams) -> dict[str, list[Row]]:
    """Rows by the name of the plot, from the training histories of all systems."""
    return {
        "training": training_rows(histories),
        "gradients": gradient_rows(histories["mtl"]),
        "frontier": frontier_rows(histories["mtl"], mtl),
    }


def training_rows(histories: Mapping[str, list[Row]]) -> list[Row]:
    """The epochs (boosting rounds for gbm) of each system, task and seed."""
    kept = ("task", "seed", "epoch", "train_log_loss", "valid_log_loss")
    return [
        {"system": system, **{name: epoch[name] for name in kept}}
        for system, history in histories.items()
        for epoch in history
    ]


def frontier_rows(history: list[Row], mtl: MtlParams) -> list[Row]:
    """Where `mtl` lies between the tasks: log-losses on valid of each seed's kept epoch, in nats.

    Revisions with other loss weights or balancing methods, drawn together, lay the frontier out.
    """
    by_epoch: dict[tuple[int, int], Row] = {}
    for row in history:
        losses = by_epoch.setdefault((row["seed"], row["epoch"]), {"seed": row["seed"]})
        losses[row["task"]] = row["valid_log_loss"]
    best: dict[int, Row] = {}
    for losses in by_epoch.values():
        if set(TASKS) <= set(losses):
            kept = best.setdefault(losses["seed"], losses)
            best[losses["seed"]] = min(kept, losses, key=lambda of: sum(of[task] for task in TASKS))
    setting = {"loss_weight": mtl.loss_weight, "balancing": mtl.balancing}
    return [losses | setting for losses in best.values()]


def gradient_rows(history: list[Row]) -> list[Row]:
    """After each of `mtl`'s epochs: length of each task's gradient on the shared weights, cosine.

    A diagnostic and no evidence of transfer. Epochs without labels of both tasks on valid are left
    out.
    """
    kept = ("task", "seed", "epoch", "gradient_norm", "gradient_cosine")
    return [{name: row[name] for name in kept} for row in history if "gradient_cosine" in row]
