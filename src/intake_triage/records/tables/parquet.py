"""A Parquet table, its typed columns as text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from intake_triage.errors import InputError
from intake_triage.records.tables.cells import TEXT, RawCells

MAGIC = b"PAR1"
BUFFER = 1 << 20  # bytes that are read at once of a column
PANDAS_INDEX = "__index_level_"  # what pandas calls an index that has no name


def is_parquet(data: bytes) -> bool:
    """Whether a file begins as Parquet does."""
    return data.startswith(MAGIC)


def read_parquet(data: bytes) -> RawCells:
    """Read a Parquet table.

    Whole numbers are written without a decimal point, in a column of floating point numbers where
    all are whole; others in the fewest digits that give the number back. Days and times are ISO,
    a time only where the column has one, on the clock of the column's own zone.

    Raises
    ------
    InputError
        If the file is broken, or a column holds lists, structures or bytes.
    """
    with _refusing():
        table = parquet.read_table(pa.BufferReader(data))
        kept = {i: n for i, n in enumerate(table.column_names) if not n.startswith(PANDAS_INDEX)}
    columns = [_to_text(table.column(i), name) for i, name in kept.items()]
    return RawCells(list(kept.values()), columns, {"format": "Parquet"})


class ParquetPieces:
    """A Parquet table that is read so many rows at a time, some of its columns.

    Cells are those of `read_parquet`, but that each is written without regard to the others of its
    column, as those of a sheet are.

    Raises
    ------
    InputError
        As `read_parquet`, from each method.
    """

    def __init__(self, file: BinaryIO) -> None:
        with _refusing():
            self._file = parquet.ParquetFile(file, buffer_size=BUFFER, pre_buffer=False)
            self.names: list[str] = self._file.schema_arrow.names
            self.n_rows: int = self._file.metadata.num_rows

    def read(self, columns: Sequence[str], *, n_rows: int) -> Iterator[list[pa.ChunkedArray]]:
        """By piece the columns, each of `n_rows` rows but those of the last piece."""
        batches = self._file.iter_batches(n_rows, columns=list(columns), use_threads=False)
        kept: list[pa.RecordBatch] = []
        while True:
            with _refusing():
                batch = next(batches, None)
            kept += [batch] if batch is not None else []
            # A batch never is longer, but ends with its row group.
            while sum(map(len, kept)) >= n_rows or (batch is None and kept):
                table = pa.Table.from_batches(kept)
                piece, kept = table.slice(0, n_rows), table.slice(n_rows).to_batches()
                yield [_cell_by_cell(piece.column(name), name) for name in columns]
            if batch is None:
                return


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, pa.ArrowException):
        raise InputError("not a readable Parquet table; write the file anew") from None


def _cell_by_cell(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Text of a column whose whole numbers and days are written as such, whatever else it holds."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _cell_by_cell(column.cast(kind.value_type), name)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        fits = pc.less(pc.abs(column.cast(pa.float64())), 2.0**63)  # an integer of 64 bits
        plain = pc.and_(pc.equal(column, pc.floor(column)), fits)
    elif pa.types.is_timestamp(kind):
        column = pc.local_timestamp(column) if kind.tz else column
        plain = pc.equal(column, pc.floor_temporal(column, unit="day"))
    else:
        return _checked(_to_text(column, name), name)
    nothing = pa.scalar(None, column.type)
    parts = (pc.if_else(plain, column, nothing), pc.if_else(plain, nothing, column))
    return pc.coalesce(*(_to_text(part, name) for part in parts))


def _checked(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """A column of text whose bytes are UTF-8, which a writer may have left unchecked."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raise InputError(f"column '{name}': holds bytes that are no text; mend it") from None
    return column


def _to_text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _to_text(column.cast(kind.value_type), name)
    if pa.types.is_floating(kind):
        column = _whole_numbers(_without_nan(column))
    elif pa.types.is_decimal(kind):
        column = _whole_numbers(column)
    elif pa.types.is_date64(kind):
        column = column.cast(pa.date32())
    elif pa.types.is_nested(kind) or pa.types.is_duration(kind):
        raise InputError(
            f"column '{name}': holds {kind}, which is no text, number or date; leave it out"
        )
    try:
        return _timestamps(column) if pa.types.is_timestamp(kind) else column.cast(TEXT)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise InputError(
            f"column '{name}': holds {kind} that is no text, number or date; leave it out"
        ) from None


def _without_nan(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)


def _whole_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """As integers where all values are whole, else as they are."""
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column


def _timestamps(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if column.type.tz:
        column = pc.local_timestamp(column)
    seconds = column.cast(pa.timestamp("s"), safe=False)
    midnight = pc.all(pc.equal(seconds, pc.floor_temporal(seconds, unit="day"))).as_py()
    return pc.strftime(seconds, format="%Y-%m-%d" if midnight else "%Y-%m-%dT%H:%M:%S").cast(TEXT)
