"""Which words and entries spoke for a suggestion: what its chance is when each is left out.

The chance of the class decided on is asked of the bundle again for every word of the text, all its
occurrences left out, and for every entry, left empty; whatever the models are, it is the same
question. Points are percentage points of the stated chance: +21 says that the chance is 21 points
higher with the word than without it.

What this tells is what the bundle's chance hangs on, one word at a time. It does not tell
- why the class is right, nor what would happen to another patient: it is about the models;
- what two words say together: where "chest" and "angina" each suffice, leaving out one changes
  little, and both get few points though the decision hangs on them;
- how a text without the word would really be written: a form from which words were taken is none
  that a patient writes, and models are known to be sure of themselves on such remains.

References
----------
Li, Monroe and Jurafsky (2016), Understanding neural networks through representation erasure: the
leave-one-out measure. Feng et al. (2018), Pathologies of neural models make interpretations
difficult: its limits, by taking words away until nonsense is left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tokenizers import PreTokenizedString

from intake_triage.records.words import NORMALIZER, PIECES
from intake_triage.release.bundle.load import Bundle
from intake_triage.release.score.rows import Scored
from intake_triage.tasks import Task

MOST_TOLD = 5
MOST_WORDS = 200  # different ones of a text that are asked for, from its start
AT_ONCE = 4_096  # altered forms that are scored in one call
Span = tuple[int, int]


def explain(bundle: Bundle, scored: Scored) -> dict[Task, list[str]]:
    """What spoke for each form's classes, such as `chest +21, denies -8, form_age +5`.

    At most `MOST_TOLD`, largest change first, of equal ones the first in the text, entries last;
    what changes nothing after rounding to points is not told.
    """
    told: dict[Task, list[str]] = {task: [] for task in scored.said}
    for some in _in_portions(bundle, scored):
        for task, sentences in _explain_some(bundle, scored, some).items():
            told[task] += sentences
    return told


@dataclass(frozen=True)
class Altered:
    """One form without one word or entry.

    Attributes
    ----------
    form : int
        Its place among the forms.
    name : str
        The word, or `form_` and the field's name, as its column is called.
    text : str
    field : str or None
        The entry that is left empty.
    """

    form: int
    name: str
    text: str
    field: str | None = None


def alter(form: int, text: str, filled: Sequence[str]) -> Iterator[Altered]:
    """A form without each of its words and of its filled entries, one at a time."""
    for word, spans in locate_words(text).items():
        yield Altered(form, word, _without(text, spans))
    for field in filled:
        yield Altered(form, f"form_{field}", text, field)


def locate_words(text: str) -> dict[str, list[Span]]:
    """Where each of a text's words stands, as its letters from and to, in the order of the first.

    Words are the pieces that a tokenizer is trained on, without signs: single letters count.
    """
    pieces = PreTokenizedString(text)
    pieces.normalize(NORMALIZER.normalize)
    PIECES.pre_tokenize(pieces)
    places: dict[str, list[Span]] = {}
    for word, span, _ in pieces.get_splits("original", "char"):
        if any(map(str.isalnum, word)) and (word in places or len(places) < MOST_WORDS):
            places.setdefault(word, []).append(span)
    return places


def _without(text: str, spans: Sequence[Span]) -> str:
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _in_portions(bundle: Bundle, scored: Scored) -> Iterator[list[list[Altered]]]:
    """By form its altered ones, of so many forms as make up one call."""
    fields = [field.name for field in bundle.schema.fields]
    filled = scored.frame[fields].notna().to_numpy()
    portion: list[list[Altered]] = []
    for form, text in enumerate(scored.frame["text"]):
        names = [name for name, is_filled in zip(fields, filled[form], strict=True) if is_filled]
        altered = list(alter(form, text, names))
        if portion and sum(map(len, portion)) + len(altered) > AT_ONCE:
            yield portion
            portion = []
        portion.append(altered)
    yield portion


def _explain_some(
    bundle: Bundle, scored: Scored, portion: list[list[Altered]]
) -> dict[Task, list[str]]:
    every = [each for altered in portion for each in altered]
    if not every:
        return {task: [""] * len(portion) for task in scored.said}
    form = np.array([each.form for each in every])
    frame = scored.frame.iloc[form].reset_index(drop=True)
    frame["text"] = pd.Series([each.text for each in every], dtype="str")
    emptied = np.array([each.field or "" for each in every])
    for field in bundle.schema.fields:
        frame[field.name] = frame[field.name].mask(emptied == field.name)
    said = bundle.forecast(frame)
    ends = np.cumsum([len(altered) for altered in portion])[:-1]
    told = {}
    for task, before in scored.said.items():
        decided = scored.decided[task][form]
        change = (
            before.probabilities[form, decided]
            - said[task].probabilities[np.arange(len(every)), decided]
        )
        told[task] = [
            _tell([each.name for each in altered], points)
            for altered, points in zip(portion, np.split(100 * change, ends), strict=True)
        ]
    return told


def _tell(names: Sequence[str], points: np.ndarray) -> str:
    order = np.argsort(-np.abs(points), kind="stable")[:MOST_TOLD]
    return ", ".join(f"{names[i]} {points[i]:+.0f}" for i in order if round(abs(points[i])) > 0)
