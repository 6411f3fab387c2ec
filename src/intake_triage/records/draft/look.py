"""Look at a table: which columns hold numbers, days or words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from intake_triage.errors import InputError
from intake_triage.file_params import cell_key
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


@dataclass(frozen=True)
class Look:
    """What a table showed.

    Attributes
    ----------
    columns : in the order of the table
    decimals : the one decimal mark of all numbers; two where they can be read either way, none
        where they have none or the columns differ
    marks : words that stand among numbers and are to mean *missing*, with the column of each
    """

    columns: list[Column]
    decimals: list[Mark]
    marks: dict[str, str]


def look_at(raw: RawTable, data: DataParams) -> Look:
    """Look at every column of a table.

    Parameters
    ----------
    raw : RawTable
    data : tells the marks that mean missing, and whose identifiers to look for
    """
    patterns = text_patterns(data.identifiers_region)

    def identifies(values: Iterable[str]) -> bool:
        return any(find_identifiers(value, patterns) for value in values)

    columns = []
    for name in raw.frame.columns:
        counts = clear_missing(raw.frame[name], data.file.missing)[0].value_counts()
        column = Column(str(name), len(raw.frame), counts)
        few = counts.index if len(counts) <= MOST_CATEGORIES else ()
        columns.append(replace(column, formats=_find_formats(column), identifies=identifies(few)))
    splits = {
        column.name: split
        for column in columns
        if not column.formats and (split := _split_numbers(column)) and not identifies(split[1])
    }
    words = {word: name for name, (_, words) in splits.items() for word in words}
    columns = [_without(column, words) for column in columns]
    marks = find_decimal_marks(
        [cells for cells, _ in splits.values()], decimal=None, typed=raw.is_typed
    )
    return Look(
        [
            _with_numbers(c, splits[c.name][0], marks[c.name]) if c.name in splits else c
            for c in columns
        ],
        _marks_of_all(marks),
        words,
    )


def _find_formats(column: Column) -> tuple[str, ...]:
    """The formats under which every cell of a column is a day; several where either may hold."""
    cells = pd.Series(column.counts.index, dtype="str", name=column.name)
    digits_alone = cells.str.fullmatch("[0-9]+").all()  # 20240531 is a day where the name says so
    is_no_day = digits_alone and not names_a("date", column.name)
    if cells.empty or is_no_day or not possible_date_formats(cells.head(FEW)):
        return ()
    return tuple(possible_date_formats(cells))


def _split_numbers(column: Column) -> tuple[pd.Series, list[str]] | None:
    """The cells of a column that look like numbers, and the words among them.

    None where the words are many, or of few people, so that the column is one of words.
    """
    cells = pd.Series(column.counts.index, dtype="str", name=column.name)
    numeric = cells.str.fullmatch(LIKE_A_NUMBER).to_numpy(bool)
    words = column.counts[~numeric]
    are_marks = (
        len(words) <= MOST_MARKS
        and (words >= SMALLEST_SHOWN).all()
        and all(len(word) <= LONGEST_SHOWN for word in words.index)
        and column.counts[numeric].sum() >= LEAST_NUMBERS * column.filled
    )
    return (cells[numeric], list(words.index)) if numeric.any() and are_marks else None


def _without(column: Column, words: Iterable[str]) -> Column:
    """The column without the cells that a word for *missing* stands in."""
    keys = {cell_key(word) for word in words}
    kept = [cell_key(cell) not in keys for cell in column.counts.index]
    return replace(column, counts=column.counts[kept])


def _marks_of_all(marks: dict[str, Mark]) -> list[Mark]:
    told = {mark for mark in marks.values() if mark}
    if "?" in told:
        return [",", "."]
    return list(told) if len(told) == 1 else []


def _with_numbers(column: Column, cells: pd.Series, mark: Mark) -> Column:
    if mark == "?":
        mark = "," if cells.str.contains(",", regex=False).any() else "."
    try:
        numbers = parse_numbers(cells, mark)
    except InputError:
        return column  # numbers that are not all written alike
    return replace(column, numbers=column.counts[cells].groupby(numbers.to_numpy()).sum())
