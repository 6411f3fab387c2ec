"""Which classes a draft lists, in which order, and what it leaves to a person."""

import re

import pytest
import yaml
from drafted_tables import N, line_of, mapping_of, read_back

from intake_triage.errors import InputError
from intake_triage.records.draft.yaml_text import CHECK
from intake_triage.records.prepare import split_source


def test_a_value_of_few_people_is_not_shown_unless_it_is_usual_everywhere(rng, draft_of):
    clinics = rng.choice(["cardiology", "skin"], N).astype(object)
    clinics[:5], clinics[5:8] = "neurology", "Dr. Rarename"
    drafted = draft_of(clinic=clinics)
    assert "Rarename" not in drafted
    assert set(mapping_of(drafted)["specialties"]) == {"cardiology", "skin", "neurology"}
    assert "under 20 records" in line_of(drafted, "- neurology")
    assert f"{CHECK} 1 rare or long values are not shown" in line_of(drafted, "specialties:")
    assert f"{CHECK} true leaves 1 small ones out" in line_of(drafted, "drop_small:")


def test_no_value_of_a_label_is_shown_that_the_screen_refuses(rng, draft_of):
    drafted = draft_of(clinic=rng.choice(["call 212-555-0143", "cardiology"], N))
    assert "555" not in drafted


def test_codes_of_many_people_are_shown_though_they_look_like_numbers_of_somebody(rng, draft_of):
    codes = rng.choice(["394579002", "394585009", "408467006"], N).astype(object)
    assert set(mapping_of(draft_of(clinic=codes))["specialties"]) == set(codes)
    codes[0] = "212-555-0143"
    drafted = draft_of(clinic=codes)
    assert "555" not in drafted
    assert f"{CHECK} 1 values that may identify somebody" in line_of(drafted, "specialties:")


@pytest.mark.parametrize("word", ["unbekannt", "TBD", "unknown", "n.n.", "Non renseigné", "不明"])
def test_a_label_that_says_that_none_is_known_is_no_class_before_a_person_says_so(
    word, tmp_path, rng, draft_of
):
    tiers = rng.choice(["urgent", "routine", word], N).astype(object)
    clinics = rng.choice(["cardiology", "dermatology"], N).astype(object)
    clinics[:12] = word
    drafted = draft_of(triage=tiers, clinic=clinics)
    mapping = read_back(drafted, tmp_path).data.file
    assert mapping.urgency_levels == ["urgent", "routine"]
    assert set(mapping.specialties) == {"cardiology", "dermatology"}
    lines = [line for line in drafted.splitlines() if line.strip().startswith(f"# - {word} ")]
    assert len(lines) == 2
    assert all(f"{CHECK} not known? list it in missing, or here" in line for line in lines)


def test_small_tiers_are_proposed_for_merging_with_a_neighbour(rng, tmp_path, draft_of):
    tiers = rng.choice(["2", "3", "4"], N).astype(object)
    tiers[:9], tiers[9:15] = "1", "5"
    drafted = draft_of(triage=tiers)
    proposed = line_of(drafted, "urgency: {}").split("beside: ")[1]
    proposed, other = proposed.split(f"; {CHECK} ")
    assert other == "decision.urgent_tiers counts the tiers that are left"
    assert yaml.safe_load(proposed) == {"1": "2", "5": "4"}
    edited = drafted.replace(line_of(drafted, "urgency: {}"), f"      urgency: {proposed}")
    records = split_source(read_back(edited, tmp_path).data)
    assert records.schema.urgency == ("2", "3", "4")


@pytest.mark.parametrize(
    "tiers",
    [
        ["Urgent", "soon", "ROUTINE"],
        ["red", "orange", "yellow", "green", "blue"],
        ["very urgent", "urgent", "not urgent"],
        ["ESI 1", "ESI 2", "ESI 3"],
        ["P1 immediate", "P2 urgent", "P3 delayed"],
        ["I", "II", "III", "IV"],
        ["Ⅰ级", "Ⅱ级", "Ⅲ级", "Ⅳ级"],
    ],
)
def test_tiers_are_put_into_order_by_what_they_are_called(tiers, rng, draft_of):
    assert mapping_of(draft_of(triage=rng.choice(tiers, N)))["urgency_levels"] == tiers


@pytest.mark.parametrize(
    ("column", "tiers"),
    [
        ("urgent", ["1", "0"]),
        ("is_urgent", ["yes", "no"]),
        ("Notfall", ["ja", "nein"]),
        ("not_urgent", ["0", "1"]),
    ],
)
def test_yes_and_no_are_put_into_order_by_what_the_column_is_called(column, tiers, rng, draft_of):
    drafted = draft_of(**{"triage": None, column: rng.choice(tiers, N)})
    mapping = mapping_of(drafted)
    assert (mapping["urgency"], mapping["urgency_levels"]) == (column, tiers)


@pytest.mark.parametrize(
    ("column", "tiers"),
    [("triage", ["amber", "plum", "teal"]), ("priority", ["0", "1"]), ("priority", ["y", "n"])],
)
def test_tiers_that_nothing_puts_into_order_do_not_load_before_a_person_has_ordered_them(
    column, tiers, tmp_path, rng, draft_of
):
    drafted = draft_of(**{"triage": None, column: rng.choice(tiers, N)})
    assert f"{CHECK} put the tiers here instead of [], most urgent first" in line_of(
        drafted, "urgency_levels:"
    )
    with pytest.raises(InputError, match="urgency_levels: empty; list the tiers, most urgent"):
        read_back(drafted, tmp_path)
    ordered = drafted.replace("urgency_levels: []", "urgency_levels:").replace("    # - ", "    - ")
    assert set(read_back(ordered, tmp_path).data.file.urgency_levels) == set(tiers)


def test_a_label_of_too_many_values_is_named_with_their_number_and_none_is_shown(rng, draft_of):
    drafted = draft_of(clinic=[f"place {chr(65 + k % 26)}{k}" for k in rng.integers(0, 40, N)])
    assert mapping_of(drafted)["specialty"] is None
    assert "'clinic' has 40: list them" in line_of(drafted, "specialty:")
    assert not re.search(r"place [A-Z]\d", drafted)


def test_two_tiers_ask_for_fewer_urgent_ones(rng, draft_of):
    drafted = draft_of(triage=rng.choice(["emergency", "no emergency"], N))
    assert mapping_of(drafted)["urgency_levels"] == ["emergency", "no emergency"]
    assert "decision.urgent_tiers" in line_of(drafted, "urgency_levels:")
