"""Does the order in which a nurse gets forms protect urgent patients? Beside two other orders."""

from typing import Any

import numpy as np
from scipy.special import softmax

from intake_triage.evaluation.curves.risk_coverage import (
    defer_urgency,
    kept_share,
    list_coverages,
)
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures.triage import FORMS
from intake_triage.evaluation.samples import LabelledSplit, Sample
from intake_triage.params import DecisionParams
from intake_triage.statistics.disclosure import points_to_show
from intake_triage.statistics.estimates import estimate_score

OTHERS = ("random", "highest_probability")


def compare_orders(
    forecasts: Logits, split: LabelledSplit, decision: DecisionParams
) -> dict[str, Any]:
    """Urgent forms missed among those kept from a nurse, by forecaster, against two other orders.

    The others are chance, and the highest probability, lowest first. `fewer_at` says at how many of
    the `shares_kept` the 95 % interval of the paired difference shows that fewer are missed. `at`
    has, for each share kept that tells of no few people, the urgent forms missed per 1,000 of all
    forms, kept or not, and how many `fewer_than` by another order, with the interval. Without tiers
    there is nothing.
    """
    if not split.tiers:
        return {}
    sample = split.sample("urgency")
    coverages = list_coverages(decision)[1:]  # without a nurse there is no order
    return {
        name: _compare(by_task["urgency"][0, sample.rows], sample, decision, coverages)
        for name, by_task in forecasts.items()
    }


def _compare(
    logits: np.ndarray, sample: Sample, decision: DecisionParams, coverages: np.ndarray
) -> dict[str, Any]:
    deferred = defer_urgency(logits, sample, decision)
    kept = deferred.keep(coverages)  # (n_coverages, n_labelled)
    highest = softmax(np.float64(logits), axis=-1).max(axis=-1)
    by_highest = np.stack([kept_share(highest, coverage=c) for c in coverages])
    at_random = np.broadcast_to(coverages[:, np.newaxis], kept.shape)
    more_kept = np.stack([kept, at_random - kept, by_highest - kept])
    replicates = FORMS * sample.mean(more_kept * deferred.wrong)  # (3, n_coverages, n_weights)
    missed, *fewer = [
        [estimate_score(each[np.newaxis], n_units=sample.n_units) for each in by_coverage]
        for by_coverage in replicates
    ]
    counts = [(each * deferred.wrong).sum(axis=1) for each in (kept, by_highest)]
    smallest_shown = sample.smallest_shown
    shown = points_to_show(np.stack(counts, axis=1), smallest_shown=smallest_shown)
    shown &= np.round(counts[0], 6) >= smallest_shown
    return {
        "shares_kept": len(coverages),
        "fewer_at": {
            other: sum(estimate.interval()[0] > 0 for estimate in estimates)
            for other, estimates in zip(OTHERS, fewer, strict=True)
        },
        "at": [
            {
                "kept": float(coverages[k]),
                "missed": missed[k].rounded(0, least=0),
                "fewer_than": {
                    other: estimates[k].rounded(0)
                    for other, estimates in zip(OTHERS, fewer, strict=True)
                },
            }
            for k in np.flatnonzero(shown)
        ],
    }
