"""One system's scores on the test split: means over its seeds, rounded for people to read."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.metrics import cohen_kappa_score

from intake_triage.evaluation.classwise import classwise_ece
from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.measures.reliability import (
    bin_by_confidence,
    debiased_ece,
    ece_if_calibrated,
    top_label,
)
from intake_triage.evaluation.samples import HeldOut
from intake_triage.statistics.scores import accuracy, brier, f1_by_class, log_loss
from intake_triage.tasks import TASKS, Task

DECIMALS = 5


def score_system(system: SystemLogits, held_out: HeldOut, *, ece_bins: int) -> dict[str, Any]:
    """Every score of a system, by task, and the share of records where both tasks are right.

    Parameters
    ----------
    system : SystemLogits
    held_out : HeldOut
    ece_bins : int

    Returns
    -------
    dict
        By task the scores of `score_task`, and `both_right`, in [0, 1], over the records with both
        labels.
    """
    scores: dict[str, Any] = {
        task: score_task(system, held_out, task, ece_bins=ece_bins) for task in TASKS
    }
    scores["both_right"] = round(share_both_right(system, held_out), DECIMALS)
    return scores


def score_task(
    system: SystemLogits, held_out: HeldOut, task: Task, *, ece_bins: int
) -> dict[str, Any]:
    """Scores of one task, over the records with its label.

    log_loss (nats), brier and the calibration errors are of calibrated probabilities, those named
    raw_… of raw ones; macro_f1, accuracy, f1 by class and, for urgency, the quadratic kappa are of
    the raw argmax.
    """
    rows = held_out.has_label(task)
    labels, n_classes = held_out.labels[task][rows], len(held_out.classes[task])
    raw, calibrated = system.raw[task][:, rows], system.calibrated[task][:, rows]
    f1 = np.stack(
        [f1_by_class(seed.argmax(axis=1), labels, n_classes=n_classes) for seed in raw]
    )  # (n_seeds, n_classes)
    means = {"macro_f1": f1.mean(), "accuracy": _mean([accuracy(seed, labels) for seed in raw])}
    if task == "urgency":
        means["quadratic_kappa"] = _mean(
            [quadratic_kappa(seed.argmax(axis=1), labels) for seed in raw]
        )
    means |= _score_probabilities(calibrated, labels, ece_bins=ece_bins)
    of_raw = _score_probabilities(raw, labels, ece_bins=ece_bins)
    means |= {f"raw_{name}": value for name, value in of_raw.items()}
    scores: dict[str, Any] = {name: round(float(mean), DECIMALS) for name, mean in means.items()}
    for prefix, logits in (("", calibrated), ("raw_", raw)):
        by_class = score_classes(logits, labels, held_out.classes_to_show(task), ece_bins=ece_bins)
        scores |= {f"{prefix}{name}": value for name, value in by_class.items()}
    scores["f1"] = {
        name: round(float(f1[:, k].mean()), DECIMALS)
        for k, name in held_out.classes_to_show(task).items()
    }
    return scores


def score_classes(
    logits: np.ndarray, labels: np.ndarray, to_show: Mapping[int, str], *, ece_bins: int
) -> dict[str, Any]:
    """The class-wise ECE, and the class that has the highest.

    Parameters
    ----------
    logits : float array of shape (n_seeds, n_records, n_classes)
    labels : int array of shape (n_records,)
    to_show : mapping
        Class index to name, for those that may be named.
    ece_bins : int

    Returns
    -------
    dict
        classwise_ece, the mean over classes, also as a perfectly calibrated model shows it;
        worst_class, among those `to_show`, and its ECE; None where none is. Means over seeds.
    """
    by_seed = [
        classwise_ece(softmax(np.float64(seed), axis=1), labels, n_bins=ece_bins) for seed in logits
    ]
    by_class, if_calibrated = np.mean(
        [(seed.by_class, seed.if_calibrated) for seed in by_seed], axis=0
    )  # each (n_classes,)
    worst = max(to_show, key=by_class.__getitem__, default=None)
    return {
        "classwise_ece": round(float(by_class.mean()), DECIMALS),
        "classwise_ece_if_calibrated": round(float(if_calibrated.mean()), DECIMALS),
        "worst_class": to_show.get(worst),
        "worst_class_ece": None if worst is None else round(float(by_class[worst]), DECIMALS),
    }


def quadratic_kappa(predicted: np.ndarray, labels: np.ndarray) -> float:
    """Cohen's kappa with squared distances between ordinal classes as weights, in [-1, 1].

    0, no better than chance, where only one class is predicted and true.
    """
    if len(np.union1d(predicted, labels)) == 1:
        return 0.0
    return float(cohen_kappa_score(labels, predicted, weights="quadratic"))


def share_both_right(system: SystemLogits, held_out: HeldOut) -> float:
    """Share of the records with both labels where both are predicted right, mean over seeds."""
    both = np.logical_and.reduce([held_out.has_label(task) for task in TASKS])
    if not both.any():
        return 0.0
    right = [
        system.raw[task][:, both].argmax(axis=2) == held_out.labels[task][both] for task in TASKS
    ]  # each (n_seeds, n_records)
    return float(np.logical_and(*right).mean())


def _score_probabilities(
    logits: np.ndarray, labels: np.ndarray, *, ece_bins: int
) -> dict[str, float]:
    """Means over seeds; `logits` of shape (n_seeds, n_records, n_classes)."""
    confident = [top_label(seed, labels) for seed in logits]
    bins = [bin_by_confidence(*pair, n_bins=ece_bins) for pair in confident]
    return {
        "log_loss": _mean([log_loss(seed, labels) for seed in logits]),
        "brier": _mean([brier(seed, labels) for seed in logits]),
        "ece": _mean([debiased_ece(seed_bins) for seed_bins in bins]),
        "ece_if_calibrated": _mean(
            [ece_if_calibrated(confidence, n_bins=ece_bins) for confidence, _ in confident]
        ),
    }


def _mean(values: list[float]) -> float:
    return float(np.mean(values))
