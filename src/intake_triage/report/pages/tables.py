"""The tables of the pages: what a table is, and those that are pivots of the results."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.table import Result, list_scopes
from intake_triage.recommendation.candidates import SetUp
from intake_triage.release.words import TASK_WORDS, name_measure
from intake_triage.report.pages.run import Run, group_order
from intake_triage.report.pages.words import (
    ABSENT,
    RULE_WORDS,
    capitalise,
    cost_to_compute,
    decimals,
    name_group,
    name_set_up,
    name_system,
    number,
    of_100,
    of_100_finely,
    whole,
    with_interval,
)
from intake_triage.tasks import Task

THREE = decimals(3)
SUMMARY = {"macro_f1": "argmax", "log_loss": "", "ece": "", "gap_closed": ""}  # and by which rule
SAFETY = ("macro_f1", "under_triage", "most_urgent_missed", "over_triage", "urgent_load")
FITS = ("macro_f1", "log_loss", "ece")
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


def asked_table(run: Run, *, clock: bool) -> PageTable:
    """What was asked for: macro-F1 and calibration by task, what training takes, parts to keep."""
    costs = run.metrics["cost"]["set_ups"]

    def score(task: Task, measure: str, rule: str) -> Callable[[SetUp], Result | None]:
        return lambda each: run.results.find(
            task=task, system=each.forecasters[task], measure=measure, rule=rule
        )

    columns: dict[str, Callable[[SetUp], str]] = {
        "Set-up": lambda each: capitalise(name_set_up(each, short=True)) + _say_standing(run, each)
    }
    for task in run.tasks:
        macro_f1 = score(task, "macro_f1", "argmax")
        columns[f"Macro-F1, {TASK_WORDS[task]}"] = lambda each, of=macro_f1: with_interval(
            of(each), THREE
        )
    for task in run.tasks:
        ece = score(task, "ece", "")
        columns[f"Calibration error, {TASK_WORDS[task]}"] = lambda each, of=ece: number(
            of(each).value
        )
    columns["Harm per 1,000"] = lambda each: whole(
        run.find("set_ups", split="test", label=each.label)["cost_per_1000"]
    )
    signed = decimals(0, signed=True)
    columns["Harm, against the " + ("choice" if run.recommendation["parts"] else "nearest")] = (
        lambda each: (
            "" if each == run.judged else with_interval(run.beside_judged(each, "test"), signed)
        )
    )
    columns["CPU-seconds"] = lambda each: cost_to_compute(costs[each.label])
    if clock:
        columns["Clock, seconds"] = lambda each: (
            cost_to_compute(run.clock[each.label]) if each.label in run.clock else ABSENT
        )
    columns["Parts"] = lambda each: str(each.parts)
    return tabulate(
        "On forms that no model had seen (95 % ranges)",
        run.compared_set_ups,
        columns,
        "Macro-F1: how well the likeliest class fits, rare classes counting like common ones; 1 is "
        "perfect. Suggestions weigh harm too. "
        "Calibration error: how far stated chances are off on average; 0 is perfect. Harm: by the "
        "points of page one. CPU-seconds: to train all of it, on an ordinary computer. More: "
        "docs/results.md." + ("" if not clock else " Clock: one random start, one core."),
    )


def _say_standing(run: Run, set_up: SetUp) -> str:
    if set_up == run.judged:
        return " (the choice)" if run.recommendation["parts"] else " (nearest)"
    return " (tied)" if set_up in run.tied else ""


def subgroup_table(run: Run, task: str) -> PageTable:
    def list_figures() -> Iterator[Result]:
        for row in sorted(run.results.where(task=task, system=run.system(task)), key=group_order):
            if run.is_group(row.column):
                if row.measure == "log_loss":
                    yield replace(row, measure="forms", value=row.n, low=None)
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


def operating_table(run: Run) -> PageTable:
    """Of urgent forms, how many are missed where so many others are sent too early."""
    read = run.metrics["safety"]["missed_at_over_triage"]
    shares = dict.fromkeys(at for by_share in read.values() for at in by_share)

    def now(name: str, measure: str) -> str:
        row = run.results.find(task="urgency", system=name, rule="cost", measure=measure)
        return with_interval(row, of_100_finely)

    return tabulate(
        "The exchange on test, of 100 each (95 % intervals): urgent forms sent too late at the "
        "costs as they are, and if so many of the others were sent too early",
        read,
        {
            "forecaster": name_system,
            "now: others too early": lambda name: now(name, "over_triage"),
            "now: urgent too late": lambda name: now(name, "under_triage"),
            **{
                f"too late at {of_100(float(at))} too early": lambda name, at=at: with_interval(
                    read[name][at], of_100_finely
                )
                for at in shares
            },
        },
        "Read off the operating curve, whatever the costs; a dash where it does not reach so far.",
    )
