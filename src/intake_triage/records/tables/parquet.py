"""A Parquet table, its typed columns as text."""

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from intake_triage.errors import InputError
from intake_triage.records.tables.cells import TEXT, RawCells

MAGIC = b"PAR1"
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
    try:
        table = parquet.read_table(pa.BufferReader(data))
        kept = {i: n for i, n in enumerate(table.column_names) if not n.startswith(PANDAS_INDEX)}
    except (OSError, ValueError, pa.ArrowException):
        raise InputError("not a readable Parquet table; write the file anew") from None
    columns = [_to_text(table.column(i), name) for i, name in kept.items()]
    return RawCells(list(kept.values()), columns, {"format": "Parquet"})


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
