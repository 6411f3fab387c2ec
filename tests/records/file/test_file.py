"""A clinic's own table is read under its own column names, to the same records as any source."""

import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from intake_triage.errors import InputError
from intake_triage.records.checks import check_records
from intake_triage.records.file import describe_reading, read_file
from intake_triage.records.prepare import split_source

ROOT = Path(__file__).resolve().parents[3]


def test_the_worked_example_is_prepared_under_the_committed_mapping(params):
    path = str(ROOT / "examples/forms.csv")
    records = split_source(params.data.model_copy(update={"source": "file", "path": path}))
    assert len(records.frame) == 400
    for task in ("urgency", "specialty"):
        assert 0 < records.frame[task].isna().sum() < 60
    units = records.frame.groupby("group")
    assert units.size().max() > 1
    assert (units["split"].nunique() == 1).all()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_columns_get_the_repositorys_names_and_types(read, clinic_table, form):
    table = read(clinic_table, form=form)
    columns = "record_id text age sex site group date urgency specialty"
    assert list(table.frame) == columns.split()
    first = table.frame.iloc[0].to_dict()
    assert first == {
        "record_id": "000",  # an identifier, no number
        "text": "itch, for 0 days",
        "age": 20.0,
        "sex": "f",
        "site": "north",
        "group": "0",
        "date": pd.Timestamp("2024-05-31"),
        "urgency": "1",
        "specialty": "skin",
    }
    assert [field.name for field in table.schema.fields] == ["age", "sex"]
    assert table.schema.urgency == ("1", "2")
    assert table.schema.subgroups == ("sex", "site")
    assert table.oracle.empty
    check_records(table, source="forms")


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_gaps_stay_gaps(mapping, clinic_table, tmp_path, form):
    frame = clinic_table.astype({"level": "Int64", "patient": "Int64"})
    frame.loc[3, ["level", "gender", "years"]] = None
    path = tmp_path / f"forms.{form}"
    if form == "csv":
        frame.to_csv(path, index=False)
    else:  # as other programs write it, without a word for pandas
        parquet.write_table(pa.Table.from_pandas(frame).replace_schema_metadata(None), path)
    table = read_file(path, mapping)
    gaps = table.frame.isna().sum()
    assert gaps[gaps > 0].to_dict() == {"age": 1, "sex": 1, "urgency": 1}
    # Whole numbers with a gap keep their names: "1", not "1.0".
    assert set(table.frame["urgency"].dropna()) == {"1", "2"}
    assert table.frame["group"].iloc[4] == "2"


def test_marks_mean_missing_in_every_mapped_column_but_the_text(read, clinic_table):
    frame = clinic_table.astype(object)
    frame.loc[0] = "NA"
    frame.loc[[1, 2], "gender"] = ["n/a", "?"]
    frame.loc[0, ["id", "patient"]] = ["000", "7"]
    frame.loc[3, ["complaint", "gender"]] = ["None", "None"]
    table = read(frame)
    assert table.frame["text"].iloc[[0, 3]].tolist() == ["NA", "None"]
    gaps = table.frame.isna().sum()
    counts = {"age": 1, "sex": 3, "site": 1, "date": 1, "urgency": 1, "specialty": 1}
    assert gaps[gaps > 0].to_dict() == counts
    assert table.frame["sex"].iloc[3] == "None"  # a word that only pandas takes for missing
    assert table.reading["missing_marks"] == {
        **{"clinic": 1, "day": 1, "gender": 3, "level": 1, "unit": 1, "years": 1}
    }


def test_the_marks_are_those_of_params(read, clinic_table):
    frame = clinic_table.assign(years=["-9", "NA", *range(20, 58)])
    with pytest.raises(InputError, match=r"row 2, column 'years': not a number \(1 such rows\); "):
        read(frame, missing=[-9])
    assert read(frame, missing=[-9, "na"]).frame["age"].isna().sum() == 2


def test_labels_are_matched_and_merged(read, clinic_table):
    frame = clinic_table.assign(
        level=["1.0", " 2"] * 20, unit=["SKIN ", "Heart", "heart", "Vessels"] * 10
    )
    merge = {"urgency": {}, "specialty": {"vessels": "heart"}}
    table = read(frame, urgency_levels=[1, 2.0], merge=merge)
    assert table.frame["urgency"].tolist() == ["1", "2"] * 20
    assert table.frame["specialty"].tolist() == ["skin", "heart", "heart", "heart"] * 10
    assert table.schema.specialty == ("skin", "heart")
    check_records(table, source="forms")


def test_a_listed_class_that_is_merged_is_no_class(read, clinic_table):
    merge = {"urgency": {}, "specialty": {"skin": "heart"}}
    table = read(clinic_table, specialties=["skin", "heart", "ear"], merge=merge)
    assert table.schema.specialty == ("heart", "ear")
    assert set(table.frame["specialty"]) == {"heart"}


def test_how_the_table_was_read_is_one_line(mapping, clinic_table, tmp_path):
    path = tmp_path / "forms.csv"
    table = clinic_table.assign(years=clinic_table["years"] + 0.5, day="31.05.2024")
    table.to_csv(path, index=False, sep="\t", decimal=",", encoding="utf-16")
    reading = read_file(path, mapping).reading
    assert reading["decimal"] == ","
    assert reading["date_format"] == "%d.%m.%Y"
    line = describe_reading("forms.csv", reading)
    assert line.startswith("forms.csv: TSV, utf-16")
    assert line.endswith(', separated by "\\t", decimal mark ",", dates %d.%m.%Y')


def test_a_column_may_be_mapped_to_several_keys(read, clinic_table):
    fields = {"sex": {"column": "gender", "kind": "categorical"}}
    table = read(
        clinic_table, group="id", fields=fields, subgroups={"sex": "gender", "s": "gender"}
    )
    assert (table.frame["group"] == table.frame["record_id"]).all()
    assert (table.frame["s"] == table.frame["sex"]).all()
    check_records(table, source="forms")


def test_a_group_is_one_however_it_is_spelt(read, clinic_table):
    patients = ["P001", "p001", " P001", "P001", "12", "12.0", "12", "7"] * 5
    groups = read(clinic_table.assign(patient=patients)).frame["group"]
    assert groups.tolist() == ["P001"] * 4 + ["12"] * 3 + ["7"] + groups.tolist()[8:]
    assert groups.nunique() == 3


@pytest.mark.parametrize("task", ["urgency", "specialty"])
def test_either_label_may_have_no_column(read, clinic_table, task):
    table = read(clinic_table, **{task: None})
    assert table.frame[task].isna().all()
    assert table.schema.classes(task) == ()
    assert task not in table.schema.tasks
    other = "specialty" if task == "urgency" else "urgency"
    assert table.frame[other].notna().all()
    check_records(table, source="forms")


def test_group_and_date_may_have_no_column(read, clinic_table):
    table = read(clinic_table, group=None, date=None)
    assert not {"group", "date"} & set(table.frame)
    check_records(table, source="forms")


def test_rows_are_numbered_where_the_table_has_no_id(read, clinic_table):
    table = read(clinic_table, record_id=None)
    assert list(table.frame["record_id"]) == [str(row) for row in range(1, len(clinic_table) + 1)]
    check_records(table, source="forms")


@pytest.mark.parametrize(
    "written",
    [
        *("2024-05-31T23:59:00", "2024-05-31 23:59", "2024-05-31T23:59:00-08:00"),
        *("2024-05-31T00:01:00+09:00", "2024-05-31T12:00:00Z"),
    ],
)
def test_the_date_is_the_day_as_written(read, clinic_table, written):
    frame = clinic_table.assign(day=written)
    frame.loc[0, "day"] = "2024-05-30T00:00:00+02:00"  # zones may differ within a table
    dates = read(frame).frame["date"]
    assert dates.iloc[0] == pd.Timestamp("2024-05-30")
    assert (dates.iloc[1:] == pd.Timestamp("2024-05-31")).all()


@pytest.mark.parametrize(
    "day",
    [
        datetime.date(2024, 5, 31),
        pd.Timestamp("2024-05-31T23:59"),
        pd.Timestamp("2024-05-31T23:59", tz="America/New_York"),
    ],
)
def test_parquet_may_hold_dates_of_its_own_types(read, clinic_table, day):
    table = read(clinic_table.assign(day=day), form="parquet")
    assert (table.frame["date"] == pd.Timestamp("2024-05-31")).all()
    check_records(table, source="forms")


def test_a_form_of_this_moment_is_accepted(read, clinic_table):
    now = pd.Timestamp.now().isoformat()
    check_records(read(clinic_table.assign(day=now)), source="forms")


def test_rows_are_counted_from_1_whatever_index_a_parquet_table_has(read, clinic_table, tmp_path):
    frame = clinic_table.set_index(pd.Index([f"row {i}" for i in range(len(clinic_table))]))
    frame.iloc[6, frame.columns.get_loc("complaint")] = " "
    with pytest.raises(InputError, match=r"row 7, column 'complaint': must not be missing"):
        check_records(read(frame, form="parquet"), source="forms")
