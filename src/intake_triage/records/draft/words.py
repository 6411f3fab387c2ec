"""What the names of columns and classes say, by the word lists in words.yaml."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

LISTS = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Measure:
    """A vital sign or the like: the field's name, and (low, high) by unit, the usual unit first."""

    name: str
    bounds: tuple[tuple[float, float], ...]


def names_a(role: str, column: str) -> bool:
    """Whether a column's name is usual for a role of `columns` in words.yaml."""
    return _says(column, LISTS["columns"][role])


def subgroup_of(column: str) -> str | None:
    """The subgroup that a column's name means, if any."""
    return next((name for name, words in LISTS["subgroups"].items() if _says(column, words)), None)


def measure_of(column: str) -> Measure | None:
    """The measure that a column's name means, if any."""
    for name, known in LISTS["measures"].items():
        if _says(column, known["columns"]):
            return Measure(name, tuple((low, high) for low, high in known["bounds"]))
    return None


def tier_rank(value: str) -> int | None:
    """How urgent the name of a tier is, 0 the most; None where no known word says it.

    The longest word decides: `non urgent` is not `urgent`.
    """
    found = [
        (len(word), rank)
        for rank, words in enumerate(LISTS["tiers"])
        for word in words.split()
        if _pattern(word).search(_spaced(value))
    ]
    return max(found)[1] if found else None


def is_specialty(value: str) -> bool:
    """Whether a value reads like a medical sub-specialty or a department."""
    return _says(value, LISTS["specialties"])


def is_usual_class(value: str) -> bool:
    """Whether a tier or department is called so anywhere: known words alone, or one figure."""
    left = _spaced(value)
    for word in sorted(" ".join([*LISTS["tiers"], LISTS["specialties"]]).split(), key=len)[::-1]:
        left = _pattern(word).sub(" ", left)
    return not left.strip() or re.fullmatch(" [0-9] ", left) is not None


def field_name(column: str) -> str:
    """A name for params.yaml out of a column's name: lower case, words joined by `_`."""
    return _spaced(column).strip().replace(" ", "_") or "field"


def _says(name: str, words: str) -> bool:
    spaced = _spaced(name)
    return any(_pattern(word).search(spaced) for word in words.split())


def _spaced(name: str) -> str:
    """The words of a name in lower case, a blank around each: `ChiefComplaint_2` has three."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name).lower())
    return f" {' '.join(words)} "


@cache
def _pattern(word: str) -> re.Pattern[str]:
    body = re.escape(word).replace(r"\*", r"[^\W_]*").replace("_", " ?")
    unspaced = any("\u2e80" <= character <= "\uffef" for character in word)
    return re.compile(body if unspaced else rf" {body}(?= )")
