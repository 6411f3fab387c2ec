"""What decisions are worth: macro-F1, the safety figures, 1,000 forms, and what they cost."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.decided import Decided
from intake_triage.evaluation.figures import DECIMALS, show_share
from intake_triage.evaluation.measures.triage import (
    Triage,
    placement_shares,
    tabulate_triage,
    tier_shares,
    triage_shares,
)
from intake_triage.evaluation.samples import HeldOut
from intake_triage.params import CostParams
from intake_triage.statistics.bootstrap import replicate_f1, replicate_mean
from intake_triage.statistics.estimates import estimate_score
from intake_triage.tasks import TASKS, Task

OUTCOMES = {  # the keys of per_1000, in the words of its plot
    "too_late": "sent too late",
    "too_early": "sent too early",
    "misrouted": "misrouted",
    "both_right": "both right",
}


def score_decisions(
    decided: Decided, held_out: HeldOut, weightings: np.ndarray, cost: CostParams
) -> dict[str, Any]:
    """Score the decisions of one system by one rule, each figure with its 95 % interval.

    Parameters
    ----------
    decided : by task, int arrays of shape (n_seeds, n_records)
    held_out : HeldOut
    weightings : float array of shape (n_weightings, n_units)
    cost : CostParams

    Returns
    -------
    dict
        macro_f1 by task; the figures of `triage_shares` and `tier_shares`; per_1000; cost_per_1000:
        clinical cost of 1,000 forms, both tasks, in needless steps up of an urgency tier. A figure
        is `value` (mean over seeds), `low`, `high`, and for a share `of`, the forms in its
        denominator; None stands for one that would give a few people away.
    """
    tiers = held_out.classes["urgency"]
    sample = held_out.labelled("urgency")
    placed = decided["urgency"][:, sample.rows]
    triage = tabulate_triage(placed, sample, weightings, n_tiers=len(tiers))
    return {
        "macro_f1": {task: _score_f1(decided, held_out, task, weightings) for task in TASKS},
        **{name: triage.show(share) for name, share in triage_shares(tiers).items()},
        **{
            name: {tier: triage.show(share) for tier, share in shares.items()}
            for name, shares in tier_shares(tiers).items()
        },
        "per_1000": _count_per_1000(decided, triage, held_out, weightings),
        "cost_per_1000": _estimate_cost(decided, triage, held_out, weightings, cost),
    }


def per_1000_rows(scores: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """per_1000 by system, rule and outcome; what would give few people away is left out.

    Parameters
    ----------
    scores : mapping
        By system and rule, as `score_decisions` gives them.
    """
    return [
        {
            "rule": rule,
            "outcome": words,
            "system": name,
            "per_1000": number["value"],
            "low": number["low"],
            "high": number["high"],
        }
        for name, by_rule in scores.items()
        for rule, of_rule in by_rule.items()
        for outcome, words in OUTCOMES.items()
        if (number := of_rule["per_1000"][outcome]) is not None
    ]


def _score_f1(
    decided: Decided, held_out: HeldOut, task: Task, weightings: np.ndarray
) -> dict[str, float]:
    sample = held_out.labelled(task)
    f1 = replicate_f1(
        decided[task][:, sample.rows],
        sample.labels,
        sample.unit,
        weightings,
        n_classes=len(held_out.classes[task]),
    )
    estimate = estimate_score(f1.mean(axis=-1), n_units=sample.n_units)
    return estimate.rounded(DECIMALS, least=0, most=1)


def _count_per_1000(
    decided: Decided, triage: Triage, held_out: HeldOut, weightings: np.ndarray
) -> dict[str, dict[str, float] | None]:
    """Of 1,000 forms, in whole numbers: too_late and too_early of those with a tier, misrouted of
    those with a sub-specialty, both_right of those with both.
    """
    has_specialty = held_out.has_label("specialty")
    right = {task: decided[task] == held_out.labels[task] for task in TASKS}

    def count(happened: np.ndarray, among: np.ndarray) -> dict[str, float] | None:
        return show_share(
            replicate_mean(happened, held_out.unit, weightings, among=among),
            of=among.sum(),
            n_units=len(np.unique(held_out.unit[among])),
            decimals=0,
            per=1000,
        )

    shares = placement_shares(triage.confusions.shape[-1])
    return {
        **{name: triage.show(share, decimals=0, per=1000) for name, share in shares.items()},
        "misrouted": count(~right["specialty"], has_specialty),
        "both_right": count(
            right["urgency"] & right["specialty"], has_specialty & held_out.has_label("urgency")
        ),
    }


def _estimate_cost(
    decided: Decided,
    triage: Triage,
    held_out: HeldOut,
    weightings: np.ndarray,
    cost: CostParams,
) -> dict[str, float]:
    sample = held_out.labelled("specialty")
    wrong = decided["specialty"][:, sample.rows] != sample.labels
    misrouted = replicate_mean(wrong, sample.unit, weightings)
    by_tier = triage.mean_cost(urgency_cost_matrix(triage.confusions.shape[-1], cost))
    total = 1000 * (by_tier + cost.misroute * misrouted)  # (n_seeds, n_weightings)
    return estimate_score(total, n_units=held_out.n_units).rounded(1, least=0)
