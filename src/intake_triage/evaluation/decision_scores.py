"""What decisions are worth: macro-F1, the safety figures, 1,000 forms, and what they cost."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.decided import Decided
from intake_triage.evaluation.held_out import HeldOut, Labelled
from intake_triage.evaluation.resampling import (
    replicate_confusions,
    replicate_f1,
    replicate_mean,
)
from intake_triage.evaluation.safety import Share, mean_cost, tier_shares, triage_shares
from intake_triage.evaluation.small_counts import SMALLEST_SHOWN, is_small_share
from intake_triage.evaluation.uncertainty import estimate_score
from intake_triage.params import CostParams
from intake_triage.tasks import TASKS

DECIMALS = 4


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
        macro_f1 by task; the figures of `triage_shares` and `tier_shares`; per_1000: of 1,000
        forms, in whole numbers, too_late, too_early (a less, a more urgent tier than the true one),
        misrouted (a wrong sub-specialty), both_right; cost_per_1000: expected clinical cost of both
        tasks, in needless steps up of a tier. A figure is `value`, `low`, `high`, a mean over
        seeds; of a share also `of`, the forms in its denominator. None stands for one that would
        give a few people away.
    """
    tiers = held_out.classes["urgency"]
    urgency, specialty = (held_out.labelled(task) for task in TASKS)
    tier = decided["urgency"][:, urgency.rows]  # (n_seeds, n_labelled)
    confusions = replicate_confusions(
        tier, urgency.labels, urgency.unit, weightings, n_classes=len(tiers)
    )
    wrong = decided["specialty"][:, specialty.rows] != specialty.labels
    misrouted = replicate_mean(wrong, specialty.unit, weightings)
    in_urgency = mean_cost(confusions, urgency_cost_matrix(len(tiers), cost))
    total = estimate_score(
        1000 * (in_urgency + cost.misroute * misrouted), n_units=held_out.n_units
    )
    measured = {
        name: _measure(share, tier, urgency, confusions)
        for name, share in triage_shares(tiers).items()
    }
    by_tier = {
        name: {
            of_tier: _measure(share, tier, urgency, confusions) for of_tier, share in shares.items()
        }
        for name, shares in tier_shares(tiers).items()
    }
    return {
        "macro_f1": {
            task: _score_f1(decided[task], held_out, task, weightings) for task in TASKS
        },
        **measured,
        **by_tier,
        "per_1000": _count_per_1000(decided, held_out, weightings),
        "cost_per_1000": total.rounded(1, least=0),
    }


def _score_f1(predicted, held_out, task, weightings) -> dict[str, float]:
    sample = held_out.labelled(task)
    f1 = replicate_f1(
        predicted[:, sample.rows],
        sample.labels,
        sample.unit,
        weightings,
        n_classes=len(held_out.classes[task]),
    )
    estimate = estimate_score(f1.mean(axis=-1), n_units=sample.n_units)
    return estimate.rounded(DECIMALS, least=0, most=1)
