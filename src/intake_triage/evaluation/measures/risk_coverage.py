"""What is gained when the least certain forms go to a nurse: the error among the others."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import softmax

from intake_triage.calibration.decisions import URGENT_TIERS
from intake_triage.evaluation.decided import decide_urgency_by_cost
from intake_triage.evaluation.figures import DECIMALS, show_share
from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.samples import HeldOut, Labelled
from intake_triage.params import CostParams
from intake_triage.statistics.bootstrap import replicate_mean
from intake_triage.tasks import TASKS, Task

COVERAGES = np.arange(100, 45, -5) / 100  # shares of the forms that the system decides on its own


def kept_share(certainty: np.ndarray, *, coverage: float) -> np.ndarray:
    """How much of each record is kept when only the most certain share of all records is.

    Records of equal certainty are treated alike: where the cut goes through them, each is kept in
    part, which is what drawing among them gives on average.

    Parameters
    ----------
    certainty : float array of shape (n_records,)
    coverage : float
        In (0, 1].

    Returns
    -------
    float64 array of shape (n_records,)
        In [0, 1], with the sum coverage · n_records.
    """
    _, rank, counts = np.unique(-certainty, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts  # records that are more certain, by rank
    room = coverage * len(certainty) - before
    return np.clip(room / counts, 0, 1)[rank]


def risk_coverage_area(certainty: np.ndarray, wrong: np.ndarray) -> float:
    """Area under the risk-coverage curve: the mean error over all coverages, 1/n to 1.

    Parameters
    ----------
    certainty : float array of shape (n_records,)
        Records of equal certainty come in random order, on average.
    wrong : bool array of shape (n_records,)

    Returns
    -------
    float
        In [0, 1], lower is better; the error rate where certainty tells nothing.

    References
    ----------
    Geifman, El-Yaniv (2017), Selective classification for deep neural networks.
    """
    _, rank, counts = np.unique(-certainty, return_inverse=True, return_counts=True)
    ends = np.concatenate([[0], np.cumsum(counts)])
    errors = np.concatenate([[0], np.cumsum(np.bincount(rank, weights=wrong))])
    kept = np.arange(1, len(certainty) + 1)
    return float((np.interp(kept, ends, errors) / kept).mean())


def risk_coverage_rows(
    systems: Mapping[str, SystemLogits],
    held_out: HeldOut,
    weightings: np.ndarray,
    cost: CostParams,
) -> list[dict[str, Any]]:
    """The error among the forms that are kept, and for urgency their under-triage.

    Certainty is the calibrated probability of the likeliest class. wrong: that class is not the
    true one; under-triage: after the least-cost decision on the same probabilities. The 95 %
    intervals are of the forms kept here: they take the certainty at which forms go to a nurse as
    given. No row tells of few people.

    Parameters
    ----------
    systems : mapping
    held_out : HeldOut
    weightings : float array of shape (n_weightings, n_units)
    cost : CostParams
    """
    rows = []
    for task in TASKS:
        sample = held_out.labelled(task)
        for name, system in systems.items():
            logits = system.calibrated[task][:, sample.rows]
            certainty, likeliest = most_certain(logits)
            concerned = {"wrong": (likeliest != sample.labels, np.full(len(sample.labels), True))}
            if task == "urgency":
                urgent = sample.labels < URGENT_TIERS
                placed = decide_urgency_by_cost(logits, cost)
                concerned["under-triage"] = (urgent & (placed > sample.labels), urgent)
            kept = np.stack(
                [[kept_share(seed, coverage=c) for seed in certainty] for c in COVERAGES]
            )
            for measure, (happened, among) in concerned.items():
                rows += [
                    {"task": task, "measure": measure, "system": name, **row}
                    for row in _rows_by_coverage(happened, kept * among, sample, weightings)
                ]
    return rows


def risk_coverage_areas(
    systems: Mapping[str, SystemLogits], held_out: HeldOut
) -> dict[str, dict[Task, float]]:
    """`risk_coverage_area` of the calibrated probabilities by system and task, mean over seeds."""
    areas: dict[str, dict[Task, float]] = {}
    for name, system in systems.items():
        areas[name] = {}
        for task in TASKS:
            sample = held_out.labelled(task)
            by_seed = zip(*most_certain(system.calibrated[task][:, sample.rows]), strict=True)
            area = [risk_coverage_area(sure, placed != sample.labels) for sure, placed in by_seed]
            areas[name][task] = round(float(np.mean(area)), DECIMALS)
    return areas


def most_certain(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The highest probability and its class, (..., n_classes) to (...) each."""
    return softmax(np.float64(logits), axis=-1).max(axis=-1), logits.argmax(axis=-1)


def _rows_by_coverage(
    happened: np.ndarray, among: np.ndarray, sample: Labelled, weightings: np.ndarray
) -> list[dict[str, float]]:
    """The rows of one measure.

    Parameters
    ----------
    happened : bool array of shape (n_seeds, n_labelled)
    among : float array of shape (n_coverages, n_seeds, n_labelled)
    """
    by_coverage = replicate_mean(
        np.broadcast_to(happened, among.shape), sample.unit, weightings, among=among
    )  # (n_coverages, n_seeds, n_weightings)
    rows = []
    for coverage, weights, replicates in zip(COVERAGES, among, by_coverage, strict=True):
        share = show_share(
            replicates,
            of=weights.sum(axis=1).mean(),
            n_units=len(np.unique(sample.unit[weights.any(axis=0)])),
        )
        if share is not None:
            risk = share.pop("value")
            rows.append({"coverage": float(coverage), "risk": risk, **share})
    return rows
