"""What is gained when a nurse decides some of the forms: the errors among the others.

Of urgency, a nurse gets the forms whose decision most probably misses an urgent one, since that is
the harm to prevent. An order by highest probability would fill the nurse's time with forms that
nobody can tell apart and that harm nobody. Of sub-specialty it is the right order: all misroutes
cost the same, and what the highest probability leaves is the probability of one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import softmax

from intake_triage.calibration.decisions import missed_urgent_probability
from intake_triage.evaluation.decisions import decide_urgency_by_cost
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.samples import LabelledSplit, Sample
from intake_triage.params import DecisionParams
from intake_triage.statistics.disclosure import SHARE_DECIMALS, estimate_share, points_to_show
from intake_triage.tasks import Task

COVERAGES = np.arange(100, 45, -5) / 100  # shares of the forms that the system decides on its own


def list_coverages(decision: DecisionParams) -> np.ndarray:
    """`COVERAGES`, and what `nurse_share` leaves, from all of the forms downwards."""
    return np.unique([*COVERAGES, round(1 - decision.nurse_share, 4)])[::-1]


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


@dataclass(frozen=True)
class Deferred:
    """The forms with a task's label, and the order in which a nurse gets them.

    Attributes
    ----------
    wrong, concerned : bool arrays of shape (n_labelled,)
        Where the error is made that a nurse would spare, and where it can be.
    certainty : float array of shape (n_labelled,)
        That it is not; the lowest go to a nurse first.
    """

    wrong: np.ndarray
    concerned: np.ndarray
    certainty: np.ndarray

    def keep(self, coverages: np.ndarray) -> np.ndarray:
        """How much of each form is kept at each coverage, (n_coverages, n_labelled)."""
        return np.stack([kept_share(self.certainty, coverage=c) for c in coverages])


def defer_urgency(logits: np.ndarray, sample: Sample, decision: DecisionParams) -> Deferred:
    """By the probability that an urgent form is missed; calibrated logits, (n_labelled, n_tiers).

    Tiers are those of least cost, and the forms concerned are those of an urgent tier.
    """
    placed = decide_urgency_by_cost(logits, decision)
    probabilities = softmax(np.float64(logits), axis=-1)
    missed = missed_urgent_probability(probabilities, placed, decision.urgent_tiers)
    urgent = sample.labels < decision.urgent_tiers
    return Deferred(urgent & (placed > sample.labels), urgent, 1 - missed)


def defer_specialty(logits: np.ndarray, sample: Sample) -> Deferred:
    """By the highest probability; calibrated logits of shape (n_labelled, n_classes)."""
    certainty = softmax(np.float64(logits), axis=-1).max(axis=-1)
    wrong = logits.argmax(axis=-1) != sample.labels
    return Deferred(wrong, np.full(len(wrong), True), certainty)


def risk_coverage_rows(
    forecasts: Logits, split: LabelledSplit, decision: DecisionParams
) -> list[dict[str, Any]]:
    """The errors among the forms that are kept, by task, forecaster and share kept.

    wrong: of the forms kept, those whose likeliest class is not the true one; under-triage: of the
    urgent forms kept, those that are missed; missed, of all forms: the same ones as a share of all
    forms, kept or not. The 95 % intervals take the certainty at which forms go to a nurse as given.
    No row tells of few people, nor does its difference from the next.
    """
    coverages = list_coverages(decision)
    rows = []
    for task in split.tasks:
        sample = split.sample(task)
        for name, by_task in forecasts.items():
            (logits,) = by_task[task][:, sample.rows]
            if task == "urgency":
                deferred = defer_urgency(logits, sample, decision)
            else:
                deferred = defer_specialty(logits, sample)
            rows += [
                {"task": task, "measure": measure, "system": name, **row}
                for measure, row in _measure(deferred, task, sample, coverages)
            ]
    return rows


def _measure(
    deferred: Deferred, task: Task, sample: Sample, coverages: np.ndarray
) -> Iterator[tuple[str, dict[str, float]]]:
    """Name of a measure and a row of it, by coverage."""
    kept = deferred.keep(coverages)
    concerned = kept * deferred.concerned
    groups = [(concerned * group).sum(axis=1) for group in (deferred.wrong, ~deferred.wrong)]
    smallest_shown = sample.smallest_shown
    shown = points_to_show(np.stack(groups, axis=1), smallest_shown=smallest_shown)
    first = "under-triage" if task == "urgency" else "wrong"
    figures = {first: (np.broadcast_to(deferred.wrong, kept.shape), concerned)}
    if task == "urgency":
        figures["missed, of all forms"] = kept * deferred.wrong, np.ones(kept.shape)
    for measure, (happened, among) in figures.items():
        replicates = sample.mean(happened, among=among)  # (n_coverages, n_weights)
        for k in np.flatnonzero(shown):
            n, units = among[k].sum(), len(np.unique(sample.unit[among[k] > 0]))
            share = estimate_share(
                replicates[k][np.newaxis], n=n, units=units, smallest_shown=smallest_shown
            )
            if share is not None:
                risk, low, high = (round(number, SHARE_DECIMALS) for number in share)
                row = {"coverage": float(coverages[k]), "risk": risk, "low": low, "high": high}
                yield measure, row | {"of": round(n)}
