"""Calibration where decisions turn: is a small probability of an urgent tier as small as said?

At the costs as they are a form is placed in an urgent tier from a probability of some 10 % on.
Reliability of the likeliest class hardly has a bin there, and this curve has most of its bins.
"""

from typing import Any

import numpy as np
from scipy.special import expit, logit

from intake_triage.calibration.decisions import cut_thresholds
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures.cut_calibration import cut_logits
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.params import DecisionParams
from intake_triage.statistics.disclosure import SHARE_DECIMALS, SMALLEST_SHOWN, estimate_share

OUTER = np.array([1.5, 2, 3, 4])
INNER = np.arange(-4, 5) / 4
OFFSETS = np.concatenate([-OUTER[::-1], INNER, OUTER])  # of bin edges from the threshold, log-odds


def threshold_rows(
    forecasts: Logits, split: LabelledSplit, decision: DecisionParams
) -> list[dict[str, Any]]:
    """Mean probability of an urgent tier and share of urgent forms in each bin, by forecaster.

    `low` and `high` are the 95 % interval of the share; `threshold` is the probability of an urgent
    tier from which on the costs place a form in one. Without tiers there is no row.
    """
    if not split.tiers:
        return []
    sample = split.sample("urgency")
    urgent = sample.labels < decision.urgent_tiers
    threshold = cut_thresholds(len(split.tiers), decision)[decision.urgent_tiers - 1]
    rows = []
    for name, by_task in forecasts.items():
        (logits,) = by_task["urgency"][:, sample.rows]
        log_odds = cut_logits(logits)[:, decision.urgent_tiers - 1]  # (n_labelled,)
        bin_of = bin_around(
            log_odds, urgent, threshold=threshold, smallest_shown=sample.smallest_shown
        )
        in_bin = bin_of == np.arange(bin_of.max(initial=-1) + 1)[:, np.newaxis]
        shares = sample.mean(np.broadcast_to(urgent, in_bin.shape), among=in_bin)
        for rows_of, replicates in zip(in_bin, shares, strict=True):
            n, units = int(rows_of.sum()), len(np.unique(sample.unit[rows_of]))
            share = estimate_share(
                replicates[np.newaxis], n=n, units=units, smallest_shown=sample.smallest_shown
            )
            numbers = dict(zip(("observed", "low", "high"), share, strict=True))
            numbers |= {"chance": expit(log_odds[rows_of]).mean(), "threshold": threshold}
            rows.append(
                {"system": name}
                | {key: round(float(number), SHARE_DECIMALS) for key, number in numbers.items()}
                | {"forms": n}
            )
    return rows


def bin_around(
    log_odds: np.ndarray, outcomes: np.ndarray, *, threshold: float, smallest_shown: int
) -> np.ndarray:
    """Number of each record's bin, from 0 without gaps; -1 where no bin can be shown.

    Edges lie densely around the threshold, itself one of them. Going up, bins are put together
    until each holds `SMALLEST_SHOWN` people on either side, what is left at the end joining the
    last: so nobody is left out, whose number could be worked out. So are bins of made-up forms,
    since a share of fewer is noise. Arrays are of shape (n_records,).
    """
    fine = np.searchsorted(logit(threshold) + OFFSETS, log_odds, side="right")
    sides = [np.bincount(fine[side], minlength=len(OFFSETS) + 1) for side in (outcomes, ~outcomes)]
    joined, number, held = np.zeros(len(OFFSETS) + 1, int), 0, np.zeros(2)
    for k, counts in enumerate(zip(*sides, strict=True)):
        joined[k] = number
        held += counts
        if (held >= SMALLEST_SHOWN).all():
            number, held = number + 1, np.zeros(2)
    if number == 0 and (held < smallest_shown).any():
        return np.full(len(log_odds), -1)
    return np.minimum(joined, max(number - 1, 0))[fine]
