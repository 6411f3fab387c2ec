"""Look at a table: which columns hold numbers, days or words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from intake_triage.file_params import cell_key
from intake_triage.params import DataParams
from intake_triage.records.draft.columns import MOST_CATEGORIES, Column
from intake_triage.records.draft.numbers import (
    LEAST_NUMBERS,
    find_marks,
    holds_numbers,
    numeric_cells,
    with_numbers,
)
from intake_triage.records.draft.words import names_a
from intake_triage.records.identifiers.find import find_identifiers, text_patterns
from intake_triage.records.tables.read import RawTable
from intake_triage.records.values.cells import clear_missing
from intake_triage.records.values.dates import possible_date_formats
from intake_triage.records.values.numbers import Mark, find_decimal_marks

FEW = 20  # cells of prose are soon found to be no days


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
        column = _with_days(Column(str(name), len(raw.frame), counts))
        few = counts.index if len(counts) <= MOST_CATEGORIES else ()
        columns.append(replace(column, identifies=identifies(few)))
    numeric = {column.name: column for column in columns if holds_numbers(column)}
    words = {
        word: column.name
        for column in numeric.values()
        for word in find_marks(column)
        if not identifies([word])
    }
    held = _held_elsewhere(words, [c for c in columns if c.name not in numeric])
    words = {word: name for word, name in words.items() if word not in held}
    decimals = find_decimal_marks(
        [numeric_cells(column) for column in numeric.values()], decimal=None, typed=raw.is_typed
    )
    columns = [_without(column, words) for column in columns]
    return Look(
        [
            with_numbers(c, decimals[c.name], {w: held[w] for w in held if w in c.counts})
            if c.name in numeric
            else c
            for c in columns
        ],
        _marks_of_all(decimals),
        words,
    )


def _with_days(column: Column) -> Column:
    """A column with the formats under which every cell is a day; several where either may hold.

    A column of days by its name, whose days have several formats, gets them all, and a doubt.
    """
    cells = pd.Series(column.counts.index, dtype="str", name=column.name)
    digits_alone = cells.str.fullmatch("[0-9]+").all()  # 20240531 is a day where the name says so
    named = names_a("date", column.name)
    if cells.empty or (digits_alone and not named):
        return column
    if possible_date_formats(cells.head(FEW)) and (formats := possible_date_formats(cells)):
        return replace(column, formats=tuple(formats))
    each = [possible_date_formats(cells[[at]]) for at in cells.index[:FEW] if named]
    if digits_alone or sum(map(bool, each)) < LEAST_NUMBERS * min(FEW, len(cells)):
        return column
    formats = dict.fromkeys(found for formats in each for found in formats)
    doubt = "days of several formats, or words among them: write all in one format"
    return replace(column, formats=tuple(formats), doubts=(doubt,))


def _held_elsewhere(words: Iterable[str], columns: list[Column]) -> dict[str, str]:
    """The words that are a value of a label or category, which a mark for *missing* would delete.

    Returns
    -------
    by word, the name of a column that has it
    """
    holders = {
        cell_key(cell): column.name
        for column in columns
        if not column.is_free_text
        for cell in column.counts.index
    }
    return {word: holders[cell_key(word)] for word in words if cell_key(word) in holders}


def _without(column: Column, words: Iterable[str]) -> Column:
    """The column without the cells that a word for *missing* stands in."""
    keys = {cell_key(word) for word in words}
    kept = [cell_key(cell) not in keys for cell in column.counts.index]
    return replace(column, counts=column.counts[kept])


def _marks_of_all(marks: dict[str, Mark | None]) -> list[Mark]:
    told = {mark for mark in marks.values() if mark}
    if "?" in told:
        return [",", "."]
    return list(told) if len(told) == 1 else []
