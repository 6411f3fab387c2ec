"""Any table of strings, however it was written, comes back cell by cell, or is refused."""

import csv
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written_tables import rows_of

from intake_triage.errors import InputError
from intake_triage.file_params import UNTOLD
from intake_triage.records.tables.read import read_table

Rows = list[tuple[str, ...]]
NAMES = ("id", "complaint", "level", "unit")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030", "shift_jis")
MARKED = ("utf-8", "utf-8-sig", "utf-16")
SPECIAL = [*"\",;\t|\n\r\\ '\0aé5", "\r\n", '""', '\\"', '"\n', "\n1,"]

fuzz = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def letters(encoding: str) -> st.SearchStrategy[str]:
    """Any character but surrogates, or of an older encoding all that it has."""
    if encoding in (*MARKED, "gb18030"):
        return st.characters(exclude_categories=["Cs"])
    possible = map(chr, range(0xD800))
    return st.sampled_from([c for c in possible if survives(c, encoding)])


def survives(text: str, encoding: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False


@cache
def any_rows(encoding: str) -> st.SearchStrategy[Rows]:
    """Rows of the four columns; only the ids are never empty, since an empty row is no record."""
    special = st.sampled_from([text for text in SPECIAL if survives(text, encoding)])
    cell = st.lists(special | letters(encoding), max_size=8).map("".join)
    return st.lists(st.tuples(cell, cell, cell), max_size=8).map(
        lambda rows: [(f"r{i}", *cells) for i, cells in enumerate(rows)]
    )


def write_csv(rows: Rows, **dialect) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, **dialect).writerows([NAMES, *rows])
    return file.getvalue()


def write_by_pandas(rows: Rows, **options) -> str:
    return pd.DataFrame(rows, columns=NAMES, dtype="str").to_csv(index=False, **options)


# Each with the separator and the quoting that it has.
WRITERS: dict[str, tuple[Callable[[Rows], str], str, str]] = {
    "excel": (write_csv, ",", "doubled"),
    "all quoted": (lambda rows: write_csv(rows, quoting=csv.QUOTE_ALL), ",", "doubled"),
    "excel-tab": (lambda rows: write_csv(rows, dialect="excel-tab"), "\t", "doubled"),
    "semicolons": (lambda rows: write_csv(rows, delimiter=";"), ";", "doubled"),
    "escaped": (
        lambda rows: write_csv(rows, quoting=csv.QUOTE_NONE, escapechar="\\"),
        *(",", "backslash"),
    ),
    "escaped in quotes": (
        lambda rows: write_csv(rows, doublequote=False, escapechar="\\", delimiter="|"),
        *("|", "backslash"),
    ),
    "pandas": (write_by_pandas, ",", "doubled"),
    "pandas, bars": (lambda rows: write_by_pandas(rows, sep="|"), "|", "doubled"),
}
# Before Python 3.13, csv.writer leaves a lone carriage return bare where lines end in a line feed,
# as in pandas; no reader can tell it from the end of a row.
BARE_RETURNS = ("pandas", "pandas, bars")


def written(rows: Rows, writer: str) -> tuple[Rows, str]:
    if writer in BARE_RETURNS:
        rows = [tuple(cell.replace("\r", "") for cell in row) for row in rows]
    return rows, WRITERS[writer][0](rows)


def read(text: str, path: Path, saved_in: str, **saved) -> Rows:
    path.write_bytes(text.encode(saved_in))
    table = read_table(path, UNTOLD.model_copy(update=saved))
    assert tuple(table.frame) == NAMES
    return rows_of(table)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_table_whose_writing_is_told_comes_back(tmp_path, encoding):
    told = {} if encoding in MARKED else {"encoding": encoding}

    @fuzz
    @given(any_rows(encoding), st.sampled_from(list(WRITERS)))
    def comes_back(rows: Rows, writer: str) -> None:
        rows, text = written(rows, writer)
        _, separator, quoting = WRITERS[writer]
        path = tmp_path / "forms.csv"
        assert read(text, path, encoding, separator=separator, quoting=quoting, **told) == rows

    comes_back()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_table_of_which_nothing_is_told_comes_back_or_is_refused(tmp_path, encoding):
    @fuzz
    @given(any_rows(encoding), st.sampled_from(list(WRITERS)))
    def comes_back(rows: Rows, writer: str) -> None:
        rows, text = written(rows, writer)
        try:
            back = read(text, tmp_path / "forms.csv", encoding)
        except InputError as refused:
            line = str(refused)
        else:
            assert back == rows
            return
        assert "\n" not in line
        assert "set data.file." in line

    comes_back()


@fuzz
@given(st.binary(max_size=60) | st.text().map(str.encode), st.booleans())
def test_any_bytes_are_a_table_or_refused_in_one_line(tmp_path, content, with_names):
    path = tmp_path / "forms"
    path.write_bytes(b"id,complaint\n" * with_names + content)
    line = ""
    try:
        read_table(path, UNTOLD)
    except InputError as refused:
        line = str(refused)
    assert "\n" not in line
