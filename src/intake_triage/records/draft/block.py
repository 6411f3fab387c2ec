"""The lines of `data.file` in a draft: a key, its value, and beside it what the table showed."""

from collections.abc import Iterator, Sequence

from intake_triage.file_params import FileParams
from intake_triage.params import Params
from intake_triage.records.draft.bounds import bounds_of, is_unknown_number
from intake_triage.records.draft.labels import lines_of_labels
from intake_triage.records.draft.look import Look
from intake_triage.records.draft.roles import Roles
from intake_triage.records.draft.shown import (
    say_classes,
    say_column,
    say_days,
    say_numbers,
)
from intake_triage.records.draft.yaml_text import line, scalar
from intake_triage.tasks import TASKS

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
        *_lines_of_saving(found, look.decimals, date.formats if date and not date.doubts else ()),
        *_lines_of_missing(look, params.data.file),
        *_lines_of_columns(roles),
        *_lines_of_fields(roles),
        *lines_of_labels(roles, params),
        *_lines_of_left_out(roles),
    ]


def _lines_of_saving(
    found: dict[str, str | int], decimals: Sequence[str], formats: Sequence[str]
) -> Iterator[str]:
    read = {"header_row": 1, **found}
    options = {key: [read.get(key)] for key in SAVED} | {
        "decimal": decimals,
        "date_format": formats,
    }
    for key in SAVED:
        found_out = options[key]
        told = found_out[0] if len(found_out) == 1 else None
        # Of several the key stays empty, so that no run passes on a guess.
        checks = [" or ".join(map(scalar, found_out))] if len(found_out) > 1 else []
        yield line(2, f"{key}:", scalar(told), "", *checks)


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
        checks = ["an amount, or somebody's number?"] * is_unknown_number(column)
        checks += column.doubts if bounds else ()
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


def _number(value: float) -> str:
    return scalar(int(value) if value == int(value) else value)


def _lines_of_left_out(roles: Roles) -> Iterator[str]:
    if roles.left_out:
        yield "    # left out:"
    for column, reason in roles.left_out:
        yield f"    # {scalar(column.name)}: {reason}"
