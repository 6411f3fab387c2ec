"""The load: how many forms are placed in each tier, and how many belong there."""

from dataclasses import replace

import numpy as np

from intake_triage.evaluation.measures.measure import (
    ByClass,
    Decisions,
    Replicated,
    measure,
    over,
)
from intake_triage.evaluation.measures.triage import COUNT
from intake_triage.statistics.disclosure import SHARE_DECIMALS, hide_small_counts
from intake_triage.tasks import Task


@measure("placed", "placed there", **COUNT)
def placed(decisions: Decisions, task: Task) -> ByClass:
    """Forms placed in each tier.

    Those that belong in a tier are known, and sensitivity or predictive value may tell how many
    are wrongly in it or out of it: a tier is hidden where its number would tell a few of these.
    """
    table = decisions.confusions
    with np.errstate(invalid="ignore"):  # 0 / 0: a resample without forms with a tier
        shares = table.sum(axis=-2) / table.sum(axis=(-2, -1))[..., np.newaxis]
    return _by_tier(shares, _fewest_told(decisions)[:-1], decisions)


@measure("belonging", "belonging there", rules=("cost",), **COUNT)
def belonging(decisions: Decisions, task: Task) -> ByClass:
    """Forms whose true tier is each, whatever is decided."""
    table = decisions.confusions
    with np.errstate(invalid="ignore"):  # 0 / 0: a resample without forms with a tier
        shares = table.sum(axis=-1) / table.sum(axis=(-2, -1))[..., np.newaxis]
    counts = table[:, 0].sum(axis=-1).mean(axis=0)
    return _by_tier(shares, counts, decisions)


@measure(
    "urgent_load",
    "load on urgent tiers",
    judges="decisions",
    tasks=("urgency",),
    decimals=SHARE_DECIMALS,
)
def urgent_load(decisions: Decisions, task: Task) -> Replicated:
    """Forms placed in the urgent tiers for each that belongs there; NaN where none does.

    It rests on the units with a form that belongs there, as every ratio on those of its
    denominator. Hidden where it would tell of a few people, alone or with the number placed in a
    tier.
    """
    table, urgent_tiers = decisions.confusions, decisions.params.urgent_tiers
    sent = table[..., :urgent_tiers].sum(axis=(-2, -1))
    belongs = table[..., :urgent_tiers, :].sum(axis=(-2, -1))
    load = np.divide(sent, belongs, out=np.full(sent.shape, np.nan), where=belongs > 0)
    told = _fewest_told(decisions)
    few = (told > 0) & (told < decisions.split.smallest_shown)
    _, sample = decisions.of_task(task)
    units = len(np.unique(sample.unit[sample.labels < urgent_tiers]))
    return Replicated(load, belongs[:, 0].mean(), units, shown=not few.any())


def _fewest_told(decisions: Decisions) -> np.ndarray:
    """People in the smallest group that the load of a tier tells of, infinity where there is none.

    Of shape (n_tiers + 1,), the urgent tiers as one coming last. The groups are the forms that are
    rightly there, wrongly there, and wrongly elsewhere.
    """
    table = decisions.confusions[:, 0].mean(axis=0)  # (n_tiers, n_tiers)
    tiers = np.arange(len(table))
    of_load = np.vstack([np.eye(len(table)), tiers < decisions.params.urgent_tiers])  # which tiers
    right = np.einsum("gi,ij,gj->g", of_load, table, of_load)
    sent, belongs = of_load @ table.sum(axis=0), of_load @ table.sum(axis=1)
    groups = np.round([right, sent - right, belongs - right], 6)
    return np.where(groups > 0, groups, np.inf).min(axis=0)


def _by_tier(shares: np.ndarray, told: np.ndarray, decisions: Decisions) -> ByClass:
    """From shares of all forms with a tier, (n_seeds, n_weights, n_tiers), and people told of."""
    _, sample = decisions.of_task("urgency")
    (hidden,) = hide_small_counts(told[np.newaxis], smallest_shown=sample.smallest_shown)
    return {
        tier: replace(over(sample, shares[..., k]), shown=not hidden[k])
        for k, tier in enumerate(decisions.split.tiers)
    }
