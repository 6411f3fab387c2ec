"""Which parts of a text are identifiers."""

import re
import unicodedata
from dataclasses import dataclass

from intake_triage.records.identifiers.ages import AGES
from intake_triage.records.identifiers.announced import ANNOUNCED
from intake_triage.records.identifiers.dates import DATES, MONTH_NAME
from intake_triage.records.identifiers.pattern import Pattern
from intake_triage.records.identifiers.phones import phone_patterns
from intake_triage.records.identifiers.places import STREET_WORD, place_patterns
from intake_triage.records.identifiers.shapes import (
    CARDS,
    LONG_NUMBERS,
    MARKED_IDS,
    NETWORK,
    NUMBER_IDS,
    REGION_IDS,
    SSN,
    WEB,
)

# Digits of every script, wide letters, dashes and blanks, each as the one of an English keyboard:
# one sign for one, so that a place in the plain text is the same place in the text.
PLAIN = {
    code: str(unicodedata.decimal(chr(code)))
    for code in range(0x80, 0x10000)
    if chr(code).isdecimal()
}
PLAIN |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
PLAIN |= dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63], "-")
PLAIN |= dict.fromkeys([0xA0, *range(0x2000, 0x200C), 0x202F, 0x3000], " ")
PLAIN |= dict.fromkeys([0x2018, 0x2019], "'")

# A text that has none of these holds nothing that a pattern takes, and most texts have none.
# A figure by itself is at most part of an address or a date.
MAY_HOLD = re.compile(
    r"\d\D{0,3}\d|@|\w[.:]\w|:/|(?:\w\w-){3}|ninet|hundred|genarian", re.IGNORECASE
)
HAS_FIGURE = re.compile(r"\d")
BESIDE_ONE_FIGURE = re.compile(rf"\b{MONTH_NAME}\b|{STREET_WORD}", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A part of a text, from `start` up to `end`, which is not included."""

    start: int
    end: int
    kind: str


def text_patterns(regions: list[str]) -> tuple[Pattern, ...]:
    """What a text is looked through for; what one takes, those after it no longer see."""
    national = [REGION_IDS[region] for region in regions if region in REGION_IDS]
    return (
        *(*WEB, *NETWORK, *ANNOUNCED, SSN, *CARDS, *MARKED_IDS, *NUMBER_IDS, *national, *DATES),
        *(*phone_patterns(regions), *LONG_NUMBERS, *place_patterns(regions), *AGES),
    )


def id_patterns(regions: list[str]) -> tuple[Pattern, ...]:
    """What an id or the name of a group is looked through for: what no made-up one looks like."""
    return (*WEB, SSN, *MARKED_IDS, *phone_patterns(regions))


def find_identifiers(text: str, patterns: tuple[Pattern, ...]) -> list[Found]:
    """The identifiers in a text, from left to right; none overlaps another."""
    plain = text if text.isascii() else text.translate(PLAIN)
    if not (
        MAY_HOLD.search(plain) or (HAS_FIGURE.search(plain) and BESIDE_ONE_FIGURE.search(plain))
    ):
        return []
    found = []
    for pattern in patterns:
        group = "found" if "found" in pattern.regex.groupindex else 0
        matches = [match for match in pattern.regex.finditer(plain) if pattern.holds(match)]
        for start, end in (match.span(group) for match in matches):
            found.append(Found(start, end, pattern.kind))
            plain = plain[:start] + "\0" * (end - start) + plain[end:]
    return sorted(found, key=lambda one: one.start)


def redact(text: str, found: list[Found]) -> str:
    """The text with each identifier replaced by its kind in brackets."""
    parts, end = [], 0
    for one in found:
        parts += [text[end : one.start], f"[{one.kind}]"]
        end = one.end
    return "".join([*parts, text[end:]])
