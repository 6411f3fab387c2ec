"""What a pattern of the screen is, and the pieces that many of them share."""

import re
from collections.abc import Callable
from dataclasses import dataclass

Holds = Callable[[re.Match[str]], bool]


def _always(match: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True)
class Pattern:
    """One way to write an identifier.

    Attributes
    ----------
    kind : what it is called in counts and brackets
    regex : its group `found`, where it has one, is the identifier; the rest is what tells it
    holds : what the regex cannot say; False lets the match pass
    """

    kind: str
    regex: re.Pattern[str]
    holds: Holds


def pattern(kind: str, regex: str, holds: Holds = _always) -> Pattern:
    """A pattern that takes no notice of letter case."""
    return Pattern(kind, re.compile(regex, re.IGNORECASE), holds)


# Not inside a longer number or Latin word; `\b` would fail beside Chinese letters.
START, END = r"(?<![0-9a-z])", r"(?![0-9a-z])"
# What a clinical number is counted or measured in: the number before it is no identifier.
UNIT = (
    r"\s?(?:[%°]|(?:mg|mcg|[uµ]g|g|kg|cc|[dm]?l|units?|iu|ui|ie|u|meq|m?mol|mm|cm|lbs?|pounds|oz|"
    r"bpm|rpm|k?cal\w*|percent|times|x|days?|weeks?|wks?|months?|mos?|years?|yrs?|hours?|hrs?|min\w*|"
    r"visits?|steps|tab\w*|cap\w*|pills|puffs|drops|doses?|degrees|feet|ft|miles?|km|am|pm|"
    r"dollars|usd|eur\w*|copay)\b)"
)
NO_UNIT = rf"(?!{UNIT})"

CODE_BEFORE = re.compile(
    r"\b(?:snomed|sct|sctid|icd|cpt|hcpcs|loinc|ndc|rxnorm|rxcui|atc|pzn|code)\W*"
    r"(?:(?:ct|id|code|concept|no|is|9|10|cm)\b\W*)*$",
    re.IGNORECASE,
)


def is_no_code(match: re.Match[str]) -> bool:
    """Whether no name of a code system stands before a number, which is not a round one."""
    before = match.string[max(0, match.start() - 30) : match.start()]
    return not CODE_BEFORE.search(before) and not match[0].endswith("00000")


def not_after(words: re.Pattern[str]) -> Holds:
    """A condition: none of the words, a pattern that ends with `$`, stands before the match."""
    return lambda match: not words.search(match.string[max(0, match.start() - 30) : match.start()])


def count_digits(text: str) -> int:
    """How many characters of a text are digits."""
    return sum(character.isdigit() for character in text)
