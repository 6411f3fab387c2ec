"""A clinic's table that cannot be read is refused by row, column and the key that asks for it."""

import pytest

from intake_triage.errors import InputError
from intake_triage.records.file import read_file


def test_columns_of_one_kind_of_fault_are_told_at_once(refusals, clinic_table):
    frame = clinic_table.astype({"years": object})
    frame.loc[3, "years"] = "forty"
    frame.loc[[5, 6], "day"] = "soon"
    fields = {name: {"column": "years", "kind": "numeric"} for name in ("age", "other")}
    lines = refusals(frame, fields=fields | {"n": {"column": "complaint", "kind": "numeric"}})
    assert [line.split(":")[0] for line in lines] == [
        *("row 4, column 'years'", "row 1, column 'complaint'", "row 6, column 'day'"),
    ]
    assert "itch" not in "".join(lines)


@pytest.mark.parametrize("task", ["urgency", "specialty"])
def test_a_label_column_without_any_label_is_refused(refusal, clinic_table, task):
    column = {"urgency": "level", "specialty": "unit"}[task]
    line = refusal(clinic_table.assign(**{column: "?"}))
    assert line == f"column '{column}': no row has a label; set data.file.{task} to null"


def test_a_field_without_any_value_is_refused(refusal, clinic_table):
    line = refusal(clinic_table.assign(years=["NA", ""] * 20))
    assert line == "column 'years': no row has a value; take data.file.fields.age out"


def test_formulas_that_no_excel_has_computed_are_told_as_such(mapping, clinic_table, tmp_path):
    path = tmp_path / "forms.xlsx"
    clinic_table.assign(years="=20+1").to_excel(path, index=False)
    with pytest.raises(InputError, match=r"'years': no row has a value; .* in Excel and sav"):
        read_file(path, mapping)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("years", "forty", "row 4, column 'years': not a number (1 such rows)"),
        ("years", "inf", "row 4, column 'years': not a number (1 such rows)"),
        ("years", 130, "row 4, column 'years': must be at most 120 (1 such rows)"),
        ("day", "31.05.2024", "row 4, column 'day': not a date of the form %Y-%m-%d, such"),
        ("day", "2024-13-01", "row 4, column 'day': not a date of the form %Y-%m-%d, such"),
        ("day", "2999-01-01", "row 4, column 'day': must not lie in the future (1 such rows)"),
        ("level", "3", "row 4, column 'level': must be one of 1, 2 (1 such rows with 1"),
        ("unit", "Skn", "row 4, column 'unit': must be one of skin, heart (1 such rows with"),
        ("complaint", "", "row 4, column 'complaint': must not be missing (1 such rows)"),
        ("id", "000", "row 1, column 'id': must not repeat (2 such rows)"),
        ("patient", None, "row 4, column 'patient': must not be missing (1 such rows)"),
    ],
)
def test_the_row_and_the_users_own_column_are_named(refusal, clinic_table, column, value, says):
    frame = clinic_table.astype({column: object})
    frame.loc[3, column] = value
    assert refusal(frame).startswith(says)


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("id", "data.file.record_id"),
        ("complaint", "data.file.text"),
        ("level", "data.file.urgency"),
        ("patient", "data.file.group"),
        ("day", "data.file.date"),
        ("years", "data.file.fields.age"),
        ("clinic", "data.file.subgroups.site"),
    ],
)
def test_a_missing_column_is_named_with_the_key_that_asks_for_it(
    refusal, clinic_table, column, key
):
    line = refusal(clinic_table.drop(columns=column))
    assert line == f"no column '{column}', which {key} in params.yaml names"


def test_every_missing_column_is_named_and_one_that_is_much_alike(refusals, clinic_table):
    names = {"years": "Year", "complaint": "What brings you?", "gender": "GENDER "}
    assert refusals(clinic_table.rename(columns=names)) == [
        "no column 'complaint', which data.file.text in params.yaml names",
        "no column 'years', which data.file.fields.age in params.yaml names; there is 'Year'",
        "no column 'gender', which data.file.fields.sex in params.yaml names; there is 'GENDER'",
        "no column 'gender', which data.file.subgroups.sex in params.yaml names; there is 'GENDER'",
    ]


def test_columns_that_differ_by_letter_case_alone_are_all_there(refusal, clinic_table):
    line = refusal(clinic_table.assign(Years=1, UNIT="x").drop(columns="clinic"))
    assert line.startswith("no column 'clinic', which")


def test_a_table_without_a_header_shows_no_cell(refusals, clinic_table):
    lines = refusals(clinic_table.set_axis(clinic_table.iloc[0].astype(str) + "…", axis="columns"))
    right = "are data.file.header_row and .separator right?"
    assert lines[-1] == f"none of the mapped columns is there; {right}"
    assert "itch" not in "".join(lines)


def test_a_table_without_rows_is_refused(refusal, clinic_table):
    assert refusal(clinic_table.iloc[:0]) == "no records"


def test_a_file_that_cannot_be_read_is_refused_by_its_name(mapping, tmp_path):
    path = tmp_path / "ragged.csv"
    path.write_bytes(b"id,complaint\n1,itch\n2,itch,rash\n")
    for file, says in ((path, "row 2: "), (tmp_path / "absent.csv", "no such file; set data.path")):
        with pytest.raises(InputError) as refused:
            read_file(file, mapping)
        assert str(refused.value).startswith(f"{file}: {says}")
        assert "rash" not in str(refused.value)
