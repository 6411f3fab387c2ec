"""The lines of `data.file` on both labels: their classes, and what becomes of small ones."""

from collections.abc import Iterator

import pandas as pd

from intake_triage.file_params import LISTED_UNDER
from intake_triage.params import Params
from intake_triage.records.classes import MIN_RECORDS_IN_CLASS
from intake_triage.records.draft.columns import Column
from intake_triage.records.draft.roles import Roles
from intake_triage.records.draft.shown import say_share, showable_classes
from intake_triage.records.draft.tiers import order_tiers, propose_merge
from intake_triage.records.draft.words import means_unknown
from intake_triage.records.draft.yaml_text import line, scalar
from intake_triage.tasks import TASKS, Task


def lines_of_labels(roles: Roles, params: Params) -> Iterator[str]:
    """The lines from `urgency_levels` to `drop_small`.

    What a person must decide is written as a comment, so that no run passes before it: the tiers,
    where nothing tells their order, and a class that says that none is known.
    """
    small: dict[Task, list[str]] = {task: [] for task in TASKS}
    merges: dict[str, str] = {}
    for task in TASKS:
        column, under = roles.picks[task].column, LISTED_UNDER[task]
        if column is None:
            yield line(2, f"{under}:", "", "not looked at")
            yield from (line(2, "-", scalar(name)) for name in getattr(params.data.file, under))
            continue
        records = showable_classes(column)
        unknown = [name for name in records.index if means_unknown(name)]
        names = [name for name in records.index if name not in unknown]
        small[task] = [name for name in names if records[name] < MIN_RECORDS_IN_CLASS]
        is_listed, checks = bool(names), []
        if task == "urgency":
            names, order = order_tiers(names, column.name)
            is_listed = order is not None
            merges = propose_merge(names, small[task]) if order else {}
            checks = _check_tiers(names, order, params)
        checks += _check_hidden(column, records)
        yield line(2, f"{under}:", "" if is_listed else "[]", "", *checks)
        for name in names:
            yield _line_of_class("-" if is_listed else "# -", name, column)
        for name in unknown:
            yield _line_of_class("# -", name, column, "not known? list it in missing, or here")
    yield from _lines_of_small_classes(small, merges)


def _check_tiers(names: list[str], order: str | None, params: Params) -> list[str]:
    checks = [
        f"most urgent first? sorted by {order}"
        if order
        else "put the tiers here instead of [], most urgent first"
    ]
    if len(names) <= params.decision.urgent_tiers:
        checks.append("decision.urgent_tiers must be below their number")
    return checks


def _check_hidden(column: Column, shown: pd.Series) -> list[str]:
    hidden = len(column.classes) - len(shown)
    if not hidden:
        return []
    what = "values that may identify somebody" if column.identifies else "rare or long values"
    return [f"{hidden} {what} are not shown: list them, or merge them"]


def _line_of_class(sign: str, name: str, column: Column, *checks: str) -> str:
    records = int(column.classes[name])
    is_small = records < MIN_RECORDS_IN_CLASS
    told = (
        f"under {MIN_RECORDS_IN_CLASS} records" if is_small else say_share(records, column.filled)
    )
    return line(2, sign, scalar(name), told, *checks)


def _lines_of_small_classes(small: dict[Task, list[str]], merges: dict[str, str]) -> Iterator[str]:
    yield line(2, "merge:", "", "a small class into another: `old: new`")
    tiers = (
        f"small tiers go into the one beside: {scalar(merges) if merges else '`old: new`'}",
        "decision.urgent_tiers counts the tiers that are left",
    )
    yield line(3, "urgency:", "{}", "", *tiers * bool(small["urgency"]))
    yield line(3, "specialty:", "{}")
    left_out = f"true leaves {len(small['specialty'])} small ones out, unless they are merged"
    yield line(2, "drop_small:", "false", "", *[left_out] * bool(small["specialty"]))
