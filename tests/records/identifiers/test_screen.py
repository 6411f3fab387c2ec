"""A table is refused or redacted by its texts, fields, subgroups and ids, and no match is shown."""

import random
from dataclasses import replace

import pandas as pd
import pytest
from planted import KINDS, plant

from intake_triage.errors import InputError
from intake_triage.params import DataParams
from intake_triage.records.identifiers import screen
from intake_triage.records.identifiers.find import Found
from intake_triage.records.identifiers.screen import Screened, screen_identifiers
from intake_triage.records.schema import FormField, RecordSchema, RecordTable

SCHEMA = RecordSchema(
    (FormField("age", "numeric"), FormField("site", "categorical")),
    ("now", "later"),
    ("skin", "heart"),
    subgroups=(),
)


@pytest.fixture
def make_table():
    """A function that makes a table of texts."""

    def make(*texts: str, subgroups: tuple[str, ...] = (), **columns: list) -> RecordTable:
        n = len(texts)
        blank = {"record_id": [f"F{i:04}" for i in range(n)], "age": [40.0] * n, "site": [None] * n}
        frame = pd.DataFrame(blank | {"text": list(texts)} | columns)
        schema = replace(SCHEMA, subgroups=subgroups)
        names = {"record_id": "form", "group": "patient_no"}
        return RecordTable(frame, schema, schema.without_oracle(), names)

    return make


@pytest.fixture
def redacted(params):
    """A function that redacts a table."""

    def run(table: RecordTable, **changes) -> Screened:
        return screen_identifiers(table, _change(params.data, identifiers="redact", **changes))

    return run


@pytest.fixture
def refusal(params):
    """A function that returns the lines with which a table is refused."""

    def refuse(table: RecordTable, **changes) -> list[str]:
        with pytest.raises(InputError) as refused:
            screen_identifiers(table, _change(params.data, **changes))
        return str(refused.value).split("\n")

    return refuse


def _change(data: DataParams, **changes) -> DataParams:
    return data.model_copy(update={"path": "forms.csv", "identifiers": "fail"} | changes)


def test_a_clean_table_passes_as_it_is(make_table, params):
    table = make_table("bp 140/90", "72 yo", site=["north", None], group=["P1", "P2"])
    screened = screen_identifiers(table, _change(params.data))
    pd.testing.assert_frame_equal(screened.frame, table.frame)
    assert screened.found == {}


def test_a_record_counts_once_for_a_kind_that_stands_in_text_and_field(redacted, make_table):
    table = make_table("call 555-123-4567", "ok", site=["555-123-4567", "555-999-0000"])
    screened = redacted(table)
    assert screened.found == {"phone": 2}
    assert screened.frame["site"].tolist() == ["[phone]", "[phone]"]


def test_a_subgroup_that_is_no_field_is_screened_too(redacted, make_table):
    table = make_table(
        "ok", "ok", practice=["dr. a", "jo.doe@example.org"], subgroups=("site", "practice")
    )
    screened = redacted(table)
    assert screened.found == {"email": 1}
    assert screened.frame["practice"].tolist() == ["dr. a", "[email]"]


def test_missing_values_and_types_of_columns_stay(redacted, make_table):
    table = make_table("call 555-123-4567", "ok", site=[None, "north"])
    table.frame["site"] = table.frame["site"].astype("str")
    frame = redacted(table).frame
    assert frame["site"].isna().tolist() == [True, False]
    assert frame.dtypes.equals(table.frame.dtypes)


def test_the_refusal_counts_kinds_and_rows_and_shows_no_match(refusal, make_table):
    texts = ["fine"] * 20
    for row in (3, 5, 7, 9, 11, 13):
        texts[row] = "call 555-123-4567"
    texts[5] += " or a@b.org"
    assert refusal(make_table(*texts)) == [
        "forms.csv: possible identifiers in 6 records (email 1, phone 6), first in rows "
        "4, 6, 8, 10, 12; remove them, or set data.identifiers to redact"
    ]


@pytest.mark.parametrize("identifiers", ["fail", "redact"])
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("jo.doe@example.org", "email"),
        ("123-45-6789", "ssn"),
        ("555-123-4567", "phone"),
        ("+49 171 1234567", "phone"),
        ("RSSMRA80A01H501U", "national_id"),
    ],
)
def test_an_identifier_as_id_or_group_is_refused_even_where_texts_are_redacted(
    refusal, make_table, identifiers, value, kind
):
    table = make_table("ok", "ok", "ok", group=["P1", value, value])
    assert refusal(table, identifiers=identifiers) == [
        f"forms.csv: column 'patient_no': possible identifiers in 2 records ({kind} 2), first in "
        "rows 2, 3; ids cannot be redacted, put made-up ones in their place"
    ]


def test_long_made_up_numbers_are_ids(redacted, make_table):
    made_up = [
        *("5551234567", "0171123456", "20240531", "123e4567-e89b-12d3-a456-426614174000"),
        *("1712345678901", "240531-0001", "01-000123", "12345678Z", "1.2.840.113", "2024-001-0005"),
        *("200-101-1001", "201-101-1002", "300-250-1001"),
    ]
    groups = [5551234567 + i for i in range(len(made_up))]
    table = make_table(*["ok"] * len(made_up), record_id=made_up, group=groups)
    assert redacted(table, identifiers_region=["us", "de"]).found == {}


def test_ids_and_texts_are_told_at_once(refusal, make_table):
    table = make_table("call 555-123-4567", record_id=["a@b.org"], group=["c@d.org"])
    columns = [line.split(": ")[1] for line in refusal(table)]
    assert columns[:2] == ["column 'form'", "column 'patient_no'"]
    assert columns[2].startswith("possible identifiers in 1 records (phone 1)")


def test_no_refusal_shows_what_was_found(refusal, make_table):
    rng = random.Random(7)
    for kind in KINDS:
        for _ in range(10):
            text, start, end = plant(rng, kind)
            (line,) = refusal(make_table(text), identifiers_region=["us", "de", "fr"])
            words = {word.strip("().,;:#").lower() for word in text[start:end].split()}
            told = {word.strip("().,;:#").lower() for word in line.split()}
            assert not {word for word in words & told if len(word) > 3 and not word.isalpha()}


def test_names_are_looked_for_in_the_texts_of_a_users_file(redacted, make_table, monkeypatch):
    class Finder:
        description = "a stand-in"

        def find(self, texts: list[str]) -> list[list[Found]]:
            return [
                [Found(text.index("Jo"), text.index("Jo") + 6, "name")] if "Jo" in text else []
                for text in texts
            ]

    monkeypatch.setattr(screen, "load_name_finder", Finder)
    table = make_table("Jo Doe, call 555-123-4567", "jo@Jo.org wrote", site=["Jo Doe", None])
    screened = redacted(table, source="file")
    assert screened.frame["text"].tolist() == ["[name], call [phone]", "[email] wrote"]
    assert screened.frame["site"].iloc[0] == "Jo Doe"
    assert screened.found == {"email": 1, "name": 1, "phone": 1}
    assert screened.names_and_places == "a stand-in"
    assert redacted(table, source="namcs").names_and_places == ""


def test_ages_are_top_coded_at_90(redacted, make_table):
    frame = redacted(make_table("a", "b", "c", "d", age=[89.0, 90.0, 104.0, None])).frame
    assert frame["age"].tolist()[:3] == [89.0, 90.0, 90.0]
    assert frame["age"].isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        *[("age_years", "a"), ("patientAge", "a"), ("alter", "a"), ("years", "Alter (Jahre)")],
        *[("years", "Lebensalter"), ("years", "Patientenalter"), ("x", "患者年龄"), ("x", "wiek")],
        *[("years", "AGE-AT-VISIT"), ("leeftijd", "l"), ("âge", "b"), ("x", "pt age")],
    ],
)
def test_an_age_is_known_by_a_word_of_its_name_or_its_columns(redacted, make_table, name, column):
    assert top_coded(redacted, make_table, name, column) == [89.0, 90.0]


@pytest.mark.parametrize(
    ("name", "column"), [("age_months", "a"), ("x", "age in days"), ("dosage", "a"), ("a", "stage")]
)
def test_another_number_is_left_as_it_is(redacted, make_table, name, column):
    assert top_coded(redacted, make_table, name, column) == [89.0, 95.0]


def top_coded(redacted, make_table, name: str, column: str) -> list[float]:
    """What becomes of 89 and 95 in a numeric field."""
    table = make_table("a", "b", **{name: [89.0, 95.0]})
    schema = replace(SCHEMA, fields=(FormField(name, "numeric"),))
    table = replace(table, schema=schema, source_columns={name: column})
    return redacted(table).frame[name].tolist()


def test_the_callers_table_is_left_as_it_was(redacted, make_table):
    table = make_table("call 555-123-4567", "fine", age=[95.0, None], site=["a@b.org", None])
    before = table.frame.copy(deep=True)
    redacted(table)
    pd.testing.assert_frame_equal(table.frame, before)
