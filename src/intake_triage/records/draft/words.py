"""What the names of columns and classes say, by the word lists in words.yaml."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from intake_triage.records.values.ages import AGE_WORDS

LISTS = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
LISTS["measures"]["age"]["columns"] = AGE_WORDS


@dataclass(frozen=True)
class KnownMeasure:
    """A vital sign or the like: the field's name, and (low, high) by unit, the usual unit first."""

    name: str
    bounds: tuple[tuple[float, float], ...]


def names_a(role: str, column: str) -> bool:
    """Whether a column's name is usual for a role of `columns` in words.yaml."""
    return _says(column, LISTS["columns"][role])


def is_usual_name(column: str) -> bool:
    """Whether a column's name is in any of the lists of names."""
    named = any(names_a(role, column) for role in LISTS["columns"])
    return named or subgroup_of(column) is not None or bool(measures_of(column))


def subgroup_of(column: str) -> str | None:
    """The subgroup that a column's name means, if any."""
    return next((name for name, words in LISTS["subgroups"].items() if _says(column, words)), None)


def measures_of(column: str) -> list[KnownMeasure]:
    """The measures that a column's name may mean."""
    return [
        KnownMeasure(name, tuple((low, high) for low, high in known["bounds"]))
        for name, known in LISTS["measures"].items()
        if _says(column, known["columns"])
    ]


def is_yes(value: str) -> bool | None:
    """Whether a value says yes; None where it says neither yes nor no."""
    word = value.strip().casefold()
    if word in LISTS["says_yes"].split():
        return True
    return False if word in LISTS["says_no"].split() else None


def means_unknown(value: str) -> bool:
    """Whether a value says, in a usual language, that something is not known."""
    return _is_made_of(value, LISTS["unknown"].split())


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
    known = " ".join([*LISTS["tiers"], LISTS["specialties"], LISTS["unknown"]]).split()
    return _is_made_of(value, known) or re.fullmatch("[0-9]", value.strip()) is not None


def field_name(column: str) -> str:
    """A name for params.yaml out of a column's name: lower case, words joined by `_`."""
    return _spaced(column).strip().replace(" ", "_") or "field"


def _is_made_of(value: str, words: list[str]) -> bool:
    """Whether nothing is left of a value without these words, of which longer ones come first."""
    left = whole = _spaced(value)
    for word in sorted(words, key=len, reverse=True):
        left = _pattern(word).sub(" ", left)
    return bool(whole.strip()) and not left.strip()


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
