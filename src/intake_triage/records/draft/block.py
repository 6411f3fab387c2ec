"""The lines of `data.file` in a draft: a key, its value, and beside it what the table showed."""

from collections.abc import Iterator
from typing import Any

from intake_triage.file_params import LISTED_UNDER, FileParams
from intake_triage.records.classes import MIN_RECORDS_IN_CLASS
from intake_triage.records.draft.bounds import bounds_of
from intake_triage.records.draft.roles import Roles
from intake_triage.records.draft.shown import say_column, say_days, say_numbers, say_share, showable
from intake_triage.records.draft.tiers import order_tiers
from intake_triage.records.draft.yaml_text import scalar
from intake_triage.tasks import TASKS, Task

COMMENTS_FROM = 30  # characters of a line before its comment, as in params.yaml
CHECK = "CHECK"  # what a person should look at
SAVED = ("encoding", "separator", "quoting", "decimal", "date_format", "sheet", "header_row")
COLUMNS = ("record_id", "text", "urgency", "specialty", "group", "date")


def write_block(found: dict[str, Any], roles: Roles, earlier: FileParams, *, decimals) -> list[str]:
    """All lines of the block, in the order of params.yaml.

    Parameters
    ----------
    found : how the table is saved, as of `RawTable`
    roles : which column is what
    earlier : the mapping that the draft replaces, for keys that a table does not tell
    """
    return [
        *_lines_of_saving(found, roles, decimals),
        *_lines_of_missing(roles, earlier),
        *_lines_of_columns(roles),
        *_lines_of_fields(roles),
        *_lines_of_classes(roles, earlier),
        *_lines_of_left_out(roles),
    ]


def line(level: int, key: str, value: str = "", comment: str = "", *checks: str) -> str:
    """One line of YAML, its comment after it, and then what a person should look at."""
    comments = [comment] * bool(comment) + [f"{CHECK} {check}" for check in checks]
    written = f"{'  ' * level}{key} {value}".rstrip()
    return f"{written:<{COMMENTS_FROM}} # {'; '.join(comments)}" if comments else written


def _lines_of_saving(
    found: dict[str, Any], roles: Roles, decimals: list[str]
) -> Iterator[str]:
    date = roles.picks["date"].column
    formats = date.formats if date else ()
    values = dict.fromkeys(SAVED) | {key: found[key] for key in SAVED if key in found}
    values |= {"header_row": found.get("header_row", 1)}
    values["decimal"] = decimals[0] if decimals else None
    values["date_format"] = formats[0] if formats else None
    for key, value in values.items():
        options = {"decimal": decimals, "date_format": formats}.get(key, ())
        checks = [f"or {' or '.join(map(scalar, options[1:]))}?"] if len(options) > 1 else []
        yield line(2, f"{key}:", scalar(value), "", *checks)


def _lines_of_missing(roles: Roles, earlier: FileParams) -> Iterator[str]:
    yield line(2, "missing:", "", "what means that nothing was entered, in any letter case")
    yield from (line(2, "-", scalar(mark)) for mark in earlier.missing)
    marks = {mark: column for column in roles.fields.values() for mark in column.marks}
    for mark, column in marks.items():
        yield line(2, "-", scalar(mark), "", f"stands among the numbers of {scalar(column.name)}")


def _lines_of_columns(roles: Roles) -> Iterator[str]:
    for key in COLUMNS:
        pick = roles.picks[key]
        say = say_days if key == "date" else say_column
        name, told = (pick.column.name, say(pick.column)) if pick.column else (None, "")
        yield line(2, f"{key}:", scalar(name), told, *pick.checks)


def _lines_of_fields(roles: Roles) -> Iterator[str]:
    if not roles.fields:
        yield line(2, "fields:", "{}")
    else:
        yield line(2, "fields:", "", "inputs besides the text", "each known before the decision?")
    for name, column in roles.fields.items():
        yield line(3, f"{scalar(name)}:")
        bounds = bounds_of(column)
        say = say_numbers if bounds else say_column
        yield line(4, "column:", scalar(column.name), say(column))
        yield line(4, "kind:", "numeric" if bounds else "categorical")
        if bounds:
            checks = ["some cells lie outside: mend them, or widen"] if bounds.n_outside else []
            yield line(4, "low:", _number(bounds.low), "", *checks)
            yield line(4, "high:", _number(bounds.high))
    if not roles.subgroups:
        yield line(2, "subgroups:", "{}", "for analysis only")
        return
    yield line(2, "subgroups:", "", "for analysis only; frequent values are shown by name")
    for name, column in roles.subgroups.items():
        yield line(3, f"{name}:", scalar(column.name), say_column(column))


def _lines_of_classes(roles: Roles, earlier: FileParams) -> Iterator[str]:
    small: dict[Task, list[str]] = {}
    for task in TASKS:
        column = roles.picks[task].column
        under = LISTED_UNDER[task]
        if column is None:
            yield line(2, f"{under}:", "", "not looked at")
            yield from (line(2, "-", scalar(name)) for name in getattr(earlier, under))
            continue
        shown = showable(column.classes)
        names, checks = list(shown.index), []
        if task == "urgency":
            names, by = order_tiers(names)
            checks.append(f"most urgent first? ordered by {by}")
        hidden = len(column.classes) - len(shown)
        if hidden:
            checks.append(f"{hidden} more values, each of few records, are not shown: add or merge")
        yield line(2, f"{under}:", "", "", *checks)
        small[task] = [name for name in names if shown[name] < MIN_RECORDS_IN_CLASS]
        for name in names:
            share = say_share(int(shown[name]), column.filled)
            told = f"under {MIN_RECORDS_IN_CLASS}" if name in small[task] else share
            yield line(2, "-", scalar(name), told)
    yield line(2, "merge:", "", "a small class into another: `old: new`")
    for task in TASKS:
        names = small.get(task, [])
        of = "the tier beside it" if task == "urgency" else "another"
        checks = [f"{len(names)} too small: merge each into {of}"] if names else []
        yield line(3, f"{task}:", "{}", "", *checks)
    checks = ["or true, which leaves small ones out"] if small.get("specialty") else []
    yield line(2, "drop_small:", "false", "", *checks)


def _number(value: float) -> str:
    return scalar(int(value) if value == int(value) else value)


def _lines_of_left_out(roles: Roles) -> Iterator[str]:
    if roles.left_out:
        yield "    # left out:"
    for column, reason in roles.left_out:
        yield f"    # {scalar(column.name)}: {reason}"
