"""For whom is a system worse? Its scores within subgroups of sex, age, site and the like."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from intake_triage.evaluation.decided import decide_urgency_by_cost
from intake_triage.evaluation.figures import DECIMALS
from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.measures.reliability import replicate_ece, top_label
from intake_triage.evaluation.measures.triage import tabulate_triage, triage_shares
from intake_triage.evaluation.samples import HeldOut, Labelled
from intake_triage.params import CompareParams, CostParams
from intake_triage.statistics.bootstrap import replicate_f1, replicate_mean
from intake_triage.statistics.disclosure import hide_small_counts
from intake_triage.statistics.estimates import ALPHA, estimate_score
from intake_triage.statistics.scores import record_log_losses
from intake_triage.tasks import TASKS, Task


def subgroup_rows(
    systems: Mapping[str, SystemLogits],
    held_out: HeldOut,
    weightings: np.ndarray,
    params: CompareParams,
    cost: CostParams,
) -> list[dict[str, Any]]:
    """Scores of each task, subgroup and system with intervals that hold together.

    macro_f1: by raw argmax, over the classes that the subgroup's records have; log_loss and ece:
    calibrated; under_triage: after the least-cost decision on calibrated probabilities, left out
    where it would tell of few people. The intervals are Bonferroni's: all those of one measure,
    task, column and system cover at 95 % at once. That of an ECE is rough.

    Parameters
    ----------
    systems : mapping
    held_out : HeldOut
    weightings : float array of shape (n_weightings, n_units)
    params : CompareParams
        `min_subgroup`: subgroups of fewer labelled records are left out; `ece_bins`.
    cost : CostParams

    Returns
    -------
    list of dict
        task, column, subgroup, forms, system, measure, value, low, high.
    """
    rows = []
    for task in TASKS:
        sample = held_out.labelled(task)
        for column, values in held_out.subgroups.items():
            shown = subgroups_to_show(values[sample.rows], min_subgroup=params.min_subgroup)
            for subgroup in shown:
                part = sample.where(values[sample.rows] == subgroup)
                units, unit = np.unique(part.unit, return_inverse=True)
                part = Labelled(part.rows, part.labels, unit)
                drawn = weightings[:, units]
                rows += [
                    {
                        "task": task,
                        "column": column,
                        "subgroup": subgroup,
                        "forms": len(part.labels),
                        "system": name,
                        "measure": measure,
                        **numbers,
                    }
                    for name, system in systems.items()
                    for measure, numbers in _score(
                        system,
                        part,
                        drawn,
                        task,
                        tiers=held_out.classes["urgency"],
                        cost=cost,
                        n_bins=params.ece_bins,
                        level=1 - ALPHA / len(shown),
                    )
                ]
    return rows


def subgroups_to_show(values: np.ndarray, *, min_subgroup: int) -> list[str]:
    """The subgroups of at least so many records, and not one of them if the rest is a few people.

    Parameters
    ----------
    values : str array of shape (n_labelled,)
    min_subgroup : int
        At least `SMALLEST_SHOWN`.
    """
    names, counts = np.unique(values, return_counts=True)
    (hidden,) = hide_small_counts(counts[np.newaxis].astype(float), smallest=min_subgroup)
    return names[~hidden].tolist()


def _score(
    system: SystemLogits,
    part: Labelled,
    weightings: np.ndarray,
    task: Task,
    *,
    tiers: tuple[str, ...],
    cost: CostParams,
    n_bins: int,
    level: float,
) -> Iterator[tuple[str, dict[str, float]]]:
    """Measures and their numbers on the records of one subgroup."""
    raw, calibrated = system.raw[task][:, part.rows], system.calibrated[task][:, part.rows]
    likeliest, present = raw.argmax(axis=-1), np.unique(part.labels)
    f1 = replicate_f1(likeliest, part.labels, part.unit, weightings, n_classes=raw.shape[-1])
    yield "macro_f1", _round(f1[..., present].mean(axis=-1), part, level, most=1)
    losses = np.stack([record_log_losses(seed, part.labels) for seed in calibrated])
    yield "log_loss", _round(replicate_mean(losses, part.unit, weightings), part, level)
    ece = [
        replicate_ece(*top_label(seed, part.labels), part.unit, weightings, n_bins=n_bins)
        for seed in calibrated
    ]
    yield "ece", _round(np.stack(ece), part, level, most=1)
    if task == "urgency":
        placed = decide_urgency_by_cost(calibrated, cost)
        triage = tabulate_triage(placed, part, weightings, n_tiers=len(tiers))
        share = triage.show(triage_shares(tiers)["under_triage"], level=level)
        if share is not None:
            yield "under_triage", {name: share[name] for name in ("value", "low", "high")}


def _round(
    replicates: np.ndarray, part: Labelled, level: float, *, most: float = np.inf
) -> dict[str, float]:
    estimate = estimate_score(replicates, n_units=part.n_units)
    return estimate.rounded(DECIMALS, least=0, most=most, level=level)
