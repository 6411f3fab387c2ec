"""The comparison as a whole: the table of results, its public faces, transfer, and plots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from intake_triage.evaluation.by_seed import safety_by_seed
from intake_triage.evaluation.curves.deferral import compare_orders
from intake_triage.evaluation.curves.load import load_rows
from intake_triage.evaluation.curves.net_benefit import net_benefit_rows
from intake_triage.evaluation.curves.operating import missed_at_over_triage, operating_rows
from intake_triage.evaluation.curves.prediction_sets import coverage_rows
from intake_triage.evaluation.curves.risk_coverage import risk_coverage_rows
from intake_triage.evaluation.curves.threshold import threshold_rows
from intake_triage.evaluation.decisions import decide_all
from intake_triage.evaluation.equal_cost import compare_at_equal_cost
from intake_triage.evaluation.forecasts import FittedRules, Logits, SystemFits
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
from intake_triage.evaluation.walk import walk, walk_fits
from intake_triage.params import Params
from intake_triage.tasks import Task


@dataclass(frozen=True)
class Comparison:
    """What the test split says of the systems.

    Attributes
    ----------
    results : Results
    metrics : for metrics/compare.json
        test, systems, transfer and equal_cost.
    safety : for metrics/safety.json
    plots : rows by the name of the plot
    """

    results: Results
    metrics: dict[str, Any]
    safety: dict[str, Any]
    plots: dict[str, list[Row]]


def compare_systems(
    fits: SystemFits,
    forecasts: Logits,
    split: LabelledSplit,
    fitted: FittedRules,
    params: Params,
) -> Comparison:
    """Measure all forecasters and references, and single fits, on the same records and resamples.

    `forecasts` are in the order in which tables and pictures show them, prior and the oracle among
    them.
    """
    results = measure_all(fits, forecasts, split, fitted, params)
    transfer, transfer_rows = measure_transfer(fits, split, params.compare.margin)
    # One and the same forecast for all records ranks none before another, and draws nothing.
    ranking = {name: by_task for name, by_task in forecasts.items() if name != "prior"}
    return Comparison(
        results=results,
        metrics={
            "test": describe_split(split),
            "systems": pivot_systems(results, split.tasks),
            "transfer": transfer,
            "equal_cost": compare_at_equal_cost(fits, split),
        },
        safety={
            **pivot_safety(results, split, urgent_tiers=params.decision.urgent_tiers),
            "missed_at_over_triage": missed_at_over_triage(ranking, split, params.decision),
            "deferral": compare_orders(ranking, split, params.decision),
            "by_seed": list(safety_by_seed(fits, split, params.decision, params.train.seeds)),
        },
        plots=draw_plots(results, ranking, split, fitted, params) | {"transfer": transfer_rows},
    )


def measure_all(
    fits: SystemFits,
    forecasts: Logits,
    split: LabelledSplit,
    fitted: FittedRules,
    params: Params,
) -> Results:
    """The table of results: of forecasters and references, of single fits, then `gap_closed`."""
    decided = decide_all(forecasts, fitted.rules, params.decision)
    shared = {"params": params.compare, "decision": params.decision}
    results = Results(walk(forecasts, decided, split, by_subgroup=tuple(fitted.rules), **shared))
    results.rows += list(walk_fits(fits, split, **shared))
    results.rows += list(gap_closed(results, split.tasks))
    return results


def draw_plots(
    results: Results, ranking: Logits, split: LabelledSplit, fitted: FittedRules, params: Params
) -> dict[str, list[Row]]:
    """By the name of the plot its rows, of the forecasts in `ranking`, which differ by record."""
    decision, averages = params.decision, fitted.averages["test"]
    return {
        "macro_f1": macro_f1_rows(results),
        "subgroups": with_colours(subgroup_rows(results)),
        "reliability": reliability_rows(ranking, averages, split, n_bins=params.compare.ece_bins),
        "confusion": confusion_rows(ranking, split, decision),
        "risk_coverage": with_colours(risk_coverage_rows(ranking, split, decision)),
        "net_benefit": with_colours(net_benefit_rows(ranking, split)),
        "operating": with_colours(operating_rows(ranking, split, decision)),
        "load": load_rows(ranking, split, decision),
        "threshold": threshold_rows(ranking, split, decision),
        "conformal": coverage_rows(split, fitted, alpha=params.calibrate.alpha),
    }


def gap_closed(results: Results, tasks: Sequence[Task]) -> Iterator[Result]:
    """By task the part of the log-loss between prior and oracle that is taken off, calibrated.

    Of each forecaster, and of each system's single fits. 1 where one is as good as the oracle, the
    lowest log-loss that can be expected; below 0 where it is worse than the class frequencies. No
    row where there is no oracle, or where by the luck of a few records it is no better than prior.
    """
    for task in tasks:
        rows = list(results.where(task=task, measure="log_loss", calibrated=True, column=""))
        losses = {row.system: row.value for row in rows if not row.single_fits}
        if "oracle" not in losses or losses["oracle"] >= losses["prior"]:
            continue
        gap = losses["prior"] - losses["oracle"]
        for row in rows:
            value = (losses["prior"] - row.value) / gap
            yield replace(row, measure="gap_closed", value=value, low=None, high=None)
