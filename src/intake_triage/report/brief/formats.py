"""How figures are written: rounded, as so many of 100, with their 95 % interval."""

from collections.abc import Callable, Mapping
from typing import Any

NOT_SHOWN = "not shown"  # it would tell of a few people, or does not exist

Format = Callable[[float], str]


def whole(value: float) -> str:
    """1320.1 as "1,320"."""
    return f"{value:,.0f}"


def of_100(value: float) -> str:
    """A share as so many of 100: 0.4824 as "48"."""
    return f"{value:.0%}".rstrip("%")


def of_100_finely(value: float) -> str:
    """A share as so many of 100, to a tenth: 0.0998 as "10.0"."""
    return f"{value:.1%}".rstrip("%")


def plain(value: float) -> str:
    """A number as people write it: 8.374 as "8.37", 10.0 as "10"."""
    return f"{value:.3g}"


def decimals(count: int, *, signed: bool = False) -> Format:
    """A format with so many decimals; what rounds to none at all is not called negative."""
    return lambda value: f"{value:{'+' if signed else ''}z.{count}f}"


def with_interval(
    row: Mapping[str, Any] | None, form: Format = whole, *, value: str = "value"
) -> str:
    """Such as "414 (402 to 426)"; a figure that is missing or hidden is said to be so.

    Parameters
    ----------
    row : mapping or None
        Has the figure under the key `value`, and `low` and `high`.
    form : callable
    value : str
    """
    if row is None or row.get(value) is None:
        return NOT_SHOWN
    if row.get("low") is None:
        return form(row[value])
    return f"{form(row[value])} ({form(row['low'])} to {form(row['high'])})"


def number(value: float | None) -> str:
    """Three decimals, or that it is not shown."""
    return NOT_SHOWN if value is None else f"{value:.3f}"


def enumerate_words(words: list[str], last: str = "and") -> str:
    """Such as "a, b and c"."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def capitalise(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def range_of_100(row: Mapping[str, Any]) -> str:
    """A share and its interval, of 100."""
    return f"{of_100(row['value'])} of 100, {of_100(row['low'])} to {of_100(row['high'])}"
