"""The section of params.yaml that maps a clinic's own table: its columns, classes and dates."""

import pytest


def test_the_column_of_a_label_is_no_input(refusal, raw_params):
    label = raw_params["data"]["file"]["urgency"]
    line = refusal("data.file.fields.level", {"column": label, "kind": "categorical"})
    assert line == f"data.file: field 'level' is the column of a label, '{label}'"
    assert refusal("data.file.text", label).startswith("data.file: text is the column of a label")


def test_one_label_may_be_unmapped_but_not_both(load, refusals):
    # A label without a column: its classes and merges are not looked at.
    unread = {"data.file.urgency_levels": ["a", "A"], "data.file.merge.urgency": {"x": "y"}}
    file = load({"data.file.urgency": None} | unread).data.file
    assert file.classes("urgency") == ()
    assert file.class_of_key("urgency") == {}
    assert file.classes("specialty")[0] == "primary_care"
    (line,) = refusals({"data.file.urgency": None, "data.file.specialty": None})
    assert line.startswith("data.file: urgency and specialty are both null")


def test_names_may_be_written_as_numbers(load):
    changes = {
        "data.file.urgency_levels": [1, 2.0, 2.5],
        "data.file.specialties": [10, "x"],
        "data.file.missing": [-9, 999.0, ""],
        "data.file.sheet": 2024,
        "data.file.group": 7,
        "data.file.merge.specialty": {3: 10},
    }
    file = load(changes).data.file
    assert file.classes("urgency") == ("1", "2", "2.5")
    assert file.class_of_key("specialty") == {"10": "10", "x": "x", "3": "10"}
    assert file.missing == ["-9", "999", ""]
    assert (file.sheet, file.group) == ("2024", "7")


def test_what_yaml_takes_for_a_truth_value_is_asked_for_in_quotes(refusals):
    lines = refusals({"data.file.urgency_levels": [True, False]})
    assert [line.split(", ")[0] for line in lines] == [
        "data.file.urgency_levels.0: got True",
        "data.file.urgency_levels.1: got False",
    ]
    assert all(line.endswith("quote it") for line in lines)


@pytest.mark.parametrize(
    ("key", "given", "name"),
    [
        ("subgroups", {" age ": "a", "age": "b"}, "age"),
        ("fields", {" x": {"column": "a", "kind": "numeric"}, "x": {}}, "x"),
        ("merge.specialty", {"Derm": "cardiology", " Derm": "primary_care"}, "Derm"),
        ("merge.specialty", {3: "cardiology", "3": "primary_care"}, "3"),
    ],
)
def test_keys_that_are_one_name_do_not_replace_each_other(refusal, key, given, name):
    assert refusal(f"data.file.{key}", given) == (
        f"data.file.{key}: '{name}' stands twice, for blanks around a name are left aside; "
        "leave one out"
    )


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        (["Skin", "skin"], "specialties: 'Skin' and 'skin' are one label"),
        (["skin", " skin"], "specialties: 'skin' and 'skin' are one label"),
        (["the skin", "the  skin"], "specialties: 'the skin' and 'the  skin' are one label"),
        (["2", "2.0"], "specialties: '2' and '2.0' are one label"),
        (["e\u0301t\u00e9", "\u00e9te\u0301"], "are one label"),
        (["heart", "n/a"], "specialties: 'n/a' is in `missing` too; take it out of one"),
    ],
)
def test_classes_that_cells_could_not_tell_apart_are_refused(refusal, classes, says):
    line = refusal("data.file.specialties", classes)
    assert line.startswith("data.file: ")
    assert says in line


TIERS = {"data.file.urgency_levels": ["red", "orange", "yellow", "green"]}


@pytest.mark.parametrize(
    ("merge", "classes"),
    [
        ({}, "red orange yellow green"),
        ({"red": "orange"}, "orange yellow green"),
        ({"Orange ": "RED"}, "red yellow green"),
        ({"red": "yellow", "orange": "yellow"}, "yellow green"),
        ({"red": "orange", "green": "yellow"}, "orange yellow"),
    ],
)
def test_a_tier_may_be_merged_with_the_one_beside_it(load, merge, classes):
    file = load(TIERS | {"data.file.merge.urgency": merge}).data.file
    assert file.classes("urgency") == tuple(classes.split())
    assert set(file.class_of_key("urgency").values()) == set(classes.split())


@pytest.mark.parametrize(
    ("merge", "says"),
    [
        ({"red": "yellow"}, "merge.urgency: 'yellow' takes in a tier that is not beside it"),
        ({"red": "yellow", "orange": "green"}, "is not beside it"),
        ({"red": "orange", "orange": "yellow"}, "'red' into 'orange': 'orange' is merged itself"),
        ({"red": "RED"}, "'red' into 'RED': 'RED' is merged itself"),
        ({"black": "green"}, "'black' into 'green': list 'black' in urgency_levels"),
        ({"red": "pink"}, "'red' into 'pink': 'pink' is not among urgency_levels"),
        ({"black": "red", "Black": "orange"}, "is merged twice"),
        ({"n/a": "green"}, "'n/a' into 'green': 'n/a' is in `missing` too"),
        ({"red": "green", "orange": "green", "yellow": "green"}, "leaves fewer than two classes"),
    ],
)
def test_a_merge_that_has_no_clear_end_is_refused(refusals, merge, says):
    lines = refusals(TIERS | {"data.file.merge.urgency": merge})
    assert says in lines[0]
    assert all(line.startswith("data.file: merge.urgency: ") for line in lines)


def test_sub_specialties_have_no_order(load):
    file = load({"data.file.merge.specialty": {"cardiology": "primary_care"}}).data.file
    assert len(file.classes("specialty")) == 4


@pytest.mark.parametrize("name", ["utf-99", "utf\0", "base64", ""])
def test_an_encoding_is_one_that_python_knows(refusal, name):
    line = refusal("data.file.encoding", name)
    assert line.startswith("data.file.encoding: got ")
    assert "names no encoding that Python knows; it may be utf-8" in line


@pytest.mark.parametrize("form", ["%d.%m", "%Y", "%H:%M", "dd.mm.yyyy", "%", "%d.%m.%Y %z", "%Q"])
def test_a_date_format_gives_day_month_and_year(refusal, form):
    line = refusal("data.file.date_format", form)
    assert line.startswith(f"data.file.date_format: got {form!r}, which does not give day, month")
