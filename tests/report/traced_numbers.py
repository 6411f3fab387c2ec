"""Are all numbers of a text found in the inputs, but for rounding and units?"""

import re
from collections.abc import Iterator
from typing import Any

from intake_triage.evaluation.table import Result, Results

NUMBER = re.compile(r"(?<![\w.])[+-]?\d+(?:,\d{3})*(?:\.\d+)?(?!\w)")
# Units, not figures: "of 1,000 forms", "of 100", "95 %".
UNITS = {"1,000", "100", "95"}


def leaves(value: Any) -> Iterator[Any]:
    """Every number and string below `value`, keys included."""
    if isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, Results):
        yield from leaves([vars(row) for row in value.rows])
    elif value is not None and not isinstance(value, bool):
        yield value


def written_forms(inputs: Any) -> set[str]:
    """How the numbers of the inputs may be written: rounded, or a share as so many of 100."""
    forms = set(UNITS)
    for leaf in leaves(inputs):
        if isinstance(leaf, str):
            forms |= set(NUMBER.findall(leaf))
            continue
        forms |= {f"{leaf:.3g}", f"{leaf:g}", str(leaf), f"{leaf:,}"}
        forms |= {f"{leaf:,.{places}f}" for places in range(6)}
        if abs(leaf) <= 1:
            forms |= {f"{leaf:.0%}"[:-1], f"{leaf:.1%}"[:-1], f"{100 * leaf:g}"}
    return {form.lstrip("+-") for form in forms}


def find_untraced(texts: Iterator[str], inputs: Any) -> list[str]:
    """The numbers in the texts that are found in no input, each with its text."""
    forms, names = written_forms(inputs), _names(inputs)
    untraced = []
    for text in texts:
        bare = names.sub(" ", text) if names else text
        untraced += [
            f"{number} in “{text}”"
            for number in NUMBER.findall(bare)
            if number.lstrip("+-") not in forms
        ]
    return untraced


def _names(inputs: Any) -> re.Pattern[str] | None:
    """Names that have digits in them, such as the age band 0-4."""
    names = {leaf for leaf in leaves(inputs) if isinstance(leaf, str) and len(leaf) < 30}
    names |= {name.replace("_", " ") for name in names}
    digits = [name for name in names if re.search(r"\d", name) and not NUMBER.fullmatch(name)]
    digits.sort(key=len, reverse=True)
    found = "|".join(rf"(?<!\d){re.escape(name)}(?![\d])" for name in digits)
    return re.compile(found) if digits else None


def snap(value: Any, key: str = "") -> Any:
    """Inputs in which each figure is 3 more than a multiple of 11, in hundredths for shares.

    No sum, difference or complement to 100 or 1,000 of two such figures is one itself, so that
    arithmetic between input and page is found out. Figures below 11 stay, since they count models.
    """
    if isinstance(value, dict):
        return {name: snap(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [snap(item) for item in value]
    if isinstance(value, Results):
        return Results(Result(**snap(vars(row))) for row in value.rows)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or key in ("coverage", "weight")
    ):
        return value
    if isinstance(value, int):
        return _nearest(value) if value >= 11 else value
    sign = -1 if value < 0 else 1
    if abs(value) <= 1:
        return sign * _nearest(min(abs(value) * 100, 91)) / 100
    return sign * float(_nearest(abs(value)))


def _nearest(value: float) -> int:
    return 11 * max(round((value - 3) / 11), 0) + 3
