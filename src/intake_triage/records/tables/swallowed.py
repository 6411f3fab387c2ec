"""Whether two stray quotes made one cell of several rows: a valid reading, and a wrong one."""

import re
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from intake_triage.errors import InputError
from intake_triage.records.tables.cells import tell_column

LINE_END = re.compile(r"\r\n|\r|\n")
MOST_KINDS = 0.2  # of a column's cells; one with more kinds of values tells nothing of a field
AGREEING = 0.75  # of the columns that tell something; a swallowed row may hold a rare value
WHOLE_ROWS = 3  # so many lines of a row's length are rows, whatever they hold, but for prose

Judge = Callable[[str], bool]


def check_no_row_is_swallowed(
    names: list[str], columns: list[pa.ChunkedArray], separator: str
) -> None:
    """Refuse a table in which the lines inside a quoted cell look like rows of the table.

    Raises
    ------
    InputError
        With the first such row and column. A line looks like a row if it has as many separators,
        and in most columns a value, or a shape of one, that other rows have there.
    """
    several_lines = [
        pc.indices_nonzero(pc.match_substring_regex(column, r"[\r\n]")).to_pylist()
        for column in columns
    ]
    if len(names) == 1 or not any(several_lines):
        return
    judges = [_judge(column) for column in columns]
    swallowing = [
        (row, position)
        for position, rows in enumerate(several_lines)
        for row in rows
        if holds_rows(columns[position][row].as_py(), position, judges, separator)
    ]
    if swallowing:
        row, position = min(swallowing)
        raise InputError(
            f"row {row + 1}: the lines in {tell_column(names, position)} look like rows of the "
            f"table ({len(swallowing)} such rows); remove the quote that opens there by mistake, "
            "or save the table as .xlsx or .parquet"
        )


def holds_rows(cell: str, position: int, judges: Sequence[Judge | None], separator: str) -> bool:
    """Whether a cell begins with the end of a row, ends with the start of one, or holds rows.

    Parameters
    ----------
    position : the place of the cell's column among all columns, from 0
    judges : by column, what tells whether a field could be of it; None where anything could
    """
    first, *inner, last = (line.split(separator) for line in LINE_END.split(cell))
    whole = [fields for fields in inner if len(fields) == len(judges)]
    if len(whole) == len(inner) >= WHOLE_ROWS and not _is_prose(whole):
        return True
    if any(_agree(fields, judges) for fields in whole):
        return True
    if len(first) != len(judges) - position or len(last) != position + 1:
        return False
    others = [judge for i, judge in enumerate(judges) if i != position]
    return _agree(last[:-1] + first[1:], others)


def _agree(fields: Sequence[str], judges: Sequence[Judge | None]) -> bool:
    # A doubled quote that was an empty cell of the swallowed row.
    values = ["" if field == '"' else field for field in fields]
    agreed = [judge(value) for value, judge in zip(values, judges, strict=True) if judge]
    return bool(agreed) and sum(agreed) >= AGREEING * len(agreed)


def _is_prose(lines: list[list[str]]) -> bool:
    """Whether a blank follows a separator, as it does a comma in a sentence."""
    return any(field.startswith(" ") for fields in lines for field in fields[1:])


def _judge(column: pa.ChunkedArray) -> Judge | None:
    """Tells whether a field could be of this column; None where anything could."""
    values = column.unique().to_pylist()
    most = max(2, MOST_KINDS * len(column))
    if len(values) <= most:
        return set(values).__contains__
    for form in (shape, _outline):
        shapes = set(map(form, values))
        if len(shapes) <= most:
            return lambda value, form=form, shapes=shapes: form(value) in shapes
    return None


def shape(value: str) -> str:
    """Digits as 9 and letters as a: `F0012` is `a9999`."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", value))


def _outline(value: str) -> str:
    """Digits and letters alike, as in an identifier of random ones."""
    return re.sub(r"[^\W_]", "x", value)
