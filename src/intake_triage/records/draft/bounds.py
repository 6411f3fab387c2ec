"""Bounds of a column of numbers: those of a known measure in the table's unit, or round ones."""

import math
from dataclasses import dataclass

from intake_triage.records.draft.columns import Column
from intake_triage.records.draft.words import measure_of

MOST_CODES = 7  # so few whole numbers, of no known measure, rather stand for words


@dataclass(frozen=True)
class Bounds:
    """The range that a field's numbers may have, and how many records lie outside."""

    low: float
    high: float
    n_outside: int


def bounds_of(column: Column) -> Bounds | None:
    """Bounds of a numeric field; None where the column is rather one of categories.

    Of a known measure, those of the unit in which fewest values lie outside. Else the outermost
    values, rounded outward to one figure, which tells next to nothing of the two people.
    """
    measure = measure_of(column.name)
    if column.numbers is None or (
        measure is None and column.is_whole and len(column.numbers) <= MOST_CODES
    ):
        return None
    values = column.numbers.index
    known = measure.bounds if measure else ()
    options = [(*pair, int(column.numbers[(values < pair[0]) | (values > pair[1])].sum())) for pair in known]
    best = min(options, key=lambda option: option[2], default=None)
    if best and 2 * best[2] < column.filled:
        return Bounds(*best)
    return Bounds(-_round_up(-values.min()), _round_up(values.max()), 0)


def _round_up(value: float) -> float:
    """The next number of one figure towards plus infinity."""
    if value == 0:
        return 0.0
    step = 10.0 ** math.floor(math.log10(abs(value)))
    return math.ceil(value / step) * step
