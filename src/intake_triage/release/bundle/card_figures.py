"""The figures of a model card: which they are, in which words, and whether each keeps its limit."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake_triage.evaluation.table import BOTH, Result, Results
from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import SetUp
from intake_triage.recommendation.ceilings import Ceiling, CeilingFigure, list_ceilings
from intake_triage.release.words import name_column, name_subgroup
from intake_triage.tasks import TASKS, Task

TOO_FEW = "too few to show"
MOST_GROUPS = 8  # of a kind that a card has room for; of more, it shows so many of the worst:
WORST_GROUPS = 3
VERDICTS = {"met": "yes", "not_shown": "not yet", "broken": "no, it is beyond"}
Classes = Mapping[Task, tuple[str, ...]]
Format = Callable[[float], str]

share: Format = "{:.3f}".format
ratio: Format = "{:.2f}".format
whole: Format = "{:,.0f}".format


def of_100(value: float) -> str:
    """A share as so many of 100, to a tenth."""
    return f"{100 * value:.1f}"


@dataclass(frozen=True)
class Figure:
    """A figure of the card.

    Attributes
    ----------
    words : str
    task, measure, rule : str
        As a `Result` has them.
    form : callable
        How it and its limit are written.
    """

    words: str
    task: str
    measure: str
    rule: str
    form: Format


# Those that tell of harm to patients; the worst first.
SAFETY = (
    Figure(
        "Of 100 forms of the most urgent tier, placed lower",
        "urgency",
        "most_urgent_missed",
        "cost",
        of_100,
    ),
    Figure("Of 100 urgent forms, placed too low", "urgency", "under_triage", "cost", of_100),
    Figure(
        "Of 100 urgent forms, placed two or more tiers too low",
        "urgency",
        "severe_under_triage",
        "cost",
        of_100,
    ),
    Figure(
        "Stated chances of a tier, off by so many of 100 on average (ECE)",
        "urgency",
        "ece",
        "",
        of_100,
    ),
    Figure("Stated chances of a sub-specialty, off likewise (ECE)", "specialty", "ece", "", of_100),
)
# Those that tell how much work it saves, or makes.
USEFULNESS = (
    Figure(
        "Of 100 forms that are not urgent, placed too high",
        "urgency",
        "over_triage",
        "cost",
        of_100,
    ),
    Figure(
        "Forms placed in urgent tiers, for each that belongs there",
        "urgency",
        "urgent_load",
        "cost",
        ratio,
    ),
    Figure("Of 1,000 forms, tier right", "urgency", "urgency_right", "cost", whole),
    Figure(
        "Of 1,000 forms, sent to a wrong sub-specialty", "specialty", "misrouted", "argmax", whole
    ),
    Figure("Of 1,000 forms, both right", BOTH, "both_right", "cost", whole),
    Figure("Macro-F1 of urgency, by the likeliest tier", "urgency", "macro_f1", "argmax", share),
    Figure("Macro-F1 of sub-specialty", "specialty", "macro_f1", "argmax", share),
)
# What is shown by group of patients.
GROUP_FIGURES = {
    "urgency": SAFETY[1],
    "specialty": USEFULNESS[-1],
}


def list_figures(
    figures: Sequence[Figure],
    results: Results,
    compared: Sequence[SetUp],
    classes: Classes,
    decision: DecisionParams,
    statuses: Mapping[str, str],
) -> list[dict[str, Any]]:
    """A row a figure that the run has: words, the value of each set-up, limit and verdict.

    The verdict is of the first set-up: whether the whole 95 % interval keeps to the limit. It is
    that of `statuses`, by ceiling, where these have it, since they judge what was not yet rounded.
    """
    ceilings = {
        (each.task, each.measure): each
        for each in list_ceilings(classes, urgent_tiers=decision.urgent_tiers)
        if each.class_name == ""
    }
    rows = []
    for figure in figures:
        found = [_find(results, figure, set_up) for set_up in compared]
        if found[0] is None:
            continue
        ceiling = ceilings.get((figure.task, figure.measure))
        rows.append(
            {
                "words": figure.words,
                "values": [_with_interval(each, figure.form) for each in found],
                "limit": "" if ceiling is None else _bare(figure.form(ceiling.bounds(decision)[1])),
                "verdict": "" if ceiling is None else _judge(ceiling, found[0], decision, statuses),
            }
        )
    return rows


def list_shape(
    results: Results,
    set_up: SetUp,
    classes: Classes,
    decision: DecisionParams,
    statuses: Mapping[str, str],
) -> list[str]:
    """The verdicts on whether stated chances of urgency are too bold or shifted, cut by cut."""
    return [
        _judge(
            each,
            results.find(
                task=each.task,
                system=set_up.urgency,
                rule="",
                measure=each.measure,
                class_name=each.class_name,
            ),
            decision,
            statuses,
        )
        for each in list_ceilings(classes, urgent_tiers=decision.urgent_tiers)
        if each.class_name
    ]


def list_coverage(rows: Sequence[Mapping[str, Any]], set_up: SetUp) -> list[dict[str, Any]]:
    """By task, the least and the most of 100 forms of a class whose set holds it, and the promise.

    Classes of too few forms are left out, and so is a task of which none is left.
    """
    coverage = []
    for task, name in set_up.forecasters.items():
        mine = [row for row in rows if (row["task"], row["system"]) == (task, name)]
        shares = [row["coverage"] for row in mine if row["coverage"] is not None]
        if shares:
            low, high = of_100(min(shares)), of_100(max(shares))
            promised = _bare(of_100(mine[0]["promised"]))
            coverage.append({"task": task, "low": low, "high": high, "promised": promised})
    return coverage


@dataclass(frozen=True)
class Groups:
    """A figure by group of patients.

    Attributes
    ----------
    shown : list of mappings
        A row a group, the first of all forms: words, and the value of each set-up.
    cut : list of mappings
        A kind of group with more than `MOST_GROUPS`: column, of how many, how many are shown.
    hidden : list of str
        Those of too few people, in words.
    """

    shown: list[dict[str, Any]]
    cut: list[dict[str, Any]]
    hidden: list[str]


def list_groups(results: Results, compared: Sequence[SetUp], classes: Classes) -> Groups:
    """What `GROUP_FIGURES` names, by group; of many groups of a kind those that fare worst."""
    figure = GROUP_FIGURES["urgency" if "urgency" in classes else "specialty"]
    found = [
        {(row.column, row.subgroup): row for row in _of_groups(results, figure, set_up)}
        for set_up in compared
    ]
    everybody = [_with_interval(_find(results, figure, each), figure.form) for each in compared]
    groups = Groups([{"words": "all", "values": everybody}], [], [])
    for column in dict.fromkeys(row.column for row in found[0].values()):
        rows = [row for row in found[0].values() if row.column == column]
        rows.sort(key=lambda row: _first_number(row.subgroup))
        shown = [row for row in rows if row.shown and row.value is not None]
        hidden = [row.subgroup for row in rows if row not in shown]
        if len(shown) > MOST_GROUPS:
            told = {"column": name_column(column), "of": len(shown), "shown": WORST_GROUPS}
            groups.cut.append(told)
            better = -1 if figure.measure == "under_triage" else 1
            shown = sorted(shown, key=lambda row: better * row.value)[:WORST_GROUPS]
        for row in shown:
            values = [each.get((column, row.subgroup)) for each in found]
            words = f"{name_column(column)}: {name_subgroup(row.subgroup)}"
            values = [_with_interval(value, figure.form) for value in values]
            groups.shown.append({"words": words, "values": values})
        if hidden:
            named = ", ".join(map(name_subgroup, hidden))
            told = named if len(hidden) <= MOST_GROUPS else f"{len(hidden)} groups"
            groups.hidden.append(f"by {name_column(column)} {told}")
    return groups


def _first_number(subgroup: str) -> float:
    """By which groups such as 5-17 and 18-39 are ordered; those without any stay as they are."""
    number = re.match(r"\d+", subgroup)
    return float(number.group()) if number else math.inf


def _system(figure: Figure, set_up: SetUp) -> str | None:
    """What `Result.system` is of a figure of this set-up."""
    if figure.task == BOTH:
        return set_up.label if len(set_up.forecasters) == len(TASKS) else None
    return set_up.forecasters.get(figure.task)


def _find(results: Results, figure: Figure, set_up: SetUp) -> Result | None:
    return results.find(
        task=figure.task,
        system=_system(figure, set_up),
        rule=figure.rule,
        measure=figure.measure,
        class_name="",
    )


def _of_groups(results: Results, figure: Figure, set_up: SetUp) -> Iterator[Result]:
    wanted = {"task": figure.task, "measure": figure.measure, "rule": figure.rule}
    rows = results.where(system=_system(figure, set_up), single_fits=False, class_name="", **wanted)
    return (row for row in rows if row.column)


def _judge(
    ceiling: Ceiling, row: Result | None, decision: DecisionParams, statuses: Mapping[str, str]
) -> str:
    if row is None or row.value is None or row.low is None or row.high is None:
        return TOO_FEW
    rounded = ceiling.judge(CeilingFigure(row.value, row.low, row.high), decision)
    return VERDICTS[statuses.get(ceiling.name, rounded)]


def _with_interval(row: Result | None, form: Format) -> str:
    if row is None or row.value is None or not row.shown:
        return TOO_FEW
    if row.low is None or row.high is None:
        return form(row.value)
    return f"{form(row.value)} ({form(row.low)} to {form(row.high)})"


def _bare(number: str) -> str:
    """A limit as people set it: "17.0" as "17"."""
    return number.rstrip("0").rstrip(".") if "." in number else number
