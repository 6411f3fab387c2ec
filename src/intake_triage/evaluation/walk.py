"""The one walk that applies every measure to every forecaster, rule and subgroup.

Its table of results is what compare.json, safety.json and the pages' tables are filtered from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from intake_triage.calibration.decisions import decide_argmax
from intake_triage.evaluation.decisions import Decided
from intake_triage.evaluation.forecasts import ByTask, Logits, SystemFits
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.measure import (
    ByClass,
    Decisions,
    Forecast,
    Measure,
    Replicated,
    over,
)
from intake_triage.evaluation.samples import LabelledSplit, Sample
from intake_triage.evaluation.table import Result, list_scopes
from intake_triage.params import CompareParams, DecisionParams
from intake_triage.statistics.disclosure import estimate_share, hide_small_counts
from intake_triage.statistics.estimates import ALPHA, LEVEL, estimate_score
from intake_triage.tasks import Task

HIDDEN = {**dict.fromkeys(("value", "low", "high", "n", "units")), "shown": False}
LIKELIEST = "argmax"  # the rule that takes the likeliest class


@dataclass(frozen=True)
class Part:
    """The records that figures are of: all of a split, or a subgroup of it.

    `split` is of these records alone; `rows`, bool of shape (n_records,), says which of the whole
    split they are. `level` is that of the intervals: those of all subgroups of a column hold
    together at 95 % (Bonferroni).
    """

    split: LabelledSplit
    rows: np.ndarray
    column: str = ""
    subgroup: str = ""
    level: float = LEVEL

    @classmethod
    def of_all(cls, split: LabelledSplit) -> "Part":
        return cls(split, np.full(len(split.record_id), True))


def walk(
    forecasts: Logits,
    decided: Mapping[str, Mapping[str, Decided]],
    split: LabelledSplit,
    *,
    by_subgroup: tuple[str, ...],
    params: CompareParams,
    decision: DecisionParams,
) -> Iterator[Result]:
    """Every figure of every forecaster and reference on one split.

    `decided` is by name and rule, as `decide_all` gives it; `by_subgroup` names those that are
    measured within subgroups too.
    """
    whole = Part.of_all(split)
    bins = params.ece_bins
    for name, by_task in forecasts.items():
        for task in split.tasks:
            yield from judge_probabilities({"system": name}, by_task, task, whole, ece_bins=bins)
    for name, by_rule in decided.items():
        for rule, classes in by_rule.items():
            for scope in list_scopes(split.tasks):
                yield from judge_decisions(name, rule, classes, scope, whole, params=decision)
    for task in split.tasks:
        for part in list_subgroups(split, task, min_subgroup=params.min_subgroup):
            for name in by_subgroup:
                key = {"system": name}
                yield from judge_probabilities(key, forecasts[name], task, part, ece_bins=bins)
                for rule, classes in decided[name].items():
                    yield from judge_decisions(name, rule, classes, task, part, params=decision)


def walk_fits(
    fits: SystemFits, split: LabelledSplit, *, params: CompareParams, decision: DecisionParams
) -> Iterator[Result]:
    """The figures of single fits, means over seeds, raw and calibrated: for the spread alone."""
    whole = Part.of_all(split)
    for calibrated, systems in ((False, fits.raw), (True, fits.calibrated)):
        for name, by_task in systems.items():
            key = {"system": name, "single_fits": True, "calibrated": calibrated}
            likeliest = {task: decide_argmax(logits) for task, logits in by_task.items()}
            decisions = Decisions(likeliest, split, decision)
            for task in split.tasks:
                yield from judge_probabilities(key, by_task, task, whole, ece_bins=params.ece_bins)
                for measure in _measures("decisions", task, split):
                    if measure.of_fits:
                        rows = measure.compute(decisions, task)
                        of_task = key | {"task": task, "rule": LIKELIEST}
                        yield from _results(measure, rows, split.sample(task), whole, of_task)


def list_subgroups(split: LabelledSplit, task: Task, *, min_subgroup: int) -> Iterator[Part]:
    """The subgroups with enough labelled records to be shown.

    Those of at least `min_subgroup`, below which scores are mostly noise (11 or more), and not one
    of them where the rest of its column would be a few people.
    """
    for column, values in split.subgroups.items():
        names, counts = np.unique(values[split.has_label(task)], return_counts=True)
        counts = counts[np.newaxis].astype(float)
        (hidden,) = hide_small_counts(
            counts, smallest_shown=split.smallest_shown, at_least=min_subgroup
        )
        shown = names[~hidden].tolist()
        for subgroup in shown:
            rows = values == subgroup
            level = 1 - ALPHA / len(shown)
            yield Part(split.where(rows), rows, column, subgroup, level)


def judge_probabilities(
    key: Mapping[str, Any], by_task: ByTask, task: Task, part: Part, *, ece_bins: int
) -> Iterator[Result]:
    """The figures that judge probabilities for one task; `key` says whose they are."""
    split = part.split
    sample = split.sample(task)
    point = replace(sample, weights=sample.weights[:1])
    forecast = Forecast(
        by_task[task][:, part.rows][:, sample.rows],
        sample,
        split.classes[task],
        ece_bins,
        split.classes_to_show(task),
    )
    for measure in _measures("probabilities", task, split):
        if part.column and "" not in measure.in_subgroups:
            continue
        if key.get("single_fits") and not measure.of_fits:
            continue
        seen = forecast if measure.has_interval else replace(forecast, sample=point)
        rows = measure.compute(seen)
        yield from _results(measure, rows, sample, part, {"task": task, **key})


def judge_decisions(
    name: str, rule: str, decided: Decided, scope: str, part: Part, *, params: DecisionParams
) -> Iterator[Result]:
    """The figures that judge what is decided by one rule, for a task or for `BOTH`."""
    decisions = Decisions(
        {each: classes[:, part.rows] for each, classes in decided.items()}, part.split, params
    )
    sample = part.split.sample(scope) if scope in part.split.tasks else None
    rows: list[Result] = []
    for measure in _measures("decisions", scope, part.split):
        rules = measure.in_subgroups if part.column else measure.rules
        if rules is not None and rule not in rules:
            continue
        key = {"task": scope, "system": name, "rule": rule}
        rows += _results(measure, measure.compute(decisions, scope), sample, part, key)
    hidden = {row.measure for row in rows if not row.shown}
    for row in rows:
        # A share of all tells of none apart.
        told = MEASURES[row.measure].tells_of in hidden and row.value != 1
        yield replace(row, **HIDDEN) if told else row


def _measures(judges: str, scope: str, split: LabelledSplit) -> Iterator[Measure]:
    for measure in MEASURES.values():
        if measure.judges == judges and measure.is_for(scope, split.tasks):
            yield measure


def _results(
    measure: Measure,
    computed: np.ndarray | Replicated | ByClass,
    sample: Sample | None,
    part: Part,
    key: dict[str, Any],
) -> Iterator[Result]:
    """The rows of one measure, by class where it has several figures."""
    if isinstance(computed, np.ndarray):
        computed = over(sample, computed)
    if isinstance(computed, Replicated):
        computed = {"": computed}
    for class_name, replicated in computed.items():
        yield Result(
            **key,
            column=part.column,
            subgroup=part.subgroup,
            class_name=class_name,
            measure=measure.name,
            **_estimate(measure, replicated, part),
        )


def _estimate(measure: Measure, replicated: Replicated | None, part: Part) -> dict[str, Any]:
    """Value, interval and denominators as a row has them."""
    if replicated is None:
        return {"value": None}
    values, n, units = replicated.values, replicated.n, replicated.units
    smallest_shown, level = part.split.smallest_shown, part.level
    if not replicated.shown:
        return HIDDEN
    of_nobody = HIDDEN if smallest_shown else {"value": None}  # it tells that there is nobody
    if measure.is_share:
        share = estimate_share(
            values,
            n=n,
            units=units,
            smallest_shown=smallest_shown,
            per=measure.per,
            level=level,
        )
        if share is None:  # where nothing is hidden, a share of nobody
            return of_nobody
        value, low, high = share
        if part.column and smallest_shown:
            return {"value": value, "low": low, "high": high}
    elif not units or np.isnan(values[:, 0]).any():
        return of_nobody
    else:
        estimate = estimate_score(values, n_units=units) if measure.has_interval else None
        value = float(values[:, 0].mean()) if estimate is None else estimate.value
        low = high = None
        if estimate is not None:
            low, high = np.clip(estimate.interval(level), measure.least, measure.most).tolist()
    return {"value": value, "low": low, "high": high, "n": round(n), "units": units}
