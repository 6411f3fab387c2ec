"""Cells of text as numbers: the decimal mark may be a comma, and nothing is silently misread."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.records.values.cells import refuse_rows

Mark = Literal[".", ",", "?"]  # "?": a decimal mark or a thousands separator
POINT_OR_COMMA = (".", ",")

EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
LIKE_A_NUMBER = rf"[+-]?[0-9.,]*[0-9][0-9.,]*{EXPONENT}"
NUMBER = {
    mark: rf"[+-]?(?:[0-9]+[{mark}]?[0-9]*|[{mark}][0-9]+){EXPONENT}" for mark in POINT_OR_COMMA
}
MAYBE_THOUSANDS = {
    mark: rf"[+-]?[1-9][0-9]{{0,2}}(?:[{mark}][0-9]{{3}})+" for mark in POINT_OR_COMMA
}


def find_decimal_marks(
    columns: Iterable[pd.Series], *, decimal: Literal[".", ","] | None, typed: bool
) -> dict[str, Mark | None]:
    """The decimal mark of each column of numbers, by the column's name; None where it has none.

    With `decimal` null a sign is the mark where the cells leave no doubt, or where those of
    another column do and no column speaks for the other sign. One before exactly three digits may
    be a thousands separator.

    A `decimal` that is given holds for every column, but not for a `typed` file (Parquet, Excel,
    JSON), whose numbers come with a point whatever the user's country: there, a column of which
    more cells have a point than a comma has points.

    Parameters
    ----------
    columns : each (n,) str without blanks around, NA where missing
    typed : whether the file itself knows numbers from text
    """
    evidence = {column.name: _evidence(column, typed=typed) for column in columns}
    sure = {mark for mark, certain in evidence.values() if certain}
    marks: dict[str, Mark | None] = {}
    for name, (mark, certain) in evidence.items():
        if decimal is not None and mark is not None:
            marks[name] = "." if typed and mark == "." else decimal
        elif mark is None or certain:
            marks[name] = mark
        else:
            marks[name] = next(iter(sure)) if len(sure) == 1 else "?"
    return marks


def parse_numbers(cells: pd.Series, mark: Mark | None) -> pd.Series:
    """Numbers of cells that have this decimal mark, or none.

    Parameters
    ----------
    cells : (n,) str without blanks around, NA where missing

    Returns
    -------
    (n,) float, NaN where missing

    Raises
    ------
    InputError
        If the mark cannot be told, or a cell is no finite number, or has another mark or a
        thousands separator.
    """
    if mark == "?":
        raise InputError(
            f"column '{cells.name}': its points or commas may be decimal marks or thousands"
            " separators; set data.file.decimal, and write numbers without thousands separators"
        )
    mark = mark or "."
    numbers = read_numbers(cells, mark)
    failed = cells.notna() & numbers.isna()
    if failed.any():
        if cells[failed].str.fullmatch(LIKE_A_NUMBER).all():
            rule = f"not a number with '{mark}' as decimal mark and no thousands separator"
            refuse_rows(cells, failed, rule, "write it so, or set data.file.decimal")
        refuse_rows(
            cells, failed, "not a number", "where it means missing, list it in data.file.missing"
        )
    return numbers


def read_numbers(cells: pd.Series, mark: Literal[".", ","]) -> pd.Series:
    """Numbers of cells, as `parse_numbers`; NaN also where a cell is no finite number."""
    parses = cells.str.fullmatch(NUMBER[mark]).fillna(True).astype(bool)
    numbers = cells.where(parses).str.replace(",", ".", regex=False).astype(float)
    return numbers.where(np.isfinite(numbers))


def _evidence(cells: pd.Series, *, typed: bool) -> tuple[Literal[".", ","] | None, bool]:
    """The decimal mark that a column speaks for, and whether beyond doubt."""
    cells = cells[cells.str.fullmatch(LIKE_A_NUMBER).fillna(False).astype(bool)]
    having = {mark: cells[cells.str.contains(mark, regex=False)] for mark in POINT_OR_COMMA}
    if having["."].empty and having[","].empty:
        return None, False
    # Where a column has both, the wrong one is refused cell by cell.
    mark = "," if len(having[","]) > len(having["."]) else "."
    if mark == "." and typed:
        return mark, True
    return mark, not having[mark].str.fullmatch(MAYBE_THOUSANDS[mark]).all()
