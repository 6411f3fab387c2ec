"""A table that breaks its schema is refused, a line a column and rule, and never with a value."""

from dataclasses import replace

import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.records.checks import check_records, check_urgent_tiers, describe_urgent_tiers
from intake_triage.records.schema import FormField, RecordSchema

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
            "row 8, column 'urgency': must be one of now, today, later (1 such rows with 1"
            " other values; see `make draft`)",
        ),
        (
            "specialty",
            {7: "Heart", 9: SECRET, 11: SECRET},
            "row 8, column 'specialty': must be one of heart, skin, bones (3 such rows with 2"
            " other values; see `make draft`)",
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


def test_a_table_that_breaks_several_rules_has_a_line_for_each(forms):
    frame = forms.frame.copy()
    frame.loc[[3, 5], "text"] = None
    frame.loc[4, "age"] = 300.0
    frame.loc[[6, 7], "age"] = -1.0
    frame.loc[9, "urgency"] = SECRET
    with pytest.raises(InputError) as refused:
        check_records(replace(forms, frame=frame), source="forms.csv")
    assert str(refused.value).splitlines() == [
        "forms.csv: row 4, column 'text': must not be missing (2 such rows)",
        "forms.csv: row 7, column 'age': must be at least 0 (2 such rows)",
        "forms.csv: row 5, column 'age': must be at most 120 (1 such rows)",
        "forms.csv: row 10, column 'urgency': must be one of now, today, later (1 such rows"
        " with 1 other values; see `make draft`)",
    ]


@pytest.mark.parametrize(
    ("values", "share", "side"),
    [
        ([36.6] * 30 + [98.6] * 970, "97 % of the values of column 'temp' are above 45", "high"),
        ([36.6] + [309.8] * 999, "99 % of the values of column 'temp' are above 45", "high"),
        ([0.4] * 600 + [36.6] * 400, "60 % of the values of column 'temp' are below 30", "low"),
    ],
)
def test_bounds_that_most_values_break_are_told_with_the_share(forms, values, share, side):
    bounds = FormField("temperature", "numeric", low=30, high=45)
    gaps = [float("nan")] * 2000  # of values, not of rows
    lines = {}
    for series in (pd.Series(values), pd.Series(values + gaps)):
        frame = pd.concat([forms.frame] * 5, ignore_index=True).iloc[: len(series)]
        frame = frame.assign(record_id=[str(i) for i in range(len(frame))], temperature=series)
        schema = replace(forms.schema, fields=(*forms.schema.fields, bounds))
        names = {"temperature": "temp"}
        table = replace(forms, frame=frame, schema=schema, source_columns=names)
        with pytest.raises(InputError) as refused:
            check_records(table, source="forms.csv")
        lines[len(series)] = str(refused.value)
    assert set(lines.values()) == {
        f"forms.csv: {share} (data.file.fields.temperature.{side}): another unit?"
        " give its bounds in the table's own unit"
    }


def test_half_of_the_values_or_fewer_are_rows_at_fault(forms):
    frame = forms.frame.assign(pain=[11.0] * 300 + [5.0] * 300)
    with pytest.raises(InputError, match=r"row 1, column 'pain': must be at most 10 \(300 such"):
        check_records(replace(forms, frame=frame), source="forms.csv")


def test_the_classes_of_a_label_that_the_source_lacks_are_not_looked_at(forms):
    frame = forms.frame.assign(urgency=pd.Series(pd.NA, index=forms.frame.index, dtype="str"))
    schema = replace(forms.schema, urgency=())
    check_records(replace(forms, frame=frame, schema=schema), source="forms.csv")


@pytest.mark.parametrize(
    ("n_tiers", "urgent_tiers", "mend"),
    [(2, 2, "it must be less, 1"), (2, 5, "it must be less, 1"), (7, 7, "it must be less, 1 to 6")],
)
def test_some_tier_must_not_be_urgent(forms, n_tiers, urgent_tiers, mend):
    schema = replace(forms.schema, urgency=tuple("abcdefg"[:n_tiers]))
    check_urgent_tiers(schema, n_tiers - 1)
    with pytest.raises(InputError) as refused:
        check_urgent_tiers(schema, urgent_tiers)
    assert str(refused.value) == (
        f"params.yaml: decision.urgent_tiers: got {urgent_tiers}, but the table has {n_tiers} "
        f"tiers; {mend}"
    )


def test_the_urgent_tiers_are_named():
    schema = RecordSchema((), ("now", "today", "later"), ("skin", "heart"), ())
    assert describe_urgent_tiers(schema, 1) == (
        "urgent tiers: now; others: today, later (decision.urgent_tiers)"
    )


def test_without_tiers_none_is_asked_to_be_less_urgent(forms):
    check_urgent_tiers(replace(forms.schema, urgency=()), 2)
