"""The figures that the ceilings are about: of every forecaster, and of rules without a forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from intake_triage.evaluation.decisions import decide_by_cost
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.measure import Decisions, Forecast, Replicated, over
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.params import DecisionParams
from intake_triage.recommendation.ceilings import Ceiling, CeilingFigure, list_broken
from intake_triage.statistics.disclosure import is_small_share
from intake_triage.statistics.estimates import bound_share, estimate_score
from intake_triage.tasks import Task

Measured = Mapping[tuple[str, str], Replicated | None]  # by forecaster and name of the ceiling


def measure_ceilings(
    forecasts: Logits,
    split: LabelledSplit,
    ceilings: Sequence[Ceiling],
    decision: DecisionParams,
    *,
    ece_bins: int,
    judges: str = "",
) -> Measured:
    """The figure of each forecaster and ceiling under all weights of the split.

    `judges` is decisions or probabilities, to measure the ceilings of that kind alone.
    """
    wanted = [each for each in ceilings if judges in ("", MEASURES[each.measure].judges)]
    measured = {}
    for name, by_task in forecasts.items():
        decisions = Decisions(decide_by_cost(by_task, decision), split, decision)
        seen = {task: _see(by_task[task], task, split, ece_bins) for task in split.tasks}
        for ceiling in wanted:
            measured[name, ceiling.name] = _compute(ceiling, decisions, seen)
    return measured


def break_by_ignoring(
    split: LabelledSplit, ceilings: Sequence[Ceiling], decision: DecisionParams
) -> dict[str, str | None]:
    """By tier, the first ceiling that is broken by giving it to every form.

    Only the ceilings of decisions are asked, since such a rule states no chances: None where it
    keeps to them all. The commonest tier for all, the majority rule, is one of these.
    """
    point = replace(split, weights=split.weights[:1])
    asked = [each for each in ceilings if MEASURES[each.measure].judges == "decisions"]
    broken: dict[str, str | None] = {}
    for k, tier in enumerate(split.tiers):
        decisions = Decisions({"urgency": np.full((1, len(split.record_id)), k)}, point, decision)
        figures = {each.name: point_value(_compute(each, decisions, {})) for each in asked}
        broken[tier] = next((each.name for each in list_broken(asked, figures, decision)), None)
    return broken


def point_value(figure: Replicated | None, column: int = 0) -> float | None:
    """The figure under one row of weights; NaN, such as a share of no forms, is none."""
    if figure is None or np.isnan(figure.values[0, column]):
        return None
    return float(figure.values[0, column])


def show_figure(
    ceiling: Ceiling, figure: Replicated | None, *, smallest_shown: int
) -> CeilingFigure | None:
    """A figure with its 95 % interval, and whether it may be shown."""
    if figure is None or not figure.units:
        return None
    measure = MEASURES[ceiling.measure]
    if measure.is_share:
        value, low, high = bound_share(figure.values, n_units=figure.units)
        few = is_small_share(value * figure.n, figure.n, smallest_shown=smallest_shown)
        return CeilingFigure(value, low, high, shown=figure.shown and not few)
    estimate = estimate_score(figure.values, n_units=figure.units)
    low, high = np.clip(estimate.interval(), measure.least, measure.most).tolist()
    return CeilingFigure(estimate.value, low, high, figure.shown)


def _see(logits: np.ndarray, task: Task, split: LabelledSplit, ece_bins: int) -> Forecast:
    sample = split.sample(task)
    to_show = split.classes_to_show(task)
    return Forecast(logits[:, sample.rows], sample, split.classes[task], ece_bins, to_show)


def _compute(
    ceiling: Ceiling, decisions: Decisions, seen: Mapping[Task, Forecast]
) -> Replicated | None:
    measure = MEASURES[ceiling.measure]
    if measure.judges == "decisions":
        computed = measure.compute(decisions, ceiling.task)
    else:
        computed = measure.compute(seen[ceiling.task])
    if isinstance(computed, np.ndarray):
        return over(seen[ceiling.task].sample, computed)
    return computed if isinstance(computed, Replicated) else computed[ceiling.class_name]
