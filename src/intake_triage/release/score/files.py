"""Rows of suggestions as CSV or Parquet, piece by piece, and read again.

A cell of a CSV that a spreadsheet would take for a formula gets a leading quote, which spreadsheets
take for "this is text". Text after such quotes gets one more, so that the first can be taken away
when the table is read.

References
----------
OWASP Application Security Verification Standard 5.0, 1.2.10 (formula injection).
"""

import csv
import io
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from intake_triage.errors import InputError
from intake_triage.files import replacing
from intake_triage.release.bundle.load import Bundle
from intake_triage.release.score.rows import Kind, list_columns

ENDINGS = (".csv", ".parquet")
FORMULA = re.compile(r"'*[=+\-@\t\r\0]")
ARROW_TYPES = {
    "text": pa.string(),
    "number": pa.float64(),
    "chance": pa.float64(),
    "flag": pa.bool_(),
    "day": pa.date32(),
}
Columns = Mapping[str, Kind]


def write_rows(path: Path, rows: pd.DataFrame, columns: Columns) -> None:
    """Write a piece of a table, in the format of the path's ending; a CSV without its header."""
    with replacing(path) as temporary:
        if path.suffix == ".csv":
            cells = [_to_cells(rows[name], kind) for name, kind in columns.items()]
            with temporary.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(zip(*cells, strict=True))
        else:
            parquet.write_table(
                pa.Table.from_pandas(rows, _arrow_schema(columns), preserve_index=False), temporary
            )


def join_rows(path: Path, pieces: Sequence[Path], columns: Columns) -> None:
    """Write the whole table of some pieces into a new file."""
    if path.suffix == ".csv":
        with path.open("wb") as whole:
            whole.write(_header(columns).encode())
            for piece in pieces:
                with piece.open("rb") as file:
                    shutil.copyfileobj(file, whole)
        return
    with parquet.ParquetWriter(path, _arrow_schema(columns)) as writer:
        for piece in pieces:
            writer.write_table(parquet.read_table(piece))


def read_rows(path: Path, bundle: Bundle) -> pd.DataFrame:
    """A table of a bundle's rows, explained or not: str, float64, bool and datetime64.

    What a form has no value of is missing; a list of nothing is an empty text.

    Raises
    ------
    InputError
        In one line, if the file is no such table.
    """
    wrong = f"{path}: not a table that this bundle wrote; score the forms anew"
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        if path.suffix == ".csv":
            cells = pd.read_csv(path, dtype="str", keep_default_na=False)
        else:
            cells = parquet.read_table(path).to_pandas()
        explained = any(f"{task}_because" in cells for task in bundle.rules)
        columns = list_columns(bundle, explained=explained)
        if list(cells.columns) != list(columns):
            raise InputError(wrong)
        read = _from_cells if path.suffix == ".csv" else _from_parquet
        return pd.DataFrame({name: read(cells[name], kind) for name, kind in columns.items()})
    except (OSError, ValueError, pa.ArrowException):
        raise InputError(wrong) from None


def _header(columns: Columns) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(columns)
    return text.getvalue()


def _arrow_schema(columns: Columns) -> pa.Schema:
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns.items()])


def _to_cells(values: pd.Series, kind: Kind) -> list[str]:
    if kind == "day":
        return pd.to_datetime(values).dt.strftime("%Y-%m-%d").fillna("").tolist()
    if kind == "flag":
        return ["true" if value else "false" for value in values]
    if kind == "chance":
        return [f"{value:.6f}" for value in values]
    if kind == "number":
        return ["" if value != value else repr(value).removesuffix(".0") for value in values]
    return ["'" * bool(FORMULA.match(value)) + value for value in values.fillna("")]


def _from_cells(cells: pd.Series, kind: Kind) -> pd.Series:
    if kind == "day":
        return pd.to_datetime(cells.replace("", None), format="%Y-%m-%d").dt.as_unit("us")
    if kind == "flag":
        if not cells.isin(["true", "false"]).all():
            raise ValueError
        return cells == "true"
    if kind in ("number", "chance"):
        return cells.replace("", "nan").astype("float64")
    texts = cells.map(lambda cell: cell[1:] if cell[:1] == "'" and FORMULA.match(cell) else cell)
    return _with_gaps(texts)


def _from_parquet(values: pd.Series, kind: Kind) -> pd.Series:
    if kind == "day":
        return pd.to_datetime(values).dt.as_unit("us")
    return _with_gaps(values.astype("str")) if kind == "text" else values


def _with_gaps(texts: pd.Series) -> pd.Series:
    """Of a form's own columns an empty text is a missing value."""
    return texts.replace("", None) if str(texts.name).startswith("form_") else texts
