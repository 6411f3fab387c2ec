"""Columns of numbers, and what stands among the numbers: marks for *missing*, words, units."""

from dataclasses import replace

import pandas as pd

from intake_triage.errors import InputError
from intake_triage.records.draft.bounds import MOST_CODES
from intake_triage.records.draft.columns import Column
from intake_triage.records.draft.words import means_unknown
from intake_triage.records.values.numbers import LIKE_A_NUMBER, NUMBER, Mark, parse_numbers
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

MOST_MARKS = 3  # words that may stand where a number is not known
LEAST_NUMBERS = 0.7  # share of cells that begin with a number, below which a column is one of words
LONGEST_SHOWN = 40  # characters; a longer cell is never shown
WITH_UNIT = r"[<>≤≥~=]*\s*[+-]?[0-9][0-9., ]*(?:/ ?[0-9]+|[^0-9]{0,12})"  # not a range, as 5-6


def holds_numbers(column: Column) -> bool:
    """Whether most cells are numbers; those of a known measure may have units."""
    if column.formats or column.counts.empty:
        return False
    cells = _cells_of(column)
    numbers = _records(column, cells.str.fullmatch(LIKE_A_NUMBER))
    either = _records(column, cells.str.fullmatch(f"{LIKE_A_NUMBER}|{WITH_UNIT}"))
    if column.measure and column.distinct > MOST_CODES:
        return 2 * either > column.filled
    return either >= LEAST_NUMBERS * column.filled and 2 * numbers > column.filled


def numeric_cells(column: Column) -> pd.Series:
    """The distinct cells of a column that look like numbers."""
    cells = _cells_of(column)
    return cells[cells.str.fullmatch(LIKE_A_NUMBER)]


def find_marks(column: Column) -> list[str]:
    """Words of many records among numbers, which may mean that no number is known.

    Among a few whole numbers, of no known measure, a word may as well be one more class, unless it
    says what it means.
    """
    are_codes = len(numeric_cells(column)) <= MOST_CODES and not column.measure
    words = [
        word
        for word, records in column.counts.items()
        if records >= SMALLEST_SHOWN
        and len(word) <= LONGEST_SHOWN
        and not any(map(str.isdigit, word))
        and (not are_codes or means_unknown(word))
    ]
    return words if len(words) <= MOST_MARKS else []


def with_numbers(column: Column, mark: Mark | None, held: dict[str, str]) -> Column:
    """A column with its numbers, and what is to be done about its other cells.

    Parameters
    ----------
    column : Column
        One that `holds_numbers`.
    mark : of its decimals
    held : of its words those that another column holds too, with the name of that one
    """
    cells = _cells_of(column)
    if mark == "?":
        mark = "," if cells.str.contains(",", regex=False).any() else "."
    parses = cells.str.fullmatch(NUMBER[mark or "."])
    if not parses.any() and not column.measure:
        return column
    try:
        numbers = parse_numbers(cells[parses], mark)
    except InputError:
        return column  # too large for a number
    records = column.counts[parses.to_numpy()].groupby(numbers.to_numpy()).sum()
    doubts = [
        f"{word!r} among its numbers is a value of {other!r} too: list it in missing where it"
        " means so in both, else empty these cells"
        for word, other in held.items()
    ]
    to_mend = column.filled - int(records.sum()) - int(column.counts[list(held)].sum())
    if to_mend:
        told = f"{to_mend:,}" if to_mend >= SMALLEST_SHOWN else f"under {SMALLEST_SHOWN}"
        doubts.append(
            f"numbers with words, units or other marks among them: mend {told} cells,"
            " or leave it out"
        )
    return replace(column, numbers=records, doubts=tuple(doubts))


def _cells_of(column: Column) -> pd.Series:
    return pd.Series(column.counts.index, dtype="str", name=column.name)


def _records(column: Column, chosen: pd.Series) -> int:
    return int(column.counts[chosen.to_numpy(bool)].sum())
