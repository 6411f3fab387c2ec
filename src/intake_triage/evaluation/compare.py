"""The comparison as a whole: the table of results, its public faces, transfer, and plots."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake_triage.evaluation.curves.net_benefit import net_benefit_rows
from intake_triage.evaluation.curves.prediction_sets import coverage_rows
from intake_triage.evaluation.curves.risk_coverage import risk_coverage_rows
from intake_triage.evaluation.decisions import decide_all
from intake_triage.evaluation.forecasts import FittedRules, SystemLogits
from intake_triage.evaluation.pivots import describe_split, pivot_safety, pivot_systems
from intake_triage.evaluation.plots import (
    Row,
    confusion_rows,
    macro_f1_rows,
    reliability_rows,
    subgroup_rows,
    with_colours,
)
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.evaluation.table import Result, Results
from intake_triage.evaluation.transfer import measure_transfer
from intake_triage.evaluation.walk import walk
from intake_triage.params import Params
from intake_triage.tasks import Task


@dataclass(frozen=True)
class Comparison:
    """What the test split says of the systems.

    Attributes
    ----------
    results : Results
    metrics : for metrics/compare.json
        test, systems and transfer.
    safety : for metrics/safety.json
    plots : rows by the name of the plot
    """

    results: Results
    metrics: dict[str, Any]
    safety: dict[str, Any]
    plots: dict[str, list[Row]]


def compare_systems(
    systems: Mapping[str, SystemLogits], split: LabelledSplit, fitted: FittedRules, params: Params
) -> Comparison:
    """Measure all systems, prior and the oracle among them, on the same records and resamples."""
    compare, decision = params.compare, params.decision
    decided = decide_all(systems, fitted.rules, decision)
    trained = tuple(fitted.rules)
    results = Results(
        walk(systems, decided, split, by_subgroup=trained, params=compare, decision=decision)
    )
    results.rows += list(gap_closed(results, split.tasks))
    transfer, transfer_rows = measure_transfer(systems, split, compare.margin)
    # One and the same forecast for all records ranks none before another, and draws nothing.
    ranking = {name: system for name, system in systems.items() if name != "prior"}
    return Comparison(
        results=results,
        metrics={
            "test": describe_split(split),
            "systems": pivot_systems(results, split.tasks),
            "transfer": transfer,
        },
        safety=pivot_safety(results, split, urgent_tiers=decision.urgent_tiers),
        plots={
            "macro_f1": macro_f1_rows(results),
            "subgroups": with_colours(subgroup_rows(results)),
            "transfer": transfer_rows,
            "reliability": reliability_rows(ranking, split, n_bins=compare.ece_bins),
            "confusion": confusion_rows(ranking, split),
            "risk_coverage": with_colours(risk_coverage_rows(ranking, split, decision)),
            "net_benefit": with_colours(net_benefit_rows(ranking, split)),
            "conformal": coverage_rows(systems, split, fitted, alpha=params.calibrate.alpha),
        },
    )


def gap_closed(results: Results, tasks: Sequence[Task]) -> Iterator[Result]:
    """By task and system the part of the log-loss between prior and oracle that is taken off.

    1 where a system is as good as the oracle, the lowest log-loss that can be expected; below 0
    where it is worse than the class frequencies. None where there is no oracle, or where by the
    luck of a few records it is no better than prior.
    """
    for task in tasks:
        losses = {
            row.system: row.value
            for row in results.where(task=task, measure="log_loss", calibrated=True, column="")
        }
        if "oracle" not in losses or losses["oracle"] >= losses["prior"]:
            continue
        gap = losses["prior"] - losses["oracle"]
        for system, loss in losses.items():
            value = (losses["prior"] - loss) / gap
            yield Result(task=task, system=system, measure="gap_closed", value=value)
