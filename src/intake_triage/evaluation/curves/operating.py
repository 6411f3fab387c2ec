"""The operating curve: under-triage against over-triage as a late urgent form weighs more.

A clinic that has places for so many needless steps up reads off it what each forecaster misses
then, whatever its costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.evaluation.decisions import decide_urgency_by_cost
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures.triage import triage_cells
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.params import DecisionParams
from intake_triage.statistics.disclosure import (
    SHARE_DECIMALS,
    estimate_share,
    is_small_share,
    points_to_show,
)

WEIGHTS = np.round(np.geomspace(1, 50, 17), 2)  # of `decision.cost.too_late_urgent`
READ_AT = (0.25, 0.35, 0.5)  # over-triage


@dataclass(frozen=True)
class OperatingCurve:
    """Of one forecaster, a point a weight; with each more forms are placed higher, none lower.

    Attributes
    ----------
    weights : float array of shape (n_points,)
        In increasing order, the present one among them.
    present : int
        Which of them that is.
    shares : float array of shape (2, n_points, n_weights)
        Under-triage and over-triage, under all bootstrap weights.
    counts : float array of shape (2, n_points)
        Forms that they count.
    among : int array of shape (2,)
        Forms that they are shares of.
    urgent_units : int
        Units of those that under-triage is a share of.
    smallest_shown : int
        As the split has it.
    """

    weights: np.ndarray
    present: int
    shares: np.ndarray
    counts: np.ndarray
    among: np.ndarray
    urgent_units: int
    smallest_shown: int


def trace_curves(
    forecasts: Logits, split: LabelledSplit, decision: DecisionParams
) -> Iterator[tuple[str, OperatingCurve]]:
    """Name and curve of every forecaster; none where there are no tiers."""
    if not split.tiers:
        return
    sample = split.sample("urgency")
    present = decision.cost.too_late_urgent
    weights = np.unique([*WEIGHTS, present])
    figures = triage_cells(split.tiers, urgent_tiers=decision.urgent_tiers)
    cells = [figures[name][""] for name in ("under_triage", "over_triage")]
    among = np.stack([each.among.any(axis=1)[sample.labels] for each in cells])  # (2, n_labelled)
    for name, by_task in forecasts.items():
        (logits,) = by_task["urgency"][:, sample.rows]
        placed = np.stack([decide_urgency_by_cost(logits, _reweigh(decision, w)) for w in weights])
        happened = np.stack([each.counted[sample.labels, placed] for each in cells])
        yield (
            name,
            OperatingCurve(
                weights=weights,
                present=int(np.searchsorted(weights, present)),
                shares=sample.mean(happened, among=among[:, np.newaxis]),
                counts=happened.sum(axis=-1),
                among=among.sum(axis=-1),
                urgent_units=len(np.unique(sample.unit[among[0]])),
                smallest_shown=split.smallest_shown,
            ),
        )


def operating_rows(
    forecasts: Logits, split: LabelledSplit, decision: DecisionParams
) -> list[dict[str, Any]]:
    """Under- and over-triage of each forecaster and weight, and the ceilings on both.

    `present` marks the weight that the costs have. No point tells of few people, nor does its
    difference from the next.
    """
    ceilings = {key: getattr(decision, key) for key in ("max_under_triage", "max_over_triage")}
    rows = []
    for name, curve in trace_curves(forecasts, split, decision):
        left_over = curve.among[:, np.newaxis] - curve.counts
        groups = np.concatenate([curve.counts, left_over]).T  # (n_points, 4)
        smallest_shown = curve.smallest_shown
        shown = points_to_show(groups, smallest_shown=smallest_shown, first=curve.present)
        for k in np.flatnonzero(shown):
            if any(
                is_small_share(*pair, smallest_shown=smallest_shown)
                for pair in zip(curve.counts[:, k], curve.among, strict=True)
            ):
                continue
            under, over = (round(float(share), SHARE_DECIMALS) for share in curve.shares[:, k, 0])
            point = {"weight": float(curve.weights[k]), "present": bool(k == curve.present)}
            rows.append(
                {"system": name, **point, "over_triage": over, "under_triage": under} | ceilings
            )
    return rows


def missed_at_over_triage(
    forecasts: Logits, split: LabelledSplit, decision: DecisionParams
) -> dict[str, dict[str, dict[str, float] | None]]:
    """Under-triage of each forecaster at each of `READ_AT`, with its 95 % interval.

    None beyond the curve's ends, and where it would tell of few people. The interval rests on the
    resamples whose curve reaches so far.
    """
    read: dict[str, dict[str, dict[str, float] | None]] = {}
    for name, curve in trace_curves(forecasts, split, decision):
        read[name] = {}
        for at in READ_AT:
            values = read_off(curve.shares[0], curve.shares[1], at)
            share = None
            if not np.isnan(values[0]):
                n, units = int(curve.among[0]), curve.urgent_units
                share = estimate_share(
                    values[np.newaxis], n=n, units=units, smallest_shown=curve.smallest_shown
                )
            numbers = None
            if share is not None:
                ends = zip(("value", "low", "high"), share, strict=True)
                numbers = {key: round(number, SHARE_DECIMALS) for key, number in ends}
            read[name][str(at)] = numbers
    return read


def read_off(under: np.ndarray, over: np.ndarray, at: float) -> np.ndarray:
    """Under-triage where over-triage is `at`, on the line between the two points around it.

    From arrays of shape (n_points, n_weights), `over` never falling from point to point, to
    (n_weights,); NaN where all points lie on one side.
    """
    beyond = (over < at).sum(axis=0)  # the first point that reaches it
    inside = (beyond > 0) & (beyond < len(over))
    right = np.where(inside, beyond, 1)[np.newaxis]
    (x0, x1), (y0, y1) = (
        [np.take_along_axis(each, side, axis=0)[0] for side in (right - 1, right)]
        for each in (over, under)
    )
    part = np.divide(at - x0, x1 - x0, out=np.full(len(inside), np.nan), where=inside)
    return y0 + part * (y1 - y0)


def _reweigh(decision: DecisionParams, weight: float) -> DecisionParams:
    """The same params where an urgent form that is a tier too low costs `weight`."""
    cost = decision.cost.model_copy(update={"too_late_urgent": float(weight)})
    return decision.model_copy(update={"cost": cost})
