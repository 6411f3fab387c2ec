"""The cells of a table of forms, some rows at a time, and what is wrong with single rows."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa

from intake_triage.errors import InputError, refuse
from intake_triage.file_params import cell_key
from intake_triage.records.forms.delimited import SwallowCheck, TextTable, check_columns
from intake_triage.records.forms.mapping import FormMapping
from intake_triage.records.tables.cells import PANDAS_TEXT, TEXT
from intake_triage.records.tables.encoding import find_encoding
from intake_triage.records.tables.packed import GZIP, ZIP, unpack
from intake_triage.records.tables.parquet import ParquetPieces, is_parquet
from intake_triage.records.tables.read import read_table, refuse_other_formats
from intake_triage.records.tables.sheets import OLD_EXCEL

HEAD = 4096  # bytes that tell the format


@dataclass(frozen=True)
class CellPiece:
    """Some rows of a table that follow each other.

    Attributes
    ----------
    cells : DataFrame of `str` columns
        The mapped columns under the table's own names; the index has the numbers of the rows in
        the table, from 1, and lacks those that cannot be read.
    faults : dict of int to str
        By the number of such a row, what is wrong with it.
    typed : bool
        Whether the format itself tells numbers from text.
    share_read : float
        How much of the table was read up to the end of the piece, in (0, 1].
    """

    cells: pd.DataFrame
    faults: dict[int, str]
    typed: bool
    share_read: float


def read_cells(
    path: Path, mapping: FormMapping, check: SwallowCheck, *, n_rows: int
) -> Iterator[CellPiece]:
    """The rows of a table, `n_rows` at a time.

    Text tables and Parquet are read as they are asked for; packed tables, workbooks and JSON are
    held whole.

    Raises
    ------
    InputError
        If the file is no table, lacks a mapped column, or cannot be read from some row on.
    """
    with _naming(path), _open(path) as file:
        head = file.read(HEAD)
        file.seek(0)
        if is_parquet(head):
            yield from _read_parquet(file, mapping, n_rows)
            return
        if not head.startswith((ZIP, OLD_EXCEL)):
            refuse_other_formats(head)
            encoding = mapping.encoding or find_encoding(file)
            if not head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n").startswith(("[", "{")):
                yield from _read_text(file, encoding, mapping, check, n_rows)
                return
    yield from _read_whole(path, mapping, n_rows)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        refuse(path, str(error).splitlines())


def _open(path: Path) -> BinaryIO:
    if not path.is_file():
        raise InputError("no such file")
    try:
        file = path.open("rb")
        if not file.read(len(ZIP)).startswith((GZIP, ZIP)):
            file.seek(0)
            return file
        with file:
            return BytesIO(unpack(path.read_bytes())[0])
    except OSError:
        raise InputError("cannot be opened; see who may read it") from None


def _read_parquet(file: BinaryIO, mapping: FormMapping, n_rows: int) -> Iterator[CellPiece]:
    table = ParquetPieces(file)
    check_columns(table.names, mapping)
    n_read = 0
    for columns in table.read(mapping.form_columns, n_rows=n_rows):
        rows = range(n_read + 1, n_read + len(columns[0]) + 1)
        n_read = rows[-1]
        yield CellPiece(_to_frame(columns, mapping, rows), {}, True, n_read / table.n_rows)


def _read_text(
    file: BinaryIO, encoding: str, mapping: FormMapping, check: SwallowCheck, n_rows: int
) -> Iterator[CellPiece]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    table = TextTable(file, encoding, mapping)
    positions = [table.names.index(column) for column in mapping.form_columns]
    records = enumerate(table.records(check), 1)
    while piece := list(islice(records, n_rows)):
        faults = {row: record for row, record in piece if isinstance(record, str)}
        good = [(row, record) for row, record in piece if not isinstance(record, str)]
        columns = [pa.array([record[i] for _, record in good], TEXT) for i in positions]
        cells = _to_frame(columns, mapping, [row for row, _ in good])
        yield CellPiece(cells, faults, False, file.tell() / size)


def _read_whole(path: Path, mapping: FormMapping, n_rows: int) -> Iterator[CellPiece]:
    raw = read_table(path, mapping)
    frame = raw.frame
    if "JSON" in raw.found["format"]:
        frame = _with_unanswered(frame, mapping)
    with _naming(path):
        check_columns(list(frame.columns), mapping)
    cells = frame[list(mapping.form_columns)]
    cells = cells.set_axis(range(1, len(cells) + 1))
    for start in range(0, len(cells), n_rows):
        piece = cells.iloc[start : start + n_rows]
        yield CellPiece(piece, {}, raw.is_typed, (start + len(piece)) / len(cells))


def _with_unanswered(frame: pd.DataFrame, mapping: FormMapping) -> pd.DataFrame:
    """JSON and FHIR have no name of what nobody answered: such fields and subgroups are missing.

    A name that is there in other letters is another one, and refused with that hint.
    """
    there = {cell_key(name) for name in frame}
    optional = [*mapping.fields.values(), *mapping.subgroups.values()]
    needed = {mapping.record_id, mapping.text, mapping.date}
    absent = {name for name in optional if cell_key(name) not in there} - needed
    nothing = pd.Series(None, index=frame.index, dtype="str")
    return frame.assign(**dict.fromkeys(absent, nothing))


def _to_frame(
    columns: Sequence[pa.Array | pa.ChunkedArray], mapping: FormMapping, rows: Sequence[int]
) -> pd.DataFrame:
    table = pa.table(list(columns), names=list(mapping.form_columns))
    return table.to_pandas(types_mapper=PANDAS_TEXT.get).set_axis(pd.Index(rows, dtype="int64"))
