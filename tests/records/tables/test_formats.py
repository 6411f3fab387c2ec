"""The same table in other formats becomes the same text, whatever the file is called."""

import datetime
import gzip
import io
import json
import zipfile
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from written_tables import FORMS, ROWS, rows_of

from intake_triage.file_params import UNTOLD
from intake_triage.records.tables.read import read_table

NAMES = ["id", "complaint", "level", "unit"]
OBJECTS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]


def as_parquet(frame: pd.DataFrame | pa.Table) -> bytes:
    file = io.BytesIO()
    table = pa.Table.from_pandas(frame) if isinstance(frame, pd.DataFrame) else frame
    parquet.write_table(table, file)
    return file.getvalue()


def as_zip(packed_by: int = zipfile.ZIP_STORED, **members: bytes | str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed_by) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def as_workbook(**sheets: list[list]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


TABLE = as_parquet(pd.DataFrame(OBJECTS))
LINES = "\n".join(map(json.dumps, OBJECTS))
SHEET = [NAMES, *map(list, ROWS)]


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
        ("forms.csv.gz", gzip.compress(FORMS.encode()), {"format": "CSV", "packed": "gzip"}),
        ("forms.csv", gzip.compress(FORMS.encode()), {"format": "CSV", "packed": "gzip"}),
        ("forms.zip", as_zip(**{"a/forms.csv": FORMS}), {"format": "CSV", "packed": "zip"}),
        (
            "forms.zip",
            as_zip(**{"a/": "", "__MACOSX/._forms.csv": "x", ".DS_Store": "x", "f.csv": FORMS}),
            {"format": "CSV", "packed": "zip"},
        ),
        (
            "forms.zip",
            as_zip(**{"f.csv": FORMS, "README.txt": "x"}),
            {"format": "CSV", "packed": "zip"},
        ),
        ("forms.zip", as_zip(t=TABLE), {"format": "Parquet", "packed": "zip"}),
        (
            "forms.zip",
            as_zip(t=gzip.compress(LINES.encode())),
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


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.parquet", b"PAR1", "not a readable Parquet table"),
        ("a.parquet", TABLE[:-30], "not a readable Parquet table"),
        ("a.parquet", TABLE.replace(b"level", b"\xffevel"), "not a readable Parquet table"),
        (
            "a.parquet",
            as_parquet(pd.DataFrame({"id": ["1"], "x": [["a", "b"]]})),
            "column 'x': holds list<",
        ),
        ("a.parquet", as_parquet(pa.table({"x": [b"\xff\xfe"]})), "column 'x': holds binary that"),
        (
            "a.parquet",
            as_parquet(pa.table({"x": pa.array([0], pa.timestamp("us", tz="Mars/Base"))})),
            "column 'x': holds timestamp[us, tz=Mars/Base] that is no text, number or date",
        ),
        ("a.gz", gzip.compress(FORMS.encode())[:-9], "a broken gzip file; pack the table anew"),
        ("a.gz", b"\x1f\x8b rest", "a broken gzip file; pack the table anew"),
        (
            "a.zip",
            as_zip(a=FORMS, b=FORMS),
            "the zip holds 2 files that may be the table; pack one alone",
        ),
        (
            "a.zip",
            as_zip(**{"a/": ""}),
            "the zip holds no file that may be the table; pack one alone",
        ),
        ("a.zip", as_zip(), "the zip holds no file that may be the table; pack one alone"),
        ("a.zip", as_zip(a=FORMS)[:40], "a broken zip file or workbook; save it anew"),
        (
            "a.zip",
            as_zip(a=FORMS).replace(b"PK\1\2\x14\3\x14", b"PK\1\2\x14\3\x63"),
            "a broken zip file or workbook",
        ),
        ("a.zip", b"PK\3\4" + as_zip(a=FORMS)[9:], "a broken zip file or workbook"),
        ("a.xlsx", as_workbook(s=SHEET)[:-200], "a broken zip file or workbook; save it anew"),
        ("a.docx", as_zip(**{"[Content_Types].xml": "x"}), "not a readable Excel workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0 rest of it", "not a readable Excel workbook"),
        ("a.xlsx", as_workbook(s=[]), "no sheet has cells"),
        ("a.xlsx", as_workbook(s=[["id", "id"], [1, 2]]), "columns 1 and 2 from the left have the"),
        ("a.xls", "<html><table><tr><td>itch", "holds a web page; save the table as CSV"),
        ("a.xml", "\n<?xml version='1.0'?><rows/>", "holds XML; save the table as CSV"),
        ("a.pdf", b"%PDF-1.7 rest", "holds a PDF; save the table as CSV"),
        ("a.db", b"SQLite format 3\0rest", "holds a database; save the table as CSV"),
        ("a.json", '[{"id": 1}, {"id": ', "not valid JSON, from line 1 on"),
        ("a.json", '{"id": 1}\n{"id": itch}\n', "row 2: not valid JSON"),
        ("a.json", '{"id": 1}\n[1]\n', "row 2: no JSON object"),
        ("a.json", "[1, 2]", "JSON that is no table; write an array of objects"),
        ("a.json", "[]", "JSON that is no table; write an array of objects"),
        ("a.json", "{}", "JSON that is no table; write an array of objects"),
        ("a.json", '{"id": {"0": 1}, "x": {"0": 2}}', "JSON that is no table; write an array"),
        ("a.json", '{"a": [{"id": 1}], "b": [{"id": 2}]}', "JSON that is no table; write an array"),
        ("a.json", '[{"id": 1, "id": 2}]', "a JSON object gives the same name twice"),
        (
            "a.json",
            '[{"id": 1}, {"id": 2, "x": ["itch"]}, {"x": {"y": 1}}]',
            "row 2, column 'x': holds an object or a list (2 such rows); give each value a column",
        ),
        (
            "a.json",
            '{"id": 1}\n{"id": 1, "id": 2}',
            "row 2: a JSON object gives the same name",
        ),
        ("a.json", '[{"id": 1, "x": "\\ud800"}]', "column 2 from the left: holds half a character"),
        ("a.json", '[{"\\ud800": 1}]', "column 1 from the left: holds half a character"),
        ("a.json", "[" * 100_000, "JSON that is nested too deep to be a table"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_line(refusal, name, content, says):
    line = refusal(content, name)
    assert line.startswith(says)
    assert "itch" not in line


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_packing_is_broken_is_refused(read, refusal, kind):
    content = bytearray(as_zip(kind, a=FORMS))
    assert rows_of(read(bytes(content))) == ROWS
    content[35:50] = b"\xff" * 15  # within the member's bytes, which its header of 31 precedes
    assert refusal(bytes(content)) == "a broken zip file or workbook; save it anew"


def test_an_encrypted_zip_is_refused(refusal):
    content = bytearray(as_zip(a=FORMS))
    content[6] |= 1  # the mark of encryption, beside the member and in the list of members
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(content)) == "an encrypted zip file; unpack it first"


@pytest.mark.parametrize("path", ["absent.csv", "."])
def test_what_is_no_file_is_refused(tmp_path, path):
    with pytest.raises(ValueError, match="no such file; set data"):
        read_table(tmp_path / path, UNTOLD)
