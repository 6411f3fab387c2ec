"""Words with what is said of them: in "denies chest pain" the pain is `negated:pain`.

The rules are those of NegEx and ConText, whose cues `cues.py` lists. What a cue says ends with its
sentence at the latest.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from intake_triage.models.tabular.cues import SCOPES
from intake_triage.records.words import NORMALIZER, find_words

BACKWARD_WORDS = 5  # as many as NegEx looks back


class _Effect(NamedTuple):
    """What a cue, or the end of a sentence, does to which scopes: sets of bits, one a scope."""

    forward: int = 0
    next_word: int = 0
    backward: int = 0
    ends: int = 0
    pseudo: int = 0


def find_scoped_words(text: str) -> list[str]:
    """The words that `find_words` finds, in order, each after what is said of it.

    A cue's own words stand as they are. No word has a colon, so that `negated:pain` is never one.
    """
    words: list[str] = []
    said: list[int] = []  # of each word
    on = once = 0  # what is said of every following word, and of the next one alone
    last_break = 0  # how many words there were after it
    for i, part in enumerate(_BREAKS.split(NORMALIZER.normalize_str(text))):
        if i % 2:
            found, effect = _read_break(part)
            for place in range(max(last_break, len(words) - BACKWARD_WORDS), len(words)):
                said[place] |= effect.backward
            on = on & ~(effect.ends | effect.pseudo) | effect.forward
            once = effect.next_word
            said += [0] * len(found)
        else:
            found = find_words(part)
            said += [on | once] * len(found[:1]) + [on] * len(found[1:])
            last_break = len(words)
        words += found
    return [_PREFIXES[bits] + word for bits, word in zip(said, words, strict=True)]


def _as_key(phrase: str) -> str:
    """A phrase with single blanks and no apostrophes."""
    return " ".join(re.sub("['’]", "", phrase).split())


def _as_pattern(phrase: str) -> str:
    return re.escape(phrase).replace(r"\ ", r"\s+").replace("'", "['’]?")


def _list_effects() -> dict[str, _Effect]:
    """The effect of each cue, which may belong to several scopes."""
    effects: dict[str, _Effect] = {}
    for bit, scope in enumerate(SCOPES):
        for role in _Effect._fields:
            for phrase in getattr(scope, role):
                before = effects.get(phrase, _Effect())
                effects[phrase] = before._replace(**{role: getattr(before, role) | 1 << bit})
    return effects


_EFFECTS = _list_effects()
_EFFECT_OF = {_as_key(phrase): effect for phrase, effect in _EFFECTS.items()}
_END_OF_SENTENCE = _Effect(ends=2 ** len(SCOPES) - 1)
_CUES = "|".join(_as_pattern(phrase) for phrase in sorted(_EFFECTS, key=len, reverse=True))
# A full stop within a number ends no sentence; "no" before a mark of its own is not that word.
_BREAKS = re.compile(rf"([!?;\n]|\.(?!\d)|(?<!\w)(?:{_CUES})(?![\w\u0300-\u036f]))")
_PREFIXES = [
    "".join(f"{scope.name}:" for bit, scope in enumerate(SCOPES) if bits >> bit & 1)
    for bits in range(2 ** len(SCOPES))
]


@lru_cache
def _read_break(part: str) -> tuple[list[str], _Effect]:
    return find_words(part), _EFFECT_OF.get(_as_key(part), _END_OF_SENTENCE)
