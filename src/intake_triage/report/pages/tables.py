"""The tables of the pages: what a table is, and those that are pivots of the results."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.table import Result, list_scopes
from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.words import (
    ABSENT,
    MAJORITY,
    RULE_WORDS,
    TASK_WORDS,
    capitalise,
    cost_to_compute,
    decimals,
    name_class,
    name_group,
    name_measure,
    name_set_up,
    name_system,
    whole,
    with_interval,
)
from intake_triage.systems import FORECASTERS

THREE = decimals(3)
SUMMARY = {"macro_f1": "argmax", "log_loss": "", "ece": "", "gap_closed": ""}  # and by which rule
SAFETY = ("macro_f1", "under_triage", "most_urgent_missed", "over_triage", "urgent_load")
FITS = ("macro_f1", "log_loss", "ece")
OUTCOMES = ("both_right", "urgency_right", "too_late", "too_late_urgent", "too_early", "misrouted")
WRITTEN = {"cost_per_1000": whole, "forms": whole, "CPU-seconds": cost_to_compute}


@dataclass(frozen=True)
class PageTable:
    """A table of a page; the first cell of each row names it."""

    caption: str
    heading: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""


def tabulate(
    caption: str, keys: Iterable[Any], columns: Mapping[str, Callable[[Any], str]], note: str = ""
) -> PageTable:
    """A row a key; a column is its heading, and what makes a key its cell."""
    rows = [tuple(cell(key) for cell in columns.values()) for key in keys]
    return PageTable(caption, tuple(columns), rows, note)


def pivot(
    caption: str,
    results: Iterable[Result],
    row: Callable[[Result], str],
    column: Callable[[Result], str],
    *,
    corner: str,
    note: str = "",
) -> PageTable:
    """Figures with their intervals, in rows and columns by what the two functions call them."""
    cells: dict[str, dict[str, str]] = {}
    for result in results:
        per = getattr(MEASURES.get(result.measure), "per", 1)
        form = whole if per > 1 else WRITTEN.get(result.measure, THREE)
        cells.setdefault(row(result), {})[column(result)] = with_interval(result, form)
    columns = dict.fromkeys(name for found in cells.values() for name in found)
    rows = [(name, *(found.get(each, ABSENT) for each in columns)) for name, found in cells.items()]
    return PageTable(caption, (corner, *columns), rows, note)


def result_tables(run: Run, rules: Iterable[str] = RULE_WORDS) -> Iterator[PageTable]:
    """Every figure of all records: a table a task and rule, a row a measure, a column a system."""
    for task in list_scopes(run.tasks):
        for rule in rules:
            figures = run.results.where(task=task, rule=rule, column="", single_fits=False)
            found = [row for row in figures if row.system in run.scored]  # pairs have their own
            if found:
                yield pivot(
                    f"{capitalise(TASK_WORDS[task])} on test: {RULE_WORDS[rule]}; 95 % intervals",
                    found,
                    _name_figure,
                    lambda row: name_system(row.system, row.rule),
                    corner="measure",
                    note=_say_denominators(run, task, found),
                )


def fits_table(run: Run) -> PageTable:
    """What single fits come to, which nobody would release: the gain of averaging beside them."""
    return pivot(
        "Single fits on test, mean over seeds, 95 % intervals over forms and seeds",
        [
            row
            for task in run.tasks
            for measure in FITS
            for row in run.results.where(task=task, measure=measure, single_fits=True)
        ],
        lambda row: (
            f"{TASK_WORDS[row.task]}: {name_measure(row.measure)}, "
            f"{'calibrated' if row.calibrated else 'raw'}"
        ),
        lambda row: name_system(row.system),
        corner="measure",
        note="Macro-F1: likeliest class. What is released is the average of all fits.",
    )


def _name_figure(row: Result) -> str:
    return ": ".join(filter(None, (name_measure(row.measure), name_class(row.class_name))))


def _say_denominators(run: Run, task: str, found: list[Result]) -> str:
    """Of which records the shares are, and how many there are in all."""
    denominators = run.metrics["safety"]["denominators"]
    said = [
        f"{name_measure(measure)}: of {name_class(denominators[measure])}"
        for measure in dict.fromkeys(row.measure for row in found)
        if isinstance(denominators.get(measure), str)
    ]
    if task in run.tasks:
        test = run.metrics["compare"]["test"][task]
        said.append(f"{whole(test['records'])} forms in {whole(test['units'])} units")
    return capitalise("; ".join(said))


def summary_table(run: Run) -> PageTable:
    """Quality, calibration and training time of each forecaster."""
    *_, all_tasks = list_scopes(run.tasks)
    figures = [
        row
        for name in run.scored
        for task in run.tasks
        for measure, rule in SUMMARY.items()
        for row in [run.results.find(task=task, system=name, measure=measure, rule=rule)]
        if row is not None
    ]
    for name, cost in run.metrics["cost"]["forecasters"].items():
        value = cost["cpu_seconds"]
        figures.append(Result(task=all_tasks, system=name, measure="CPU-seconds", value=value))
    return pivot(
        "Scores on test of what is released, the average of all seeds; 95 % intervals; computing "
        "to train all of it" + (" for both tasks" if len(run.tasks) > 1 else ""),
        figures,
        lambda row: name_system(row.system),
        lambda row: f"{TASK_WORDS[row.task]}: {name_measure(row.measure)}",
        corner="system",
        note="Macro-F1: likeliest class.",
    )


def decision_table(run: Run) -> PageTable:
    """What each rule makes of each forecaster's urgency."""
    return pivot(
        "Three ways to make a tier of the probabilities, on test, 95 % intervals",
        [
            row
            for name in run.scored
            for row in run.results.where(task="urgency", system=name, column="", single_fits=False)
            if row.rule and row.measure in SAFETY
        ],
        lambda row: f"{name_system(row.system, row.rule)}: {RULE_WORDS[row.rule]}",
        lambda row: f"urgency: {name_measure(row.measure)}",
        corner="system: rule",
    )


def per_1000_table(run: Run) -> PageTable:
    """Counts of 1,000 forms of all set-ups and of what they are compared with."""
    names = {set_up.label: name_set_up(set_up) for set_up in list_set_ups(run.tasks)}
    references = (MAJORITY, *(name for name in run.scored if name not in FORECASTERS))
    names |= {name: name_system(name) for name in references}
    table = count_outcomes(run, names, OUTCOMES)
    if "urgency" not in run.tasks:
        return table
    note = "Class frequencies: the least costly tier for one who knows only how common each is."
    return replace(table, note=note)


def outcome_table(run: Run) -> PageTable:
    """Counts of 1,000 forms of the set-ups that are shown and of what they are compared with."""
    names = {set_up.label: name_set_up(set_up, short=True) for set_up in run.shown_set_ups}
    if run.recommendation["parts"] is not None:
        names[run.judged.label] += " (chosen)"
    names |= {name: name_system(name) for name in (MAJORITY, "oracle")}
    names = {label: capitalise(name) for label, name in names.items()}
    return count_outcomes(run, names, run.select_outcomes(OUTCOMES))


def count_outcomes(run: Run, names: Mapping[str, str], outcomes: Iterable[str]) -> PageTable:
    """Counts of 1,000 forms: a row a set-up or reference by its label, called as `names` says."""
    return pivot(
        "Of 1,000 forms on test, least-cost decision (95 % range)",
        [
            replace(row, system=label)
            for label in names
            for outcome in outcomes
            if (row := run.per_1000(label, outcome)) is not None
        ],
        lambda row: names[row.system],
        lambda row: capitalise(name_measure(row.measure)),
        corner="Set-up (urgency + sub-specialty)" if len(run.tasks) > 1 else "Set-up",
    )


def subgroup_table(run: Run, task: str) -> PageTable:
    def list_figures() -> Iterator[Result]:
        for row in run.results.where(task=task, system=run.system(task)):
            if row.column and row.measure == "log_loss":
                yield replace(row, measure="forms", value=row.n, low=None)
            if row.column:
                yield row

    return pivot(
        f"Subgroups on test, {TASK_WORDS[task]}: {name_system(run.system(task))}",
        list_figures(),
        lambda row: name_group(row.column, row.subgroup),
        lambda row: name_measure(row.measure),
        corner="subgroup",
        note="Macro-F1: likeliest class; under-triage: least-cost decision. Intervals of a column "
        f"hold together at 95 %. Subgroups of fewer than {run.params['compare']['min_subgroup']} "
        "forms are not shown, nor is a share that would tell of few people.",
    )
