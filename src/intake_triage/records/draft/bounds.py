"""Bounds of a column of numbers: those of a known measure in the table's unit, or round ones."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from intake_triage.records.draft.columns import Column

MOST_CODES = 7  # so few whole numbers, of no known measure, rather stand for words
MOST_AMOUNTS = 50  # so many different whole numbers may as well be names


@dataclass(frozen=True)
class Bounds:
    """The range that a field's numbers may have, and whether some lie outside."""

    low: float
    high: float
    is_broken: bool


def bounds_of(column: Column) -> Bounds | None:
    """Bounds of a numeric field; None where the column is rather one of categories.

    Of a known measure, those of the unit in which fewest values lie outside. Else the outermost
    values, rounded outward to one figure, which tells next to nothing of the two people.
    """
    if column.numbers is None or _is_code(column):
        return None
    known = column.measure.bounds if column.measure else ()
    broken = {bounds: column.outside(*bounds) for bounds in known}
    best = min(broken, key=broken.__getitem__, default=None)
    if best and 2 * broken[best] < column.filled:
        return Bounds(*best, is_broken=broken[best] > 0)
    values = column.numbers.index
    return Bounds(-_round_up(-values.min()), _round_up(values.max()), is_broken=False)


def is_unknown_number(column: Column) -> bool:
    """Whether many whole numbers of no known measure may be somebody's, such as a patient's."""
    return column.is_whole and not column.measure and column.distinct > MOST_AMOUNTS


def _is_code(column: Column) -> bool:
    return column.is_whole and not column.measure and len(column.numbers) <= MOST_CODES


def _round_up(value: float) -> float:
    """The next number of one figure towards plus infinity."""
    exact = Decimal(str(value))
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted()), ROUND_CEILING))
