"""A clinic's own table is read under its own column names, to the same records as any source."""

import datetime
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from intake_triage.errors import InputError
from intake_triage.layout import Layout
from intake_triage.models.fits import Fit
from intake_triage.models.tabular.linear import train_linear
from intake_triage.params import DataParams, FileFieldParams, FileParams
from intake_triage.records.checks import check_records
from intake_triage.records.file import read_file
from intake_triage.records.namcs import SPECIALTY, STRICT_FIELDS, URGENCY, read_namcs
from intake_triage.records.prepare import split_source, write_prepared
from intake_triage.records.schema import RecordTable

ROOT = Path(__file__).resolve().parents[2]
OWN_NAMES = {
    "record_id": "Visit no.",
    "text": "What brings you here?",
    "age": "age (years)",
    "sex": "patient sex",
    "payment": "payer",
    "injury": "Injury?",
    "established": "seen before",
    "referred": "referral",
    "month": "m",
    "weekday": "day of week",
    "age_band": "band",
    "race": "RACE",
    "group": "doctor",
    "date": "date",
    "urgency": "reason major",
    "specialty": "went to",
}
NAMCS = {"years": [2006], "fields": "strict"}


@pytest.fixture
def survey_mapping() -> FileParams:
    """The mapping of a survey that was written out under `OWN_NAMES`."""
    fields = {
        field.name: FileFieldParams(
            column=OWN_NAMES[field.name], kind=field.kind, low=field.low, high=field.high
        )
        for field in STRICT_FIELDS
    }
    plain = ("record_id", "text", "urgency", "specialty", "group", "date")
    return FileParams(
        **{name: OWN_NAMES[name] for name in plain},
        fields=fields,
        subgroups={name: OWN_NAMES[name] for name in ("sex", "age_band", "race")},
        urgency_levels=list(URGENCY),
        specialties=list(SPECIALTY),
    )


@pytest.fixture
def mapping() -> FileParams:
    """The mapping of `clinic_table`."""
    return FileParams(
        record_id="id",
        text="complaint",
        urgency="level",
        specialty="unit",
        group="patient",
        date="day",
        fields={
            "age": FileFieldParams(column="years", kind="numeric", low=0, high=120),
            "sex": FileFieldParams(column="gender", kind="categorical"),
        },
        subgroups={"sex": "gender", "site": "clinic"},
        urgency_levels=["1", "2"],
        specialties=["skin", "heart"],
    )


@pytest.fixture
def clinic_table() -> pd.DataFrame:
    """Forty forms of a clinic that writes its urgency levels as numbers."""
    n = 40
    return pd.DataFrame(
        {
            "id": [f"{i:03d}" for i in range(n)],
            "complaint": [f"itch, for {i} days" for i in range(n)],
            "years": [20 + i for i in range(n)],
            "gender": ["f", "m"] * (n // 2),
            "clinic": ["north"] * n,
            "patient": [i // 2 for i in range(n)],
            "day": ["2024-05-31"] * n,
            "level": [1, 2] * (n // 2),
            "unit": ["skin", "heart"] * (n // 2),
            "not mapped": ["x"] * n,
        }
    )


@pytest.fixture
def read(mapping, tmp_path):
    """A function that writes a table as CSV or Parquet and reads it as source `file`."""

    def write_and_read(frame: pd.DataFrame, *, form: str = "csv", **changes) -> RecordTable:
        path = tmp_path / f"forms.{form}"
        if form == "csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path)
        return read_file(path, mapping.model_copy(update=changes))

    return write_and_read


@pytest.fixture
def refusal(read):
    """A function that returns the line with which a table is refused."""

    def refuse(frame: pd.DataFrame, **changes) -> str:
        with pytest.raises(InputError) as refused:
            check_records(read(frame, **changes), source="forms.csv")
        line = str(refused.value)
        assert "\n" not in line
        return line.split(": ", 1)[1]

    return refuse


@pytest.fixture
def prepare(params, tmp_path):
    """A function that prepares a source in a folder of its own, and returns that folder."""

    def split_and_write(name: str, **changes) -> Path:
        changes = {"n_records": 3000, "seed": 7} | changes
        data = DataParams.model_validate(params.data.model_dump() | changes)
        write_prepared(
            split_source(data),
            params.tokenizer,
            pretrained=None,
            layout=Layout(tmp_path / name),
        )
        return tmp_path / name

    return split_and_write


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_survey_rows_in_a_plain_table_are_prepared_to_the_same_bytes(
    survey, survey_mapping, prepare, tmp_path, form
):
    table = tmp_path / f"forms.{form}"
    rows = read_namcs(survey, years=[2006], fields="strict").frame.rename(columns=OWN_NAMES)
    assert set(rows) == set(OWN_NAMES.values())
    rows = rows.sample(frac=1, axis="columns", random_state=1)  # columns in another order
    if form == "csv":
        rows.to_csv(table, index=False, date_format="%Y-%m-%d")
    else:
        rows.to_parquet(table)
    folders = [
        prepare("from_survey", source="namcs", path=str(survey), namcs=NAMCS),
        prepare("from_file", source="file", path=str(table), file=survey_mapping.model_dump()),
    ]

    names = [
        {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        for folder in folders
    ]
    assert names[0] == names[1]
    for name in names[0]:
        survey_bytes, file_bytes = ((folder / name).read_bytes() for folder in folders)
        if name.name == "schema.json":  # 0 and 0.0 are the same bound
            assert json.loads(survey_bytes) == json.loads(file_bytes)
        else:
            assert survey_bytes == file_bytes, name


def test_survey_rows_in_a_plain_table_give_the_same_scores(
    survey, survey_mapping, prepare, params, tmp_path, monkeypatch
):
    rows = read_namcs(survey, years=[2006], fields="strict").frame.rename(columns=OWN_NAMES)
    rows.to_csv(tmp_path / "forms.csv", index=False, date_format="%Y-%m-%d")
    mapping = survey_mapping.model_dump()
    logits = []
    for folder in (
        prepare("from_survey", source="namcs", path=str(survey), namcs=NAMCS),
        prepare("from_file", source="file", path=str(tmp_path / "forms.csv"), file=mapping),
    ):
        (folder / "fit").mkdir()
        fit = Fit("linear", ("urgency",), 0)
        train_linear(fit, Layout(folder), folder / "fit", params=params.linear)
        logits.append(np.load(folder / "fit/logits_urgency.npy"))
    np.testing.assert_array_equal(*logits)


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


def test_words_that_pandas_takes_for_missing_are_words(read, clinic_table):
    frame = clinic_table.copy()
    frame.loc[0, "complaint"] = "None"
    frame.loc[1, "gender"] = "NA"
    table = read(frame)
    assert table.frame["text"].iloc[0] == "None"
    assert table.frame["sex"].iloc[1] == "NA"


@pytest.mark.parametrize("task", ["urgency", "specialty"])
def test_either_label_may_have_no_column(read, clinic_table, task):
    table = read(clinic_table, **{task: None})
    assert table.frame[task].isna().all()
    other = "specialty" if task == "urgency" else "urgency"
    assert table.frame[other].notna().all()
    check_records(table, source="forms")


def test_group_and_date_may_have_no_column(read, clinic_table):
    table = read(clinic_table, group=None, date=None)
    assert not {"group", "date"} & set(table.frame)
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
    with pytest.raises(InputError, match=r"row 7, column 'complaint': must not be empty"):
        check_records(read(frame, form="parquet"), source="forms")


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("years", "forty", "row 4, column 'years': not a number, nor empty (1 such rows)"),
        ("years", "inf", "row 4, column 'years': not a number, nor empty (1 such rows)"),
        ("years", 130, "row 4, column 'years': must be at most 120 (1 such rows)"),
        ("day", "31.05.2024", "row 4, column 'day': not an ISO date such as 2024-05-31 (1 such"),
        ("day", "2024-13-01", "row 4, column 'day': not an ISO date such as 2024-05-31 (1 such"),
        ("day", "2999-01-01", "row 4, column 'day': must not lie in the future (1 such rows)"),
        ("level", "3", "row 4, column 'level': must be one of 1, 2 (1 such rows)"),
        ("unit", "Skin", "row 4, column 'unit': must be one of skin, heart (1 such rows)"),
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


def test_a_table_without_rows_is_refused(refusal, clinic_table):
    assert refusal(clinic_table.iloc[:0]) == "no records"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("absent.csv", None, "no such file; set data.path"),
        ("empty.csv", b"", "not a readable UTF-8 CSV"),
        ("latin.csv", "id,complaint\n1,Übelkeit\n".encode("latin-1"), "not a readable UTF-8 CSV"),
        ("ragged.csv", b"id,complaint\n1,itch\n2,itch,rash\n", "not a readable UTF-8 CSV"),
        ("shifted.csv", b"id,complaint\n1,itch,rash\n", "not a readable UTF-8 CSV (its rows are"),
        ("broken.parquet", b"PAR1", "not a readable Parquet table"),
    ],
)
def test_an_unreadable_file_is_refused_in_one_line(mapping, tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_file(tmp_path / name, mapping)
    assert str(refused.value).startswith(f"{tmp_path / name}: {says}")
    assert "\n" not in str(refused.value)
    assert "rash" not in str(refused.value)
