"""What a draft may tell of a table: it becomes params.yaml, which is in git."""

import math

import pandas as pd

from intake_triage.records.draft.columns import Column, within_most
from intake_triage.records.draft.numbers import LONGEST_SHOWN
from intake_triage.records.draft.words import is_usual_class
from intake_triage.records.values.ages import MAX_AGE
from intake_triage.records.values.dates import parse_dates
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

MOST_CODES_SHOWN = 30  # a column of more long numbers is rather one of ids


def say_column(column: Column) -> str:
    """How much of a column is filled, and how many values it has."""
    filled = say_share(column.filled, column.n_rows)
    return f"filled {filled}, {column.distinct:,} {'value' if column.distinct == 1 else 'values'}"


def say_classes(column: Column) -> str:
    """The same of a label, whose spellings that mean one class are counted once."""
    return f"filled {say_share(column.filled, column.n_rows)}, {len(column.classes)} classes"


def say_numbers(column: Column) -> str:
    """The same of numbers, with their range, ages over 89 as one."""
    top = MAX_AGE if column.measure and column.measure.name == "age" else math.inf
    return say_column(column) + _say_range(column.numbers, top)


def say_days(column: Column) -> str:
    """The same of days, with their years where one format alone reads them."""
    if column.doubts or len(column.formats) > 1:
        return say_column(column)
    days = parse_dates(pd.Series(column.counts.index, dtype="str"), column.formats[0])
    return say_column(column) + _say_range(column.counts.groupby(days.dt.year.to_numpy()).sum())


def say_share(count: int, of: int) -> str:
    """A share in whole percent, which tells of no fewer people than may be seen."""
    if count == of:
        return "in all"
    if of - count < SMALLEST_SHOWN:
        return "in nearly all"
    return f"{100 * count / of:.0f} %" if count >= SMALLEST_SHOWN else "in nearly none"


def _say_range(records: pd.Series, top: float = math.inf) -> str:
    ends = [f"{end:g}" if end < top else f"{top:g}+" for end in within_most(records)]
    return f", mostly {' to '.join(dict.fromkeys(ends))}" if ends else ""


def showable_classes(column: Column) -> pd.Series:
    """Of a label's classes, with the records of each, those whose names may be shown.

    A name must be short, and be shared by many people or usual everywhere. Of a column in which
    something may identify a person only codes that many people share are.
    """
    may_be_codes = len(column.classes) <= MOST_CODES_SHOWN
    shown = [
        len(name) <= LONGEST_SHOWN
        and (records >= SMALLEST_SHOWN or (is_usual_class(name) and not column.identifies))
        and (not column.identifies or (may_be_codes and name.isdecimal()))
        for name, records in column.classes.items()
    ]
    return column.classes[shown]
