"""Tables of what changed, ready to show: every cell is a string."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.report.review.changes import Change
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS

SYSTEMS = ("majority", "prior", *TRAINED_SYSTEMS, "oracle")
RULES = ("argmax", "balanced", "cost")
SCORES = {"macro_f1": "macro-F1", "log_loss": "log-loss", "brier": "Brier", "ece": "ECE"}
POINTS = ("value", "delta")  # what `low` and `high` beside it are the interval of
ABSENT = "–"


@dataclass(frozen=True)
class Table:
    """A title, a heading and rows of equally many cells."""

    title: str
    heading: tuple[str, ...]
    rows: list[tuple[str, ...]]


def change_table(
    title: str, changes: Iterable[Change], *, base: str, first: str = "figure"
) -> Table:
    """A row a change: what, before, after, difference.

    Parameters
    ----------
    title : str
    changes : iterable of Change
    base : str
        The revision's name, over the column of what was.
    first : str
        Over the first column.
    """
    rows = [
        (change.key, show(change.old), show(change.new), show_difference(change.difference))
        for change in changes
    ]
    return _without_empty_column(Table(title, (first, base, "now", "difference"), rows))


def recommendation_table(compare: Iterable[Change], *, base: str) -> Table:
    """All of the recommendation that changed, a figure's interval beside it.

    Parameters
    ----------
    compare : iterable of Change
        Of metrics/compare.json, those that did not change too.
    base : str
        The revision's name.
    """
    by_path = {change.path[1:]: change for change in compare if change.path[0] == "recommendation"}
    rows = [(".".join(path), *cells) for path, cells in _figure_rows(by_path)]
    heading = ("what the rule gives", base, "now", "difference")
    return _without_empty_column(Table("", heading, rows))


def score_tables(compare: Iterable[Change], *, base: str) -> list[Table]:
    """A table a task: the main test scores that changed, by system.

    Parameters
    ----------
    compare : iterable of Change
        Of metrics/compare.json.
    base : str
        The revision's name.
    """
    by_path = {change.path: change for change in compare if change.is_change}
    tables = []
    for task in TASKS:
        rows = [
            Change(f"{system} {words}", change.old, change.new, change.difference)
            for system in SYSTEMS
            for score, words in SCORES.items()
            if (change := by_path.get(("systems", system, task, score))) is not None
        ]
        if rows:
            tables.append(change_table(f"{task}, on test", rows, base=base, first="score"))
    return tables


def cost_table(cost: Iterable[Change], *, base: str) -> list[Table]:
    """Seconds, bytes and parameters of training that changed; no table where none did.

    Parameters
    ----------
    cost : iterable of Change
        Of metrics/cost.json.
    base : str
        The revision's name.
    """
    changes = [
        Change(change.key.replace(".", " "), change.old, change.new, change.difference)
        for change in cost
        if change.is_change
    ]
    return [change_table("training, both tasks, one seed", changes, base=base)] if changes else []


def metric_tables(metrics: Iterable[Change], *, base: str) -> list[Table]:
    """A small table a system and task, of all that changed; what belongs to none comes first.

    Parameters
    ----------
    metrics : iterable of Change
        All of one file, so that a figure's interval stands beside it even where only one of the
        three changed.
    base : str
        The revision's name.
    """
    groups: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for path, row in _figure_rows({change.path: change for change in metrics}):
        group = _group_of(path)
        name = " ".join(part for part in path if part not in group) or path[-1]
        groups.setdefault(group, []).append((name, *row))
    return [
        _without_empty_column(
            Table(" · ".join(group) or "all", ("figure", base, "now", "difference"), groups[group])
        )
        for group in sorted(groups, key=_order_of_group)
    ]


def show(value: Any) -> str:
    """A value as people read it; a number to five significant digits."""
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(show(item) for item in value) or ABSENT
    if isinstance(value, dict):
        return ", ".join(f"{key} {show(item)}" for key, item in value.items())
    return _positional(value, digits=5) if isinstance(value, float) else str(value)


def show_difference(difference: float | None) -> str:
    """With its sign, to three significant digits; empty where there is none."""
    return "" if difference is None else _positional(difference, digits=3, sign=True)


def _positional(value: float, *, digits: int, sign: bool = False) -> str:
    """So many significant digits, never an exponent."""
    shown = np.format_float_positional(
        value, precision=digits, fractional=False, sign=sign, trim="-"
    )
    return shown.replace("-", "−")


def _figure_rows(
    by_path: Mapping[tuple[str, ...], Change],
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Path and cells of every figure that changed; an interval shares its figure's row."""
    intervals = {
        path[:-1] for path in by_path if path[-1] in POINTS and _has_interval(path, by_path)
    }
    for path, change in by_path.items():
        parent = path[:-1]
        if parent in intervals and path[-1] in ("low", "high"):
            continue
        parts = [change]
        if parent in intervals and path[-1] in POINTS:
            parts += [by_path[*parent, "low"], by_path[*parent, "high"]]
        if any(part.is_change for part in parts):
            named = parent if path[-1] == "value" else path
            old = _with_interval([part.old for part in parts])
            new = _with_interval([part.new for part in parts])
            yield named, (old, new, show_difference(change.difference))


def _has_interval(path: tuple[str, ...], by_path: Mapping[tuple[str, ...], Change]) -> bool:
    return (*path[:-1], "low") in by_path and (*path[:-1], "high") in by_path


def _with_interval(values: list[Any]) -> str:
    point, *ends = (show(value) for value in values)
    return f"{point} [{', '.join(ends)}]" if ends and point != ABSENT else point


def _group_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """The system, the decision rule and the task that a metric belongs to, where it names them.

    In a rule's block the task is one figure's, so that these stay together.
    """
    system = next((part for part in path if part in SYSTEMS), None)
    rule = next((part for part in path if part in RULES), None)
    task = None if rule else next((part for part in path if part in TASKS), None)
    return tuple(part for part in (system, rule, task) if part is not None)


def _order_of_group(group: tuple[str, ...]) -> tuple[int, ...]:
    order = (*SYSTEMS, *RULES, *TASKS)
    return tuple(order.index(part) for part in group)


def _without_empty_column(table: Table) -> Table:
    """Leave the differences out where nothing in the table is a number."""
    if any(row[-1] for row in table.rows):
        return table
    return Table(table.title, table.heading[:-1], [row[:-1] for row in table.rows])
