"""What is gained when the least certain forms go to a nurse: the error among the others."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import softmax

from intake_triage.evaluation.decisions import decide_urgency_by_cost
from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.samples import LabelledSplit, Sample
from intake_triage.params import DecisionParams
from intake_triage.statistics.disclosure import estimate_share

DECIMALS = 4
COVERAGES = np.arange(100, 45, -5) / 100  # shares of the forms that the system decides on its own


def kept_share(certainty: np.ndarray, *, coverage: float) -> np.ndarray:
    """How much of each record is kept when only the most certain share of all records is.

    Records of equal certainty are treated alike: where the cut goes through them, each is kept in
    part, which is what drawing among them gives on average. Of shape (n_records,), in [0, 1], with
    the sum coverage · n_records.
    """
    _, rank, counts = np.unique(-certainty, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts  # records that are more certain, by rank
    room = coverage * len(certainty) - before
    return np.clip(room / counts, 0, 1)[rank]


def risk_coverage_rows(
    systems: Mapping[str, SystemLogits], split: LabelledSplit, params: DecisionParams
) -> list[dict[str, Any]]:
    """The error among the forms that are kept, and for urgency their under-triage.

    Certainty is the calibrated probability of the likeliest class. wrong: that class is not the
    true one; under-triage: after the least-cost decision on the same probabilities. The 95 %
    intervals are of the forms kept here: they take the certainty at which forms go to a nurse as
    given. No row tells of few people.
    """
    rows = []
    for task in split.tasks:
        sample = split.sample(task)
        for name, system in systems.items():
            logits = system.calibrated[task][:, sample.rows]
            certainty = softmax(np.float64(logits), axis=-1).max(axis=-1)
            wrong = logits.argmax(axis=-1) != sample.labels
            concerned = {"wrong": (wrong, np.full(len(sample.labels), True))}
            if task == "urgency":
                urgent = sample.labels < params.urgent_tiers
                placed = decide_urgency_by_cost(logits, params)
                concerned["under-triage"] = (urgent & (placed > sample.labels), urgent)
            kept = np.stack(
                [[kept_share(seed, coverage=c) for seed in certainty] for c in COVERAGES]
            )
            rows += [
                {"task": task, "measure": measure, "system": name, **row}
                for measure, (happened, among) in concerned.items()
                for row in _rows_by_coverage(happened, kept * among, sample)
            ]
    return rows


def _rows_by_coverage(
    happened: np.ndarray, among: np.ndarray, sample: Sample
) -> list[dict[str, float]]:
    """The rows of one measure.

    Parameters
    ----------
    happened : bool array of shape (n_seeds, n_labelled)
    among : float array of shape (n_coverages, n_seeds, n_labelled)
    """
    by_coverage = sample.mean(np.broadcast_to(happened, among.shape), among=among)
    rows = []  # of (n_coverages, n_seeds, n_weights)
    for coverage, weights, replicates in zip(COVERAGES, among, by_coverage, strict=True):
        n = weights.sum(axis=1).mean()
        units = len(np.unique(sample.unit[weights.any(axis=0)]))
        share = estimate_share(replicates, n=n, units=units)
        if share is not None:
            risk, low, high = (round(number, DECIMALS) for number in share)
            row = {"coverage": float(coverage), "risk": risk, "low": low, "high": high}
            rows.append(row | {"of": round(n)})
    return rows
