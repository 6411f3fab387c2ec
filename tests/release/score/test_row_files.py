"""Tables of suggestions open in a spreadsheet without running anything, and are read again."""

import csv
from dataclasses import replace

import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.records.schema import FormField
from intake_triage.release.score.files import join_rows, read_rows, write_rows
from intake_triage.release.score.rows import list_columns

HOSTILE = (
    *("=1+1", "+49 30 1234", "-12", "@SUM(A1)", "\tx", "\r=x", "\0=x", "'=x", "''-1", "'quoted"),
    *('=cmd|" /C calc"!A0', "a,b", 'say "x"', "two\nlines", "one\rlines", "Übel", "=", "'"),
    *("plain", "NA", "null", "1e5"),
)


@pytest.fixture
def rows(bundle) -> pd.DataFrame:
    """As many rows as hostile ids, whose other texts are hostile too or missing."""
    n = len(HOSTILE)
    values = {"text": "x", "number": 36.6, "chance": 0.25, "flag": True}
    frame = pd.DataFrame(
        {
            name: pd.to_datetime(["2024-05-31"] * n) if kind == "day" else [values[kind]] * n
            for name, kind in list_columns(bundle, explained=False).items()
        }
    )
    frame["record_id"] = HOSTILE
    frame["form_sex"] = pd.Series([*HOSTILE[1:], None], dtype="str")
    frame["missing"] = ["", "age"] * (n // 2)
    frame.loc[0, "form_age"] = None
    frame.loc[1, "date"] = None
    frame.loc[2, "to_nurse"] = False
    return frame


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_what_is_written_is_read_again(rows, bundle, tmp_path, ending):
    columns = list_columns(bundle, explained=False)
    parts = [tmp_path / f"{i}{ending}" for i in range(3)]
    for part, some in zip(parts, (rows.iloc[:7], rows.iloc[:0], rows.iloc[7:]), strict=True):
        write_rows(part, some, columns)
    whole = tmp_path / f"whole{ending}"
    join_rows(whole, parts, columns)
    got = read_rows(whole, bundle)
    pd.testing.assert_frame_equal(got, rows, check_dtype=False)


def test_a_field_may_end_as_the_columns_of_an_explanation(rows, bundle, tmp_path):
    field = FormField("stopped_because", "categorical")
    schema = replace(bundle.schema, fields=(*bundle.schema.fields, field))
    bundle, told = replace(bundle, schema=schema), rows.assign(form_stopped_because="pain")
    columns = list_columns(bundle, explained=False)
    write_rows(tmp_path / "part.csv", told[list(columns)], columns)
    join_rows(tmp_path / "whole.csv", [tmp_path / "part.csv"], columns)
    assert set(read_rows(tmp_path / "whole.csv", bundle)["form_stopped_because"]) == {"pain"}


def test_no_cell_of_a_csv_begins_as_a_formula(rows, bundle, tmp_path):
    write_rows(tmp_path / "part.csv", rows, list_columns(bundle, explained=False))
    with (tmp_path / "part.csv").open(newline="", encoding="utf-8") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\0")]
    assert {"'=1+1", "'-12", "''=x", "plain", "'quoted"} <= set(cells)


def test_chances_have_six_decimals_and_numbers_their_own(rows, bundle, tmp_path):
    rows["urgency_p_now"] = 1 / 3
    rows["form_age"] = 60.0
    rows["form_temperature"] = 36.6
    write_rows(tmp_path / "part.csv", rows, list_columns(bundle, explained=False))
    cells = pd.read_csv(tmp_path / "part.csv", header=None, dtype="str").iloc[0].tolist()
    assert cells[2:4] == ["60", "36.6"]
    assert "0.333333" in cells
    assert "true" in cells


@pytest.mark.parametrize(
    "content",
    [
        "",
        "record_id,urgency\n1,now\n",
        "\0\0\0",
        "PAR1",
        "record_id\n",
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_another_table_is_refused_in_one_line(bundle, tmp_path, content, ending):
    path = tmp_path / f"other{ending}"
    path.write_text(content)
    with pytest.raises(InputError) as refused:
        read_rows(path, bundle)
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"{path}: not a table that this bundle wrote")


def test_a_flag_that_is_none_is_refused(rows, bundle, tmp_path):
    columns = list_columns(bundle, explained=False)
    write_rows(tmp_path / "part.csv", rows, columns)
    join_rows(tmp_path / "whole.csv", [tmp_path / "part.csv"], columns)
    text = (tmp_path / "whole.csv").read_text().replace(",true,", ",maybe,", 1)
    (tmp_path / "whole.csv").write_text(text)
    with pytest.raises(InputError, match="not a table that this bundle wrote"):
        read_rows(tmp_path / "whole.csv", bundle)
    with pytest.raises(InputError, match="no such file"):
        read_rows(tmp_path / "absent.csv", bundle)
