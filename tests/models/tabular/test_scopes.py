"""What a cue says of the words beside it, and how far that goes."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_triage.models.tabular.cues import SCOPES
from intake_triage.models.tabular.scopes import BACKWARD_WORDS, find_scoped_words
from intake_triage.records.words import find_words

ROLES = ("forward", "next_word", "backward", "ends", "pseudo")
PHRASES = sorted({p for scope in SCOPES for role in ROLES for p in getattr(scope, role)})
WORDS = ("sore", "knee", "cough", "rash", "fever")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # to the end of the sentence, and no further
        ("Denies chest pain. Cough", "denies negated:chest negated:pain cough"),
        ("no rash; cough", "no negated:rash cough"),
        ("no rash\ncough", "no negated:rash cough"),
        ("no rash of 2.5 cm size", "no negated:rash negated:of negated:cm negated:size"),
        # to a word that closes the scope, which a comma is not
        ("no rash, fever but cough", "no negated:rash negated:fever but cough"),
        ("history of gout, today cough", "history past:of past:gout today cough"),
        ("if worse my cough", "if possible:worse my cough"),
        ("Mother has gout, who is well", "mother relative:has relative:gout who is well"),
        # backward, and the next word alone
        ("cough, fever unlikely", "negated:cough negated:fever unlikely"),
        ("Cough. Fever was ruled out", "cough negated:fever was ruled out"),
        ("cough but pain-free", "cough but negated:pain free"),
        ("previous stroke with cough", "previous past:stroke with cough"),
        ("previous. Stroke", "previous stroke"),
        # a longer phrase goes before a shorter one in it
        ("no increase in pain", "no increase in pain"),
        ("not only cough", "not only cough"),
        ("free of pain", "free of negated:pain"),
        ("denies rash, no change, cough", "denies negated:rash no change cough"),
        # several things at once, in the order of the list
        ("denies history of gout", "denies history negated:past:of negated:past:gout"),
        ("family history: gout", "family history past:relative:gout"),
        # as people type
        ("NO RASH", "no negated:rash"),
        ("don't cough", "don negated:cough"),
        ("don’t cough", "don negated:cough"),
        ("dont  cough", "dont negated:cough"),
        ("h/o gout", "past:gout"),
        ("absence\u00a0of rash", "absence of negated:rash"),
        # part of another word is no cue
        ("nose bleed", "nose bleed"),
        ("knot in breast", "knot in breast"),
        ("no_show rash", "no_show rash"),
        ("", ""),
    ],
)
def test_a_cue_says_something_of_the_words_in_its_scope(text, words):
    assert find_scoped_words(text) == words.split()


@pytest.mark.parametrize(
    "text",
    [
        "Kein Fieber, keine Schmerzen. Vater hatte Gicht",
        "Nie mam gorączki, matka miała astmę",
        "ไม่มีไข้ ไม่เจ็บหน้าอก",
        "没有发烧，没有胸痛。母亲有哮喘",
        "열이 없어요. 어머니는 천식",
        "لا حمى ولا ألم في الصدر",
    ],
)
def test_in_other_languages_words_stay_as_they_are(text):
    assert find_scoped_words(text) == find_words(text)


def without_last_marks(text: str) -> str:
    """To `re` a mark right before a cue is part of no word, so that the cue is read as one.

    Python calls some marks unassigned that the tokenizers know, and what is not seen is dropped.
    """
    while text and category(text[-1])[0] in "MC":
        text = text[:-1]
    return text


@given(
    parts=st.lists(
        st.one_of(
            st.text(max_size=6).map(without_last_marks),
            st.sampled_from([*PHRASES, *WORDS, ".", "\n"]),
        )
    ),
    between=st.sampled_from(["", " ", ", "]),
)
def test_of_any_text_the_words_are_the_same_and_only_said_of(parts, between):
    text = between.join(parts)
    assert [word.rsplit(":", 1)[-1] for word in find_scoped_words(text)] == find_words(text)


def has_role(part: str, scope, *roles: str) -> bool:
    return any(part in getattr(scope, role) for role in roles)


def is_said(parts: list[str], i: int, scope) -> bool:
    """Whether the word at `i` stands in a scope, by the words of the rules, a rule at a time."""
    breaks = [j for j, part in enumerate(parts) if part not in WORDS]
    before = [j for j in breaks if j < i]
    after = [j for j in breaks if j > i]
    forward = [j for j in before if has_role(parts[j], scope, "forward")]
    closing = [j for j in before if parts[j] == ";" or has_role(parts[j], scope, "ends", "pseudo")]
    return (
        max(forward, default=-1) > max(closing, default=-1)
        or (i - 1 in before and has_role(parts[i - 1], scope, "next_word"))
        or (
            bool(after)
            and has_role(parts[after[0]], scope, "backward")
            and after[0] - i <= BACKWARD_WORDS
        )
    )


@given(parts=st.lists(st.one_of(st.sampled_from([*WORDS, ";"]), st.sampled_from(PHRASES))))
def test_scopes_equal_those_found_word_by_word(parts):
    """Commas keep phrases apart, which would else make a longer one, and end nothing."""
    expected = []
    for i, part in enumerate(parts):
        names = [scope.name for scope in SCOPES if part in WORDS and is_said(parts, i, scope)]
        expected += [":".join([*names, word]) for word in find_words(part)]
    assert find_scoped_words(", ".join(parts)) == expected


def test_no_phrase_says_two_things_of_the_same_kind():
    for scope in SCOPES:
        phrases = [phrase for role in ROLES for phrase in getattr(scope, role)]
        assert len(set(phrases)) == len(phrases)
