"""The one walk that applies every measure to every system, rule and subgroup.

Its table of results is what compare.json, safety.json and the pages' tables are filtered from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from intake_triage.evaluation.decisions import Decided
from intake_triage.evaluation.forecasts import SystemLogits
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
RAW_RULE = "argmax"  # decides by raw probabilities; the others decide by calibrated ones


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
    systems: Mapping[str, SystemLogits],
    decided: Mapping[str, Mapping[str, Decided]],
    split: LabelledSplit,
    *,
    by_subgroup: tuple[str, ...],
    params: CompareParams,
    decision: DecisionParams,
) -> Iterator[Result]:
    """Every figure of every system on one split.

    `decided` is by system and rule, as `decide_all` gives it; `by_subgroup` names the systems that
    are measured within subgroups too.
    """
    whole = Part.of_all(split)
    for name, system in systems.items():
        for task in split.tasks:
            yield from judge_probabilities(name, system, task, whole, ece_bins=params.ece_bins)
    for name, by_rule in decided.items():
        for rule, classes in by_rule.items():
            for scope in list_scopes(split.tasks):
                yield from judge_decisions(name, rule, classes, scope, whole, params=decision)
    for task in split.tasks:
        for part in list_subgroups(split, task, min_subgroup=params.min_subgroup):
            for name in by_subgroup:
                yield from judge_probabilities(
                    name, systems[name], task, part, ece_bins=params.ece_bins
                )
                for rule, classes in decided[name].items():
                    yield from judge_decisions(name, rule, classes, task, part, params=decision)


def list_subgroups(split: LabelledSplit, task: Task, *, min_subgroup: int) -> Iterator[Part]:
    """The subgroups with enough labelled records to be shown.

    Those of at least `min_subgroup` (11 or more), and not one of them where the rest of its column
    would be a few people.
    """
    for column, values in split.subgroups.items():
        names, counts = np.unique(values[split.has_label(task)], return_counts=True)
        counts = counts[np.newaxis].astype(float)
        (hidden,) = hide_small_counts(counts, smallest=min_subgroup)
        shown = names[~hidden].tolist()
        for subgroup in shown:
            rows = values == subgroup
            level = 1 - ALPHA / len(shown)
            yield Part(split.where(rows), rows, column, subgroup, level)


def judge_probabilities(
    name: str, system: SystemLogits, task: Task, part: Part, *, ece_bins: int
) -> Iterator[Result]:
    """The figures that judge a system's probabilities for one task, calibrated and raw."""
    split = part.split
    sample = split.sample(task)
    point = replace(sample, weights=sample.weights[:1])
    for calibrated, logits in ((True, system.calibrated), (False, system.raw)):
        forecast = Forecast(
            logits[task][:, part.rows][:, sample.rows],
            sample,
            split.classes[task],
            ece_bins,
            split.classes_to_show(task),
        )
        for measure in _measures("probabilities", task, split):
            if part.column and not ("" in measure.in_subgroups and calibrated):
                continue
            seen = forecast if measure.has_interval else replace(forecast, sample=point)
            key = {"task": task, "system": name, "calibrated": calibrated}
            yield from _results(measure, measure.compute(seen), sample, part, key)


def judge_decisions(
    name: str, rule: str, decided: Decided, scope: str, part: Part, *, params: DecisionParams
) -> Iterator[Result]:
    """The figures that judge what a system decides by one rule, for a task or for `BOTH`."""
    decisions = Decisions(
        {each: classes[:, part.rows] for each, classes in decided.items()}, part.split, params
    )
    sample = part.split.sample(scope) if scope in part.split.tasks else None
    rows: list[Result] = []
    for measure in _measures("decisions", scope, part.split):
        rules = measure.in_subgroups if part.column else measure.rules
        if rules is not None and rule not in rules:
            continue
        key = {"task": scope, "system": name, "rule": rule, "calibrated": rule != RAW_RULE}
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
            **_estimate(measure, replicated, part.level, in_subgroup=bool(part.column)),
        )


def _estimate(
    measure: Measure, replicated: Replicated | None, level: float, *, in_subgroup: bool
) -> dict:
    """Value, interval and denominators as a row has them."""
    if replicated is None:
        return {"value": None}
    values, n, units = replicated.values, replicated.n, replicated.units
    if not replicated.shown:
        return HIDDEN
    if measure.is_share:
        share = estimate_share(values, n=n, units=units, per=measure.per, level=level)
        if share is None:
            return HIDDEN
        value, low, high = share
        if in_subgroup:
            return {"value": value, "low": low, "high": high}
    else:
        estimate = estimate_score(values, n_units=units) if measure.has_interval else None
        value = float(values[:, 0].mean()) if estimate is None else estimate.value
        low = high = None
        if estimate is not None:
            low, high = np.clip(estimate.interval(level), measure.least, measure.most).tolist()
    return {"value": value, "low": low, "high": high, "n": round(n), "units": units}
