"""A file that is no table, or a broken one, ends in one line that tells the mend."""

import zipfile

import pandas as pd
import pyarrow as pa
import pytest
from written_tables import (
    FORMS,
    GZIPPED,
    ROWS,
    SHEET,
    TABLE,
    as_parquet,
    as_workbook,
    as_zip,
    rows_of,
)

from intake_triage.file_params import UNTOLD
from intake_triage.records.tables.read import read_table


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
        ("a.gz", GZIPPED[:-9], "a broken gzip file; pack the table anew"),
        ("a.gz", b"\x1f\x8b rest", "a broken gzip file; pack the table anew"),
        (
            "a.zip",
            as_zip(a=FORMS, b=FORMS),
            "the zip holds 2 files that may be the table; pack one alone",
        ),
        *(
            (
                "a.zip",
                as_zip(**{"a.csv": FORMS, f"b.{ending}": FORMS}),
                "the zip holds 2 files that may be the table; pack one alone",
            )
            for ending in ("txt", "tab", "dat", "xls", "xlsm", "xlsb", "ods", "TXT.gz")
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
