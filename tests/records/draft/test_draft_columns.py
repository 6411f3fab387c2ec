"""What each column is taken for, and what is said of it."""

import numpy as np
import pytest
from drafted_tables import (
    N,
    line_of,
    make_chinese,
    make_days,
    make_fhir,
    make_french,
    make_german,
    make_numbered_tiers,
    make_sheet,
    mapping_of,
    read_back,
)

from intake_triage.records.draft.yaml_text import CHECK


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (
            make_german,
            {
                "encoding": "cp1252",
                "separator": ";",
                "decimal": ",",
                "date_format": "%d.%m.%Y",
                "record_id": "Fallnummer",
                "text": "Vorstellungsgrund",
                "urgency": "Dringlichkeit",
                "specialty": "Fachabteilung",
                "group": "Patienten-Nr.",
                "date": "Eingangsdatum",
                "urgency_levels": ["sofort", "dringend", "nicht dringend"],
                "subgroups": {"sex": "Geschlecht", "site": "Standort"},
            },
        ),
        (
            make_sheet,
            {
                "header_row": 3,
                "record_id": "Form ID",
                "text": "Chief\nComplaint",
                "date": "Received",
                "group": None,
                "urgency_levels": ["Emergent", "Urgent", "Semi-Urgent", "Non-Urgent"],
                "specialties": ["Cardiology", "Orthopedics"],
            },
        ),
        (make_fhir, {"record_id": "id", "text": "complaint", "group": "subject"}),
        (
            make_numbered_tiers,
            {"specialty": None, "group": "subject_id", "urgency_levels": ["1", "2", "3", "4"]},
        ),
        (make_chinese, {"text": "主诉", "urgency_levels": ["一级", "二级", "三级"]}),
        (make_french, {"separator": "|", "group": "ipp", "date_format": "%d/%m/%Y"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_columns_are_known_by_their_names_and_by_what_they_hold(
    make, expected, tmp_path, rng, draft_of
):
    mapping = mapping_of(draft_of(make(tmp_path, rng)))
    assert {key: mapping[key] for key in expected} == expected


def test_a_measure_has_the_bounds_of_the_tables_own_unit(tmp_path, rng, draft_of):
    fields = mapping_of(draft_of(make_sheet(tmp_path, rng)))["fields"]
    assert fields["temperature"] == {
        "column": "Temp (F)",
        "kind": "numeric",
        "low": 86,
        "high": 113,
    }
    assert fields["age"]["column"] == "Age"


def test_bounds_of_an_unknown_measure_are_round_as_people_write_them(rng, draft_of):
    drafted = draft_of(dose=rng.choice([0.07, 0.11, 0.3], N))
    bounds = mapping_of(drafted)["fields"]["dose"]
    assert (bounds["low"], bounds["high"]) == (0.07, 0.3)


def test_a_word_among_numbers_is_drafted_as_a_missing_mark(tmp_path, rng, draft_of):
    pain = np.where(rng.random(N) < 0.1, "not asked", rng.integers(0, 11, N))
    mapping = read_back(draft_of(pain=pain), tmp_path).data.file
    assert mapping.missing[-1] == "not asked"
    assert mapping.fields["pain"].kind == "numeric"


@pytest.mark.parametrize("other", ["triage", "allergy"])
def test_no_mark_is_drafted_that_would_delete_a_class_or_category(other, rng, draft_of):
    columns = {
        "triage": rng.choice(["emergent", "urgent", "routine"], N),
        "pain": np.where(rng.random(N) < 0.3, "none", rng.integers(1, 11, N)),
        other: rng.choice(["urgent", "None", "routine"], N),
    }
    drafted = draft_of(**columns)
    mapping = mapping_of(drafted)
    assert "none" not in mapping["missing"]
    assert mapping["fields"]["pain"]["high"] == 10
    check = f"{CHECK} 'none' among its numbers is a value of {other!r} too: list it in missing"
    assert check in line_of(drafted, "column: pain")


def test_a_word_among_a_few_numbered_tiers_is_a_tier_and_a_range_is_no_mark(rng, draft_of):
    tiers = rng.choice(["1", "2", "3", "4", "fast track"], N)
    pain = np.where(rng.random(N) < 0.1, "5-6", rng.integers(0, 11, N))
    drafted = draft_of(triage=tiers, pain=pain)
    assert not {"fast track", "5-6"} & set(mapping_of(drafted)["missing"])
    assert "# - fast track" in drafted
    assert "numbers with words, units or other marks" in line_of(drafted, "column: pain")


@pytest.mark.parametrize(
    ("name", "cells", "kept"),
    [
        ("temp", ["37.2", "36.9", "38.1", "<35"], (30, 45)),
        ("Temperature", [f"3{a}.{b} °C" for a in (6, 7, 8) for b in range(9)], (30, 45)),
        ("pain", [f"{a}/10" for a in range(11)], (0, 10)),
        ("age", [*map(str, range(60)), "6 months", "3 weeks"], (0, 120)),
        ("crp", ["1.5", "2.25", "3,5", "4,5", "11.5", "2.5"], (1, 20)),
        ("platelets", ["250", "1,200.5", "180", "90.5"], (90, 300)),
    ],
)
def test_numbers_with_words_or_units_among_them_stay_a_field_to_be_mended(
    name, cells, kept, tmp_path, rng, draft_of
):
    drafted = draft_of(**{name: rng.choice(cells, N)})
    (field,) = read_back(drafted, tmp_path).data.file.fields.values()
    assert (field.kind, field.low, field.high) == ("numeric", *kept)
    written = line_of(drafted, f"column: {name}")
    assert f"{CHECK} numbers with words, units or other marks among them: mend " in written
    assert not any(cell in written for cell in cells if not cell.replace(".", "").isdigit())


def test_few_cells_to_mend_are_not_counted(rng, draft_of):
    heat = rng.normal(37, 0.5, N).round(1).astype(str)
    heat[:4] = "not taken"
    written = line_of(draft_of(temp=heat), "column: temp")
    assert "mend under 11 cells" in written
    assert "taken" not in written


@pytest.mark.parametrize("bands", [["0-17", "18-64", "65+"], ["<65", "65+"]])
def test_bands_of_a_measure_are_categories(bands, tmp_path, rng, draft_of):
    drafted = draft_of(age_group=rng.choice(bands, N))
    (field,) = read_back(drafted, tmp_path).data.file.fields.values()
    assert field.kind == "categorical"


def test_days_of_two_formats_are_to_be_mended(rng, draft_of):
    days = [*make_days(rng, "%d.%m.%Y")[: N // 2], *make_days(rng, "%Y-%m-%d")[: N - N // 2]]
    drafted = draft_of(received=days)
    assert f"{CHECK} days of several formats" in line_of(drafted, "date: received")
    assert mapping_of(drafted)["date_format"] is None


@pytest.mark.parametrize(
    ("name", "least", "most", "measure"),
    [
        ("RR syst.", 90, 180, "systolic"),
        ("RR diast.", 50, 100, "diastolic"),
        ("RR", 90, 180, "systolic"),
        ("RR", 10, 30, "respiratory_rate"),
    ],
)
def test_a_name_of_two_measures_is_told_by_its_numbers(name, least, most, measure, rng, draft_of):
    fields = mapping_of(draft_of(**{name: rng.integers(least, most, N)}))["fields"]
    assert list(fields) == [measure]


@pytest.mark.parametrize(
    "name",
    ["age: years", "a #1", "weight\n(kg)", "'", '"', "yes", "12", "- x", "{a}", "a\u2028b", "名"],
)
def test_a_column_may_be_called_anything(name, tmp_path, rng, draft_of):
    drafted = draft_of(**{name: rng.integers(0, 200, N)})
    data = read_back(drafted, tmp_path).data
    assert name in {field.column for field in data.file.fields.values()}


def test_what_is_known_after_the_decision_or_says_who_it_is_is_left_out(rng, draft_of):
    drafted = draft_of(
        discharge_diagnosis=rng.choice(["I20", "J18"], N),
        date_of_birth=make_days(rng, "%Y-%m-%d"),
        physician=rng.choice(["A", "B", "C"], N),
        remarks=[f"seen again {a}" for a in rng.integers(0, 999, N)],
        nothing=["same"] * N,
    )
    assert mapping_of(drafted)["fields"] == {}
    left_out = drafted[drafted.index("# left out:") : drafted.index("\ntokenizer:")]
    assert left_out.splitlines()[1:] == [
        "    # discharge_diagnosis: known only after the decision?",
        "    # date_of_birth: may say who it is",
        "    # physician: who or where, not what",
        "    # remarks: more free text",
        "    # nothing: one value",
    ]


def test_ages_and_outermost_values_are_of_many_people(rng, draft_of):
    ages = rng.integers(20, 70, N)
    ages[:30], ages[30] = 95, 117
    drafted = draft_of(age=ages, weight=np.where(np.arange(N) == 7, 398, rng.integers(50, 90, N)))
    assert "mostly 20 to 90+" in line_of(drafted, "column: age")
    assert "398" not in drafted
    assert "117" not in drafted


def test_unknown_numbers_get_round_bounds_that_hold_for_all(tmp_path, rng, draft_of):
    values = np.round(rng.normal(3, 1, N), 2)
    field = read_back(draft_of(crp=values), tmp_path).data.file.fields["crp"]
    assert field.low <= values.min()
    assert values.max() <= field.high
    assert str(values.max()) not in str(field)


def test_a_day_that_may_be_read_in_two_ways_is_left_to_a_person(rng, draft_of):
    days = [f"{a:02d}/{b:02d}/2023" for a, b in rng.integers(1, 13, (N, 2))]
    drafted = draft_of(received=days)
    assert mapping_of(drafted)["date_format"] is None  # so that prepare stops
    assert f"{CHECK} '%d/%m/%Y' or '%m/%d/%Y'" in line_of(drafted, "date_format:")


def test_a_comma_that_may_be_either_mark_is_left_to_a_person(rng, draft_of):
    drafted = draft_of(
        count=[f"{number // 1000},{number % 1000:03d}" for number in rng.integers(1000, 9999, N)]
    )
    assert mapping_of(drafted)["decimal"] is None
    assert f"{CHECK} ',' or ." in line_of(drafted, "decimal:")
