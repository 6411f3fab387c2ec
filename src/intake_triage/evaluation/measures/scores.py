"""Scores of decided classes and of probabilities, over the records with a task's label."""

import numpy as np
from sklearn.metrics import cohen_kappa_score

from intake_triage.evaluation.measures.measure import (
    ByClass,
    Decisions,
    Forecast,
    measure,
    over,
)
from intake_triage.statistics.bootstrap import replicate_f1
from intake_triage.statistics.disclosure import SHARE_DECIMALS
from intake_triage.statistics.scores import record_briers, record_log_losses
from intake_triage.tasks import Task

ARGMAX = ("argmax",)
SHARE = {"judges": "decisions", "least": 0, "most": 1, "decimals": SHARE_DECIMALS}


@measure("macro_f1", "macro-F1", in_subgroups=ARGMAX, of_fits=True, **SHARE)
def macro_f1(decisions: Decisions, task: Task) -> np.ndarray:
    """Mean F1 over the classes that the records have."""
    _, sample = decisions.of_task(task)
    return _f1(decisions, task)[..., np.unique(sample.labels)].mean(axis=-1)


@measure("f1", "F1", rules=ARGMAX, **SHARE)
def f1(decisions: Decisions, task: Task) -> ByClass:
    """F1 of each class with enough people to be shown on its own."""
    _, sample = decisions.of_task(task)
    scores = _f1(decisions, task)
    to_show = decisions.split.classes_to_show(task)
    return {name: over(sample, scores[..., k]) for k, name in to_show.items()}


@measure("accuracy", "accuracy", rules=ARGMAX, **SHARE)
def accuracy(decisions: Decisions, task: Task) -> np.ndarray:
    """Share of records decided rightly."""
    decided, sample = decisions.of_task(task)
    return sample.mean(decided == sample.labels)


@measure(
    "quadratic_kappa",
    "quadratic kappa",
    tasks=("urgency",),
    rules=ARGMAX,
    has_interval=False,
    **SHARE | {"least": -1},
)
def quadratic_kappa(decisions: Decisions, task: Task) -> np.ndarray:
    """Cohen's kappa with squared distances between ordinal classes as weights.

    0, no better than chance, where only one class is predicted and true.

    References
    ----------
    Cohen (1968), Weighted kappa: nominal scale agreement with provision for scaled disagreement or
    partial credit.
    """
    decided, sample = decisions.of_task(task)
    tiers = range(len(decisions.split.tiers))  # with those between that no form has: distances
    by_seed = [
        cohen_kappa_score(sample.labels, seed, labels=tiers, weights="quadratic")
        if len(np.union1d(seed, sample.labels)) > 1
        else 0.0
        for seed in decided
    ]
    return np.array(by_seed)[:, np.newaxis]


@measure(
    "log_loss", "log-loss, nats", judges="probabilities", least=0, in_subgroups=("",), of_fits=True
)
def log_loss(forecast: Forecast) -> np.ndarray:
    """Mean of −log of the true class's probability."""
    return _mean_over_records(record_log_losses, forecast)


@measure("brier", "Brier score", judges="probabilities", least=0, most=2)
def brier(forecast: Forecast) -> np.ndarray:
    """Mean squared distance between the predicted distribution and the outcome."""
    return _mean_over_records(record_briers, forecast)


def _mean_over_records(score, forecast: Forecast) -> np.ndarray:
    sample = forecast.sample
    return sample.mean(np.stack([score(seed, sample.labels) for seed in forecast.logits]))


def _f1(decisions: Decisions, task: Task) -> np.ndarray:
    """By class, (n_seeds, n_weights, n_classes)."""
    decided, sample = decisions.of_task(task)
    n_classes = len(decisions.split.classes[task])
    return replicate_f1(decided, sample.labels, sample.unit, sample.weights, n_classes=n_classes)
