"""A text table: records on lines, fields between separators."""

import csv
import io

import pyarrow as pa

from intake_triage.errors import InputError
from intake_triage.records.tables.cells import TEXT, Cells


def read_delimited(
    text: bytes, *, encoding: str, separator: str | None, quoting: str | None, header_row: int
) -> Cells:
    """Read CSV and its kin from UTF-8."""
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    found = {"format": "CSV", "encoding": encoding}
    for _ in range(header_row - 1):
        lines.readline()
    if separator is None:
        first = lines.readline()
        separator = max(",;\t|", key=first.count)
        lines.seek(0)
        for _ in range(header_row - 1):
            lines.readline()
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        names = next(reader)
        rows = [row for row in reader if row]
    except (csv.Error, StopIteration):
        raise InputError("not a readable text table") from None
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise InputError(f"row {number}: {len(row)} fields; the header has {len(names)}")
    columns = [pa.chunked_array([pa.array(column, TEXT)]) for column in zip(*rows, strict=True)]
    columns = columns or [pa.chunked_array([], TEXT)] * len(names)
    return Cells(names, columns, found | {"separator": separator})
