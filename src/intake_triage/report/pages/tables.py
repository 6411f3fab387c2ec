"""The tables of the pages: pivots of the results, and lists of columns over other rows."""

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
    Row,
    capitalise,
    cost_to_compute,
    decimals,
    name_class,
    name_group,
    name_measure,
    name_set_up,
    name_system,
    number,
    of_100,
    whole,
    with_interval,
)
from intake_triage.systems import SYSTEMS

THREE = decimals(3)
SUMMARY = {"macro_f1": "argmax", "log_loss": "", "ece": "", "gap_closed": ""}  # and by which rule
SAFETY = ("macro_f1", "under_triage", "over_triage")
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
            figures = run.results.where(task=task, rule=rule, column="")
            found = [row for row in figures if row.system in SYSTEMS]  # set-ups have their own
            if found:
                yield pivot(
                    f"{capitalise(TASK_WORDS[task])} on test: {RULE_WORDS[rule]}; mean over seeds, "
                    "95 % intervals",
                    found,
                    _name_figure,
                    lambda row: name_system(row.system, row.rule),
                    corner="measure",
                    note=_say_denominators(run, task, found),
                )


def _name_figure(row: Result) -> str:
    words = ": ".join(filter(None, (name_measure(row.measure), name_class(row.class_name))))
    return words if row.rule or row.calibrated else f"{words}, before calibration"


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
    """Quality, calibration and training time of each system."""
    *_, all_tasks = list_scopes(run.tasks)
    figures = [
        row
        for system in SYSTEMS
        for task in run.tasks
        for measure, rule in SUMMARY.items()
        for row in run.results.where(task=task, system=system, measure=measure, column="")
        if row.rule == rule and row.calibrated != bool(rule)
    ]
    for system, cost in run.metrics["cost"].items():
        value = cost["cpu_seconds"]
        figures.append(Result(task=all_tasks, system=system, measure="CPU-seconds", value=value))
    return pivot(
        "Scores on test, mean over seeds, 95 % intervals; computing to train "
        + ("both tasks once" if len(run.tasks) > 1 else "once"),
        figures,
        lambda row: name_system(row.system),
        lambda row: f"{TASK_WORDS[row.task]}: {name_measure(row.measure)}",
        corner="system",
        note="Macro-F1: likeliest class, uncalibrated; the others after calibration.",
    )


def decision_table(run: Run) -> PageTable:
    """What each rule makes of each system's urgency."""
    return pivot(
        "Three ways to make a tier of the probabilities, on test, 95 % intervals",
        [
            row
            for system in SYSTEMS
            for row in run.results.where(task="urgency", system=system, column="")
            if row.rule and row.measure in SAFETY
        ],
        lambda row: f"{name_system(row.system, row.rule)}: {RULE_WORDS[row.rule]}",
        lambda row: f"urgency: {name_measure(row.measure)}",
        corner="system: rule",
    )


def per_1000_table(run: Run) -> PageTable:
    """Counts of 1,000 forms of all set-ups and of what they are compared with."""
    names = {set_up.label: name_set_up(set_up) for set_up in list_set_ups(run.tasks)}
    references = (MAJORITY, *(name for name, system in SYSTEMS.items() if not system.trained))
    names |= {name: name_system(name) for name in references}
    table = count_outcomes(run, names, OUTCOMES)
    if "urgency" not in run.tasks:
        return table
    note = "Class frequencies: the least costly tier for one who knows only how common each is."
    return replace(table, note=note)


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


def deferral_table(run: Run) -> PageTable:
    return tabulate(
        "Errors among the forms decided without a nurse",
        _judged_rows(run, "risk_coverage"),
        {
            "what": lambda row: f"{TASK_WORDS[row['task']]}, {row['measure']}",
            "system": lambda row: name_system(row["system"]),
            "decided, of 100": lambda row: of_100(row["coverage"]),
            "share (95 % interval)": lambda row: with_interval(row, THREE, value="risk"),
            "of forms": lambda row: whole(row["of"]),
        },
        "Wrong: the likeliest class is not the true one. Under-triage: least-cost decision.",
    )


def prediction_set_table(run: Run) -> PageTable:
    return tabulate(
        "Prediction sets: how often they hold the true class, and where that should lie",
        _judged_rows(run, "conformal"),
        {
            "task, class": lambda row: f"{TASK_WORDS[row['task']]}, {name_class(row['class'])}",
            "system": lambda row: name_system(row["system"]),
            "coverage": lambda row: number(row["coverage"]),
            "95 % band": lambda row: f"{number(row['low'])} to {number(row['high'])}",
            "forms": lambda row: whole(row["forms"]),
        },
    )


def _judged_rows(run: Run, plot: str) -> list[Row]:
    return [row for task in run.tasks for row in run.rows(plot, task=task, system=run.system(task))]


def calibrator_table(run: Run) -> PageTable:
    return tabulate(
        "Calibrators, chosen without the test split",
        [
            (task, system, run.metrics[f"calibrate/{system}"][system][task])
            for system in run.metrics["cost"]
            for task in run.tasks
        ],
        {
            "task: system": lambda row: f"{TASK_WORDS[row[0]]}: {name_system(row[1])}",
            "calibrator": lambda row: row[2]["calibrator"],
            "log-loss, cross-fitted": lambda row: number(row[2]["log_loss"]),
        },
    )
