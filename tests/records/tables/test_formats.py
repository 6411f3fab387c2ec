"""The same table in other formats becomes the same text, whatever the file is called."""

import datetime
import gzip
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from written_tables import (
    FORMS,
    GZIPPED,
    NAMES,
    ROWS,
    SHEET,
    TABLE,
    as_parquet,
    as_workbook,
    as_zip,
    rows_of,
)

OBJECTS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
LINES = "\n".join(map(json.dumps, OBJECTS))


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("forms.parquet", TABLE, {"format": "Parquet"}),
        ("forms.PQ", TABLE, {"format": "Parquet"}),
        ("forms.parq", TABLE, {"format": "Parquet"}),
        ("forms.csv", TABLE, {"format": "Parquet"}),
        ("forms.xlsx", as_workbook(forms=SHEET), {"format": "Excel"}),
        ("forms.zip", as_workbook(forms=SHEET), {"format": "Excel"}),
        ("forms.xlsx", as_workbook(forms=SHEET, notes=[]), {"format": "Excel", "sheet": "forms"}),
        ("forms.json", json.dumps(OBJECTS), {"format": "JSON"}),
        ("forms.txt", json.dumps(OBJECTS, indent=2), {"format": "JSON"}),
        ("forms.json", json.dumps({"n": 3, "forms": OBJECTS}), {"format": "JSON"}),
        ("forms.ndjson", LINES, {"format": "JSON lines"}),
        ("forms.json", LINES.replace("\n", "\r\n\r\n") + "\n", {"format": "JSON lines"}),
        ("forms.csv.gz", GZIPPED, {"format": "CSV", "packed": "gzip"}),
        ("forms.csv", GZIPPED, {"format": "CSV", "packed": "gzip"}),
        ("forms.zip", as_zip(**{"a/forms.csv": FORMS}), {"format": "CSV", "packed": "zip"}),
        (
            "forms.zip",
            as_zip(**{"a/": "", "__MACOSX/._forms.csv": "x", ".DS_Store": "x", "f.csv": FORMS}),
            {"format": "CSV", "packed": "zip"},
        ),
        (
            "forms.zip",
            as_zip(**{"f.csv": FORMS, "README.txt": "x", "a/licence 2.txt": "x"}),
            {"format": "CSV", "packed": "zip"},
        ),
        ("forms.zip", as_zip(t=TABLE), {"format": "Parquet", "packed": "zip"}),
        (
            "forms.zip",
            as_zip(t=gzip.compress(LINES.encode(), mtime=0)),
            {"format": "JSON lines", "packed": "zip, gzip"},
        ),
        ("forms.csv.gz", FORMS, {"format": "CSV"}),
        ("forms.zip", FORMS, {"format": "CSV"}),
        ("forms.xlsx", FORMS, {"format": "CSV"}),
        ("forms.parquet", FORMS, {"format": "CSV"}),
    ],
)
def test_the_content_tells_the_format(read, name, content, found):
    table = read(content, name)
    assert list(table.frame) == NAMES
    assert rows_of(table) == ROWS
    assert found.items() <= table.found.items()
    assert next(iter(table.found)) == "format"
    assert ("packed" in table.found) == ("packed" in found)
    assert ("sheet" in table.found) == ("sheet" in found)
    assert ("encoding" in table.found) == (found["format"] not in ("Parquet", "Excel"))


NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.0, np.nan, 3.0], ["1", None, "3"]),
        ([1.5, 2.0, np.nan], ["1.5", "2", None]),
        ([0.1 + 0.2, 1e-7, 37.2], ["0.30000000000000004", "1e-7", "37.2"]),
        (pd.array([0.1, 37.2], "float32"), ["0.1", "37.2"]),
        (pd.array([1, None], "Int64"), ["1", None]),
        ([2**62 + 1, -5], ["4611686018427387905", "-5"]),
        (np.array([2**64 - 1, 0], "uint64"), ["18446744073709551615", "0"]),
        ([2.0**60, 1.0], ["1152921504606846976", "1"]),
        ([True, None], ["true", None]),
        ([Decimal("2.00"), Decimal("10.00")], ["2", "10"]),
        ([Decimal("2.50"), None], ["2.50", None]),
        (["", None, " a "], ["", None, " a "]),
        (pd.Categorical(["b", None, "a"]), ["b", None, "a"]),
        (pd.Categorical([2, None, 1]), ["2", None, "1"]),
        ([datetime.date(2024, 5, 31), None], ["2024-05-31", None]),
        ([pd.Timestamp("2024-05-31"), pd.NaT], ["2024-05-31", None]),
        (
            [pd.Timestamp("2024-05-31 23:59"), pd.Timestamp("2024-06-01")],
            ["2024-05-31T23:59:00", "2024-06-01T00:00:00"],
        ),
        ([pd.Timestamp("2024-05-31 23:59", tz=NEW_YORK)], ["2024-05-31T23:59:00"]),
        ([None, None], [None, None]),
    ],
)
def test_typed_columns_become_plain_text(read, values, texts):
    ids = [str(i) for i in range(len(values))]
    table = read(as_parquet(pd.DataFrame({"x": values, "id": ids})), "forms.parquet")
    assert rows_of(table) == list(zip(texts, ids, strict=True))


def test_an_index_that_has_a_name_is_a_column(read):
    frame = pd.DataFrame({"x": ["a"]}, index=pd.Index(["F1"], name="id"))
    assert rows_of(read(as_parquet(frame))) == [("a", "F1")]
    assert list(read(as_parquet(frame.rename_axis(None))).frame) == ["x"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (2, "2"),
        (2.0, "2"),
        (37.2, "37.2"),
        (1e-7, "0.0000001"),
        (123456789012, "123456789012"),
        (True, "true"),
        ("007", "007"),
        (" a ", " a "),
        ("NA", "NA"),
        (None, None),
        (datetime.date(2024, 5, 31), "2024-05-31"),
        (datetime.datetime(2024, 5, 31, 23, 59), "2024-05-31T23:59:00"),
        (datetime.time(8, 30), "08:30:00"),
    ],
)
def test_cells_of_a_sheet_become_plain_text(read, cell, text):
    table = read(as_workbook(s=[["id", "x"], [1, cell], ["b", "c"]]), "forms.xlsx")
    assert rows_of(table) == [("1", text), ("b", "c")]


def test_a_sheet_may_have_a_title_and_empty_rows_and_columns(read, refusal):
    rows = [["Forms of May"], [], [*NAMES, None], *([*row, None] for row in ROWS), [], [""]]
    book = as_workbook(s=rows)
    assert rows_of(read(book, header_row=3)) == ROWS
    assert refusal(book, header_row=2).startswith(
        "row 2 of sheet 's' is empty; data.file.header_row must be the row that holds the names"
    )
    assert "data.file.header_row" in refusal(book)


def test_one_of_several_sheets_must_be_told(read, refusal):
    book = as_workbook(forms=SHEET, codes=[["level"], [1]])
    assert refusal(book) == (
        "several sheets have cells: 'forms', 'codes'; set data.file.sheet to one"
    )
    table = read(book, sheet="forms")
    assert rows_of(table) == ROWS
    assert table.found["sheet"] == "forms"
    line = refusal(book, sheet="Forms")
    assert line == "no sheet has the name in data.file.sheet; there are 'forms', 'codes'"


def test_a_workbook_needs_an_optional_package_and_says_which(refusal, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    line = refusal(as_workbook(s=SHEET), "forms.xlsx")
    assert line.endswith("not installed: pip install -r requirements-optional.txt")


def test_json_without_a_value_is_missing(read):
    table = read('[{"id": 1, "x": NaN}, {"id": 2, "x": -Infinity}, {"id": 3, "x": null}]')
    assert rows_of(table) == [("1", None), ("2", None), ("3", None)]


def test_json_numbers_stay_as_they_are_written(read):
    table = read(
        '[{"a": 1.50, "b": 12345678901234567890, "c": true, "d": null, "e": ""}, {"b": 2}]'
    )
    assert rows_of(table) == [
        ("1.50", "12345678901234567890", "true", None, ""),
        (None, "2", None, None, None),
    ]


def test_a_single_object_is_a_table_of_one_row(read):
    assert rows_of(read('{"id": "1", "x": "itch"}')) == [("1", "itch")]
