"""The screen finds what a pattern can find, leaves clinical numbers alone, and shows no match."""

from dataclasses import replace

import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.records.identifiers.screen import PATTERNS, screen_identifiers
from intake_triage.records.schema import FormField, RecordSchema

IDENTIFIERS = [
    ("email", "reach me at jo.doe+clinic@mail.example.org please"),
    ("url", "see https://example.org/me"),
    ("url", "see www.example.org"),
    ("ssn", "ssn 123-45-6789"),
    ("ip_address", "sent from 192.168.0.17"),
    ("phone", "call 555-123-4567"),
    ("phone", "call (555) 123-4567 after 5"),
    ("phone", "call +1 555.123.4567"),
    ("phone", "call 5551234567"),
    ("record_number", "MRN: 00123456"),
    ("record_number", "acct #AB-12345"),
    ("record_number", "medical record 778899"),
    ("date", "fell on 5/31/2024"),
    ("date", "fell on 31-05-24"),
    ("date", "fell on 31.05.2024"),
    ("date", "fell on 2024-05-31"),
    ("date", "fell on May 31st, 2024"),
    ("date", "fell on 31 may 2024"),
    ("zip_code", "lives in Boston MA 02139"),
    ("zip_code", "zip code 02139"),
    ("zip_code", "02139-4307"),
    ("age_over_89", "a 93-year-old"),
    ("age_over_89", "93 yo, dizzy"),
    ("age_over_89", "101 y/o"),
    ("age_over_89", "age: 90"),
]
LOOK_ALIKES = [
    *("bp 140/90", "BP 120/80, then 130/85", "10/10 pain", "pain 5/10-10/10", "20/20/20 rule"),
    *("3 to 5 days", "12.5 mg", "temp 101.5", "o2 98% on 2 l", "400-600 mg", "1000-2000 ml"),
    *("version 2.1.10", "firmware v12.4.1", "t12-l1 and l4/l5", "24/7 since 2019", "in may 2020"),
    *("takes of 50000 units weekly", "72 yo", "89 years old", "95 bpm", "95 days", "age 9"),
    *("dial 911", "2x/day", "a1c 9.1", "t. 37.2", "weight 150-160 lbs"),
]


@pytest.fixture
def schema():
    fields = (FormField("age", "numeric"), FormField("site", "categorical"))
    return RecordSchema(fields, ("now", "later"), ("skin", "heart"), subgroups=())


@pytest.fixture
def make_frame():
    """A function that makes a table of texts."""

    def make(*texts: str, **columns: list) -> pd.DataFrame:
        blank = {"age": [40.0] * len(texts), "site": [None] * len(texts)}
        return pd.DataFrame({"text": list(texts)} | blank | columns)

    return make


@pytest.fixture
def refusal(schema):
    """A function that returns the line with which a table is refused."""

    def refuse(frame: pd.DataFrame) -> str:
        with pytest.raises(InputError) as refused:
            screen_identifiers(frame, schema, source="forms.csv", redact=False)
        line = str(refused.value)
        assert "\n" not in line
        return line

    return refuse


def test_every_kind_has_an_example():
    assert {kind for kind, _ in IDENTIFIERS} == set(PATTERNS)


@pytest.mark.parametrize(("kind", "text"), IDENTIFIERS)
def test_an_identifier_is_found_whatever_its_case(schema, make_frame, kind, text):
    _, found = screen_identifiers(make_frame(text), schema, source="", redact=True)
    assert found == {kind: 1}
    if kind != "zip_code":  # a state is told from a word by its capitals
        for other in (text.upper(), text.lower()):
            _, found = screen_identifiers(make_frame(other), schema, source="", redact=True)
            assert found == {kind: 1}


@pytest.mark.parametrize(("kind", "text"), IDENTIFIERS)
def test_redaction_puts_the_kind_where_the_match_was(schema, make_frame, kind, text):
    frame, _ = screen_identifiers(make_frame(text), schema, source="", redact=True)
    redacted = frame["text"].iloc[0]
    before, after = redacted.split(f"[{kind}]")
    assert text.startswith(before)
    assert text.endswith(after)
    assert not any(character.isdigit() for character in before)
    # What is left holds no identifier.
    _, found = screen_identifiers(frame, schema, source="", redact=True)
    assert found == {}


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_clinical_numbers_are_left_alone(schema, make_frame, text):
    frame, found = screen_identifiers(make_frame(text), schema, source="", redact=False)
    assert found == {}
    assert frame["text"].iloc[0] == text


def test_several_kinds_in_one_text_are_all_redacted(schema, make_frame):
    texts = make_frame("call 555-123-4567 or a@b.org, born 5/31/1960, again 555-123-4567")
    frame, found = screen_identifiers(texts, schema, source="", redact=True)
    assert frame["text"].iloc[0] == "call [phone] or [email], born [date], again [phone]"
    assert found == {"date": 1, "email": 1, "phone": 1}


def test_a_record_counts_once_for_a_kind_that_stands_in_text_and_field(schema, make_frame):
    frame = make_frame("call 555-123-4567", "ok", site=["555-123-4567", "555-999-0000"])
    screened, found = screen_identifiers(frame, schema, source="", redact=True)
    assert found == {"phone": 2}
    assert screened["site"].tolist() == ["[phone]", "[phone]"]


def test_a_subgroup_that_is_no_field_is_screened_too(schema, make_frame):
    frame = make_frame("ok", "ok", practice=["dr. a", "jo.doe@example.org"])
    with_subgroup = replace(schema, subgroups=("site", "practice"))
    screened, found = screen_identifiers(frame, with_subgroup, source="", redact=True)
    assert found == {"email": 1}
    assert screened["practice"].tolist() == ["dr. a", "[email]"]


def test_the_refusal_counts_kinds_and_rows_and_shows_no_match(refusal, make_frame):
    texts = ["fine"] * 20
    for row in (3, 5, 7, 9, 11, 13):
        texts[row] = "call 555-123-4567"
    texts[5] += " or a@b.org"
    assert refusal(make_frame(*texts)) == (
        "forms.csv: possible identifiers in 6 records (email 1, phone 6), first in rows "
        "4, 6, 8, 10, 12; remove them, or set data.identifiers to redact"
    )


@pytest.mark.parametrize(("kind", "text"), IDENTIFIERS)
def test_no_refusal_shows_the_matched_text(refusal, make_frame, kind, text):
    line = refusal(make_frame(text))
    assert f"({kind} 1)" in line
    shown = set(line.lower().replace(",", " ").split())
    clinic_words = {word for word in text.lower().split() if any(c.isdigit() for c in word)}
    assert not shown & clinic_words


def test_ages_are_top_coded_at_90(schema, make_frame):
    frame = make_frame("a", "b", "c", "d", age=[89.0, 90.0, 104.0, None])
    screened, _ = screen_identifiers(frame, schema, source="", redact=False)
    assert screened["age"].tolist()[:3] == [89.0, 90.0, 90.0]
    assert screened["age"].isna().tolist() == [False, False, False, True]


def test_the_callers_table_is_left_as_it_was(schema, make_frame):
    frame = make_frame("call 555-123-4567", "fine", age=[95.0, None], site=["a@b.org", None])
    before = frame.copy(deep=True)
    screen_identifiers(frame, schema, source="", redact=True)
    pd.testing.assert_frame_equal(frame, before)
