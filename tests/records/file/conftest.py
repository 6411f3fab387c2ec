"""A clinic's table, its mapping, and functions that read it or have it refused."""

import pandas as pd
import pytest
from refused_lines import refused_lines

from intake_triage.file_params import FileParams
from intake_triage.records.checks import check_records
from intake_triage.records.file import read_file
from intake_triage.records.schema import RecordTable


@pytest.fixture
def mapping(file_params) -> FileParams:
    """The mapping of `clinic_table`."""
    return file_params(
        record_id="id",
        text="complaint",
        urgency="level",
        specialty="unit",
        group="patient",
        date="day",
        fields={
            "age": {"column": "years", "kind": "numeric", "low": 0, "high": 120},
            "sex": {"column": "gender", "kind": "categorical"},
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
        return read_file(path, FileParams.model_validate(mapping.model_dump() | changes))

    return write_and_read


@pytest.fixture
def refusals(read, tmp_path):
    """A function that returns the lines with which a table is refused."""

    def refuse(frame: pd.DataFrame, **changes) -> list[str]:
        path = tmp_path / "forms.csv"
        with refused_lines(path) as lines:
            check_records(read(frame, **changes), source=str(path))
        return lines

    return refuse


@pytest.fixture
def refusal(refusals):
    """A function that returns the one line with which a table is refused."""

    def refuse(frame: pd.DataFrame, **changes) -> str:
        (line,) = refusals(frame, **changes)
        return line

    return refuse
