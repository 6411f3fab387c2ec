"""The comparison as a whole: every system's scores, transfer, and the rows that plots draw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.evaluation.clinical import view_clinically
from intake_triage.evaluation.fitted_rules import FittedRules
from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.headroom import add_shares_of_the_way
from intake_triage.evaluation.plot_rows import (
    Row,
    confusion_rows,
    macro_f1_rows,
    reliability_rows,
)
from intake_triage.evaluation.samples import HeldOut
from intake_triage.evaluation.scorecard import score_system
from intake_triage.params import CompareParams, CostParams, MarginParams
from intake_triage.statistics.bootstrap import Replicates, draw_weightings, replicate_scores
from intake_triage.statistics.estimates import FEW_UNITS, Estimate, estimate_score
from intake_triage.statistics.verdicts import Gain, gain_in_f1, gain_in_log_loss
from intake_triage.tasks import TASKS, Task


@dataclass(frozen=True)
class Comparison:
    """What the test split says.

    Attributes
    ----------
    metrics : for metrics/compare.json
        test: by task, labelled records, their units, and whether these are too few for intervals
        to be trusted; systems: scores by system; decisions: by system and rule; transfer: by task,
        mtl against st.
    safety : for metrics/safety.json
    plots : rows by the name of the plot
    """

    metrics: dict[str, Any]
    safety: dict[str, Any]
    plots: dict[str, list[Row]]


def compare_systems(
    systems: Mapping[str, SystemLogits],
    held_out: HeldOut,
    fitted: FittedRules,
    *,
    params: CompareParams,
    cost: CostParams,
    alpha: float,
) -> Comparison:
    """Score all systems on the same records and resamples.

    Parameters
    ----------
    systems : mapping
        prior, st and mtl among them.
    held_out : HeldOut
    fitted : FittedRules
    params : CompareParams
    cost : CostParams
        Clinical cost of a wrong decision.
    alpha : float
        What the prediction sets were fitted for.
    """
    weightings = draw_weightings(held_out.n_units, resamples=params.resamples)
    macro_f1: dict[Task, dict[str, Estimate]] = {}
    transfer: dict[Task, dict[str, Any]] = {}
    transfer_rows: list[Row] = []
    for task in TASKS:
        raw = {
            name: _replicate(system.raw[task], held_out, task, weightings)
            for name, system in systems.items()
        }
        calibrated = {
            name: _replicate(systems[name].calibrated[task], held_out, task, weightings)
            for name in ("mtl", "st")
        }
        macro_f1[task] = {
            name: estimate_score(replicates.macro_f1, n_units=held_out.count_units(task))
            for name, replicates in raw.items()
        }
        gains = _measure_gains(raw, calibrated, held_out, task, params.margin)
        transfer[task] = gains["macro_f1"].summary() | {
            measure: gains[measure].summary() for measure in ("log_loss", "calibrated_log_loss")
        }
        for measure in ("macro_f1", "log_loss"):
            rows = gains[measure].rows()
            transfer_rows += [{"task": task, "measure": measure, **row} for row in rows]
    clinic = view_clinically(
        systems, held_out, fitted, weightings, params=params, cost=cost, alpha=alpha
    )
    scores = {
        name: score_system(system, held_out, ece_bins=params.ece_bins)
        for name, system in systems.items()
    }
    for name, of_urgency in clinic.urgency.items():
        scores[name]["urgency"] |= of_urgency
    # A reliability or confusion picture of one and the same forecast for all records says nothing.
    drawn = {name: system for name, system in systems.items() if name != "prior"}
    return Comparison(
        metrics={
            "test": {task: _describe_sample(held_out, task) for task in TASKS},
            "systems": add_shares_of_the_way(scores),
            "decisions": clinic.decisions,
            "transfer": transfer,
        },
        safety=clinic.safety,
        plots={
            "macro_f1": macro_f1_rows(macro_f1),
            "reliability": reliability_rows(drawn, held_out, n_bins=params.ece_bins),
            "confusion": confusion_rows(drawn, held_out),
            "transfer": transfer_rows,
            **clinic.plots,
        },
    )


def _replicate(
    logits: np.ndarray, held_out: HeldOut, task: Task, weightings: np.ndarray
) -> Replicates:
    """Score the records with the task's label under every weighting."""
    rows = held_out.has_label(task)
    return replicate_scores(
        logits[:, rows], held_out.labels[task][rows], held_out.unit[rows], weightings
    )


def _measure_gains(
    raw: Mapping[str, Replicates],
    calibrated: Mapping[str, Replicates],
    held_out: HeldOut,
    task: Task,
    margin: MarginParams,
) -> dict[str, Gain]:
    """What mtl gains over st, by measure."""
    shared = {"classes": held_out.classes_to_show(task), "n_units": held_out.count_units(task)}
    return {
        "macro_f1": gain_in_f1(raw["mtl"], raw["st"], margin=margin.macro_f1, **shared),
        "log_loss": gain_in_log_loss(raw["mtl"], raw["st"], margin=margin.log_loss, **shared),
        "calibrated_log_loss": gain_in_log_loss(
            calibrated["mtl"], calibrated["st"], margin=margin.log_loss, **shared
        ),
    }


def _describe_sample(held_out: HeldOut, task: Task) -> dict[str, Any]:
    n_units = held_out.count_units(task)
    return {
        "records": int(held_out.has_label(task).sum()),
        "units": n_units,
        "few_units": n_units < FEW_UNITS,
    }
