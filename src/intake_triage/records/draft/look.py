"""Look at a table: which columns hold numbers, days or words."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from intake_triage.errors import InputError
from intake_triage.params import DataParams
from intake_triage.records.draft.columns import MOST_CATEGORIES, Column
from intake_triage.records.draft.words import names_a
from intake_triage.records.identifiers.find import find_identifiers, text_patterns
from intake_triage.records.tables.read import RawTable
from intake_triage.records.values.cells import clear_missing
from intake_triage.records.values.dates import possible_date_formats
from intake_triage.records.values.numbers import (
    LIKE_A_NUMBER,
    Mark,
    find_decimal_marks,
    parse_numbers,
)
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

MOST_MARKS = 3  # words that may stand where a number is not known
LEAST_NUMBERS = 0.7  # share of numbers below which such words make a column of words
FEW = 20  # cells of prose are soon found to be no days
LONGEST_SHOWN = 40  # characters; a longer cell is never shown


def look_at(raw: RawTable, data: DataParams) -> tuple[list[Column], list[Mark]]:
    """What each column holds, and the decimal mark of the numbers.

    Parameters
    ----------
    raw : RawTable
    data : tells the marks that mean missing, and whose identifiers to look for

    Returns
    -------
    columns : in the order of the table
    decimals : the one decimal mark of all numbers; two where they can be read either way, none
        where they have none or the columns differ
    """
    patterns = text_patterns(data.identifiers_region)
    columns = []
    for name in raw.frame.columns:
        counts = clear_missing(raw.frame[name], data.file.missing)[0].value_counts()
        column = Column(str(name), len(raw.frame), counts)
        few = counts.index if len(counts) <= MOST_CATEGORIES else ()
        identifies = any(find_identifiers(value, patterns) for value in few)
        columns.append(replace(column, formats=_find_formats(column), identifies=identifies))
    cells = {column.name: _like_numbers(column) for column in columns if not column.formats}
    cells = {name: found for name, found in cells.items() if found is not None}
    marks, decimals = _find_marks(cells.values(), typed=raw.is_typed)
    return [
        _with_numbers(column, cells[column.name], marks[column.name])
        if column.name in cells
        else column
        for column in columns
    ], decimals


def _find_formats(column: Column) -> tuple[str, ...]:
    """The formats under which every cell of a column is a day; several where either may hold."""
    cells = pd.Series(column.counts.index, dtype="str", name=column.name)
    digits_alone = cells.str.fullmatch("[0-9]+").all()  # 20240531 is a day where the name says so
    is_no_day = digits_alone and not names_a("date", column.name)
    if cells.empty or is_no_day or not possible_date_formats(cells.head(FEW)):
        return ()
    return tuple(possible_date_formats(cells))


def _like_numbers(column: Column) -> pd.Series | None:
    """The cells of a column of numbers that look like one; None where too many do not."""
    cells = pd.Series(column.counts.index, dtype="str", name=column.name)
    numeric = cells.str.fullmatch(LIKE_A_NUMBER).to_numpy(bool)
    words = column.counts[~numeric]
    are_marks = (
        len(words) <= MOST_MARKS
        and (words >= SMALLEST_SHOWN).all()
        and all(len(word) <= LONGEST_SHOWN for word in words.index)
        and column.counts[numeric].sum() >= LEAST_NUMBERS * column.filled
    )
    return cells[numeric] if numeric.any() and are_marks else None


def _find_marks(
    columns: Iterable[pd.Series], *, typed: bool
) -> tuple[dict[str, Mark | None], list[Mark]]:
    columns = list(columns)
    marks = find_decimal_marks(columns, decimal=None, typed=typed)
    if "?" in marks.values():
        return find_decimal_marks(columns, decimal=".", typed=typed), [".", ","]
    told = {mark for mark in marks.values() if mark}
    return marks, list(told) if len(told) == 1 else []


def _with_numbers(column: Column, cells: pd.Series, mark: Mark | None) -> Column:
    try:
        numbers = parse_numbers(cells, mark)
    except InputError:
        return column  # numbers that are not all written alike
    by_number = column.counts[cells].groupby(numbers.to_numpy()).sum()
    words = column.counts.index.difference(cells, sort=False)
    return replace(column, numbers=by_number, marks=tuple(words), counts=column.counts.drop(words))
