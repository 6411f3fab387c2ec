"""A table that breaks its schema is refused in one line: column, row, rule, and never a value."""

from dataclasses import replace

import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.records.checks import check_class_sizes, check_records, check_train_classes

SECRET = "Maria Musterfrau"


@pytest.fixture
def refusal(forms):
    """A function that spoils the forms and returns the line with which they are refused."""

    def refuse(column: str, values: dict[int, object]) -> str:
        frame = forms.frame.copy()
        spoilt = frame[column].astype(object)
        for row, value in values.items():
            spoilt.iloc[row] = value
        frame[column] = spoilt.astype(frame[column].dtype)
        with pytest.raises(InputError) as refused:
            check_records(replace(forms, frame=frame), source="forms.csv")
        line = str(refused.value)
        assert "\n" not in line
        return line

    return refuse


def test_sound_forms_pass(forms):
    check_records(forms, source="forms.csv")


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("record_id", {7: "f0003"}, "row 4, column 'record_id': must not repeat (2 such rows)"),
        ("record_id", {7: None}, "row 8, column 'record_id': must not be missing (1 such rows)"),
        ("text", {7: " \n", 9: ""}, "row 8, column 'text': must not be empty (2 such rows)"),
        ("text", {0: None}, "row 1, column 'text': must not be missing (1 such rows)"),
        ("age", {7: 121.0}, "row 8, column 'age': must be at most 120 (1 such rows)"),
        ("age", {7: -1.0, 9: -2.0}, "row 8, column 'age': must be at least 0 (2 such rows)"),
        (
            "urgency",
            {7: SECRET},
            "row 8, column 'urgency': must be one of now, today, later (1 such rows)",
        ),
        (
            "specialty",
            {7: "Heart", 9: SECRET},
            "row 8, column 'specialty': must be one of heart, skin, bones (2 such rows)",
        ),
        (
            "date",
            {599: pd.Timestamp.today() + pd.Timedelta(days=2)},
            "row 600, column 'date': must not lie in the future (1 such rows)",
        ),
        ("date", {7: None}, "row 8, column 'date': must not be missing (1 such rows)"),
    ],
)
def test_the_row_the_column_and_the_rule_are_named(refusal, column, values, says):
    assert refusal(column, values) == f"forms.csv: {says}"


def test_a_missing_group_is_refused(forms):
    frame = forms.frame.assign(group="g")
    frame.loc[5, "group"] = None
    with pytest.raises(InputError, match=r"row 6, column 'group': must not be missing"):
        check_records(replace(forms, frame=frame), source="forms.csv")


def test_no_value_of_a_cell_is_shown(refusal):
    for column in ("record_id", "urgency", "specialty"):
        assert SECRET not in refusal(column, {3: SECRET, 4: SECRET})
    assert "98765" not in refusal("age", {3: 98765.0})


def test_the_column_has_the_name_that_the_source_gives_it(forms):
    frame = forms.frame.copy()
    frame.loc[7, "age"] = 300
    table = replace(forms, frame=frame, source_columns={"age": "AGE_YEARS"})
    with pytest.raises(InputError, match=r"row 8, column 'AGE_YEARS': must be at most 120"):
        check_records(table, source="forms.csv")


def test_a_form_of_today_is_not_in_the_future(forms):
    frame = forms.frame.copy()
    frame.loc[7, "date"] = pd.Timestamp.today().normalize()
    check_records(replace(forms, frame=frame), source="forms.csv")


def test_missing_fields_and_labels_are_no_error(forms):
    frame = forms.frame.copy()
    frame["age"] = float("nan")
    frame["sex"] = pd.Series(pd.NA, index=frame.index, dtype="str")
    frame["urgency"] = pd.Series(pd.NA, index=frame.index, dtype="str")
    check_records(replace(forms, frame=frame), source="forms.csv")


def test_a_table_without_records_is_refused(forms):
    with pytest.raises(InputError, match=r"^forms.csv: no records$"):
        check_records(replace(forms, frame=forms.frame.iloc[:0]), source="forms.csv")


@pytest.mark.parametrize("n", [0, 19])
def test_a_class_too_small_to_split_is_named(forms, n):
    frame = forms.frame.copy()
    rows = frame.index[frame["specialty"] == "bones"]
    frame.loc[rows[n:], "specialty"] = None
    with pytest.raises(InputError) as refused:
        check_class_sizes(frame, forms.schema, source="forms.csv")
    assert str(refused.value) == (
        "forms.csv: fewer than 20 records have specialty 'bones', too few to split; "
        "merge the class with another or add records"
    )


def test_twenty_records_of_a_class_are_enough(forms):
    frame = forms.frame.copy()
    rows = frame.index[frame["specialty"] == "bones"]
    frame.loc[rows[20:], "specialty"] = None
    check_class_sizes(frame, forms.schema, source="forms.csv")


def test_a_class_that_train_does_not_hold_is_named(split_forms):
    frame = split_forms.frame.copy()
    check_train_classes(frame, split_forms.schema, source="forms.csv")
    frame.loc[(frame["urgency"] == "now") & (frame["split"] == "train"), "urgency"] = "later"
    with pytest.raises(InputError, match="urgency 'now'"):
        check_train_classes(frame, split_forms.schema, source="forms.csv")


def test_a_task_without_any_label_is_let_pass(split_forms):
    frame = split_forms.frame.assign(urgency=pd.Series(pd.NA, dtype="str"))
    check_class_sizes(frame, split_forms.schema, source="forms.csv")
    check_train_classes(frame, split_forms.schema, source="forms.csv")
