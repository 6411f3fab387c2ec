"""The lines of `data.file` in a draft: a key, its value, and beside it what the table showed."""

from collections.abc import Iterator, Sequence

from intake_triage.file_params import LISTED_UNDER, FileParams
from intake_triage.params import Params
from intake_triage.records.classes import MIN_RECORDS_IN_CLASS
from intake_triage.records.draft.bounds import bounds_of, is_unknown_number
from intake_triage.records.draft.look import Look
from intake_triage.records.draft.roles import Roles
from intake_triage.records.draft.shown import (
    say_classes,
    say_column,
    say_days,
    say_numbers,
    say_share,
    showable_classes,
)
from intake_triage.records.draft.tiers import order_tiers, propose_merge
from intake_triage.records.draft.yaml_text import scalar
from intake_triage.tasks import TASKS, Task

COMMENTS_FROM = 30  # characters of a line before its comment, as in params.yaml
CHECK = "CHECK"  # what a person should look at
SAVED = ("encoding", "separator", "quoting", "decimal", "date_format", "sheet", "header_row")
COLUMNS = ("record_id", "text", "urgency", "specialty", "group", "date")


def write_block(found: dict[str, str | int], look: Look, roles: Roles, params: Params) -> list[str]:
    """All lines of the block, in the order of params.yaml.

    Parameters
    ----------
    found : how the table is saved, as of `RawTable`
    look : what its columns showed
    roles : which column is what
    params : of which the block becomes a part; what a table does not tell stays as it is there
    """
    date = roles.picks["date"].column
    return [
        *_lines_of_saving(found, look.decimals, date.formats if date else ()),
        *_lines_of_missing(look, params.data.file),
        *_lines_of_columns(roles),
        *_lines_of_fields(roles),
        *_lines_of_labels(roles, params),
        *_lines_of_left_out(roles),
    ]


def line(level: int, key: str, value: str = "", comment: str = "", *checks: str) -> str:
    """One line of YAML, its comment after it, and then what a person should look at."""
    comments = [comment] * bool(comment) + [f"{CHECK} {check}" for check in checks]
    written = f"{'  ' * level}{key} {value}".rstrip()
    return f"{written:<{COMMENTS_FROM}} # {'; '.join(comments)}" if comments else written


def _lines_of_saving(
    found: dict[str, str | int], decimals: Sequence[str], formats: Sequence[str]
) -> Iterator[str]:
    read = {"header_row": 1, **found}
    options = {key: [read.get(key)] for key in SAVED} | {
        "decimal": decimals,
        "date_format": formats,
    }
    for key in SAVED:
        first, *others = options[key] or [None]
        checks = [f"or {' or '.join(map(scalar, others))}?"] if others else []
        yield line(2, f"{key}:", scalar(first), "", *checks)


def _lines_of_missing(look: Look, earlier: FileParams) -> Iterator[str]:
    yield line(2, "missing:", "", "what means that nothing was entered, in any letter case")
    yield from (line(2, "-", scalar(mark)) for mark in earlier.missing)
    for mark, name in look.marks.items():
        yield line(2, "-", scalar(mark), "", f"stands among the numbers of {scalar(name)}")


def _lines_of_columns(roles: Roles) -> Iterator[str]:
    for key in COLUMNS:
        pick = roles.picks[key]
        say = {"date": say_days, **dict.fromkeys(TASKS, say_classes)}.get(key, say_column)
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
        checks = ["an amount, or somebody's number?"] if is_unknown_number(column) else []
        yield line(4, "column:", scalar(column.name), say(column), *checks)
        yield line(4, "kind:", "numeric" if bounds else "categorical")
        if bounds:
            outside = ["cells lie outside low and high: mend them, or widen"]
            yield line(4, "low:", _number(bounds.low), "", *outside * bounds.is_broken)
            yield line(4, "high:", _number(bounds.high))
    if not roles.subgroups:
        yield line(2, "subgroups:", "{}", "for analysis only")
        return
    yield line(2, "subgroups:", "", "for analysis only; frequent values are shown by name")
    for name, column in roles.subgroups.items():
        yield line(3, f"{name}:", scalar(column.name), say_column(column))


def _lines_of_labels(roles: Roles, params: Params) -> Iterator[str]:
    """The classes of both labels, most urgent tier first, and what becomes of small ones."""
    small: dict[Task, list[str]] = {task: [] for task in TASKS}
    merges: dict[str, str] = {}
    for task in TASKS:
        column, under = roles.picks[task].column, LISTED_UNDER[task]
        if column is None:
            yield line(2, f"{under}:", "", "not looked at")
            yield from (line(2, "-", scalar(name)) for name in getattr(params.data.file, under))
            continue
        records = showable_classes(column)
        names, checks = list(records.index), []
        small[task] = [name for name in names if records[name] < MIN_RECORDS_IN_CLASS]
        if task == "urgency":
            names, order = order_tiers(names)
            checks.append(f"most urgent first? in order of {order or 'frequency alone'}")
            merges = propose_merge(names, small[task]) if order else {}
            if len(names) <= params.decision.urgent_tiers:
                checks.append("decision.urgent_tiers must be below their number")
        hidden = len(column.classes) - len(records)
        if hidden:
            checks.append(f"{hidden} rare or long values are not shown: add them, or merge them")
        yield line(2, f"{under}:", "" if names else "[]", "", *checks)
        for name in names:
            rare = name in small[task]
            told = f"under {MIN_RECORDS_IN_CLASS} records" if rare else ""
            yield line(2, "-", scalar(name), told or say_share(int(records[name]), column.filled))
    yield from _lines_of_small_classes(small, merges)


def _lines_of_small_classes(small: dict[Task, list[str]], merges: dict[str, str]) -> Iterator[str]:
    yield line(2, "merge:", "", "a small class into another: `old: new`")
    tiers = f"small tiers go into the one beside: {scalar(merges) if merges else '`old: new`'}"
    yield line(3, "urgency:", "{}", "", *[tiers] * bool(small["urgency"]))
    yield line(3, "specialty:", "{}")
    left_out = f"true leaves {len(small['specialty'])} small ones out, unless they are merged"
    yield line(2, "drop_small:", "false", "", *[left_out] * bool(small["specialty"]))


def _number(value: float) -> str:
    return scalar(int(value) if value == int(value) else value)


def _lines_of_left_out(roles: Roles) -> Iterator[str]:
    if roles.left_out:
        yield "    # left out:"
    for column, reason in roles.left_out:
        yield f"    # {scalar(column.name)}: {reason}"
