"""The public faces of the table of results: metrics/compare.json and metrics/safety.json."""

from collections.abc import Sequence
from typing import Any

from intake_triage.evaluation.measures import round_figure
from intake_triage.evaluation.measures.triage import triage_cells
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.evaluation.table import ENDS, WHOLE, Result, Results, list_scopes
from intake_triage.evaluation.walk import LIKELIEST
from intake_triage.statistics.estimates import FEW_UNITS
from intake_triage.tasks import Task

SCORES = ("macro_f1", "f1", "accuracy", "quadratic_kappa", "both_right")


def describe_split(split: LabelledSplit) -> dict[str, Any]:
    """By task: labelled records, their units, and whether these are too few to trust intervals."""
    described = {}
    for task in split.tasks:
        sample = split.sample(task)
        described[task] = {
            "records": len(sample.rows),
            "units": sample.n_units,
            "few_units": sample.n_units < FEW_UNITS,
        }
    return described


def pivot_systems(results: Results, tasks: Sequence[Task]) -> dict[str, Any]:
    """By forecaster, task and measure: how good its probabilities and its likeliest class are.

    A system's single fits stand under `single_fits`, there raw and calibrated; what decisions mean
    is in safety.json.
    """
    systems: dict[str, Any] = {}
    for row in results.where(**WHOLE):
        if row.rule not in ("", LIKELIEST) or (row.rule and row.measure not in SCORES):
            continue
        place = systems.setdefault(row.system, {scope: {} for scope in list_scopes(tasks)})[
            row.task
        ]
        if row.single_fits:
            of_fits = place.setdefault("single_fits", {})
            place = of_fits.setdefault("calibrated" if row.calibrated else "raw", {})
        _put(place, row, row.measure, _figure(row))
    return systems


def pivot_safety(results: Results, split: LabelledSplit, *, urgent_tiers: int) -> dict[str, Any]:
    """By forecaster and rule what its decisions mean; what each share is a share of, in words."""
    decisions: dict[str, Any] = {}
    for row in results.where(**WHOLE):
        if row.rule == "" or row.single_fits:
            continue
        place = decisions.setdefault(row.system, {}).setdefault(row.rule, {})
        key = f"{row.task}_{row.measure}" if row.measure == "macro_f1" else row.measure
        if row.measure not in ("f1", "accuracy", "quadratic_kappa"):  # of compare.json alone
            _put(place, row, key, _figure(row, with_n=True))
    cells = triage_cells(split.tiers, urgent_tiers=urgent_tiers)
    denominators = {
        name: {tier: of_tier.denominator for tier, of_tier in by_tier.items()}
        for name, by_tier in cells.items()
    }
    return {
        "denominators": {name: by_tier.get("", by_tier) for name, by_tier in denominators.items()},
        "decisions": decisions,
    }


def _put(place: dict[str, Any], row: Result, key: str, figure: Any) -> None:
    if row.class_name:
        place.setdefault(key, {})[row.class_name] = figure
    else:
        place[key] = figure


def _figure(row: Result, *, with_n: bool = False) -> Any:
    """A number, or value, low and high where it has an interval; None where it is not shown."""
    if row.value is None:
        return None
    if row.low is None:
        return round_figure(row.measure, row.value)
    ends = {name: round_figure(row.measure, getattr(row, name)) for name in ENDS}
    return ends | ({"n": row.n} if with_n else {})
