"""The records of a text table under one dialect: strictly, and counted twice."""

import csv
import re
from collections.abc import Iterator
from itertools import islice

import pyarrow as pa

from intake_triage.errors import InputError
from intake_triage.records.tables.cells import TEXT, tell_column
from intake_triage.records.tables.dialect import Dialect, LineSource

ROWS_AT_ONCE = 20_000
BLANK_BEFORE_QUOTE = 3  # rows with it are a way of writing; fewer are quotes within a text
csv.field_size_limit(2**31 - 1)  # a long text is no fault; a quote that never closes is told anyway


class Misfit(InputError):
    """A dialect that does not fit, and how many rows fitted before the first that did not."""

    def __init__(self, message: str, good_rows: int) -> None:
        super().__init__(message)
        self.good_rows = good_rows


def header_width(source: LineSource, dialect: Dialect) -> int:
    """How many fields the header has; 0 where it cannot be read."""
    try:
        return len(next(_reader(source, dialect)))
    except csv.Error:
        return 0


def read_rows(source: LineSource, dialect: Dialect) -> tuple[list[str], list[pa.ChunkedArray]]:
    """Names and columns; blank lines are no records.

    Raises
    ------
    Misfit
        If a quote is out of place, a record has more or fewer fields than the header, or a
        second count finds another number of records.
    """
    reader = _reader(source, dialect)
    chunks: list[list[pa.Array]] = []
    ragged, n_ragged, n_rows = None, 0, 0
    try:
        names = next(reader)
        while rows := list(islice(reader, ROWS_AT_ONCE)):
            rows = [row for row in rows if row]
            if any(len(row) != len(names) for row in rows):
                wrong = [i for i, row in enumerate(rows, n_rows + 1) if len(row) != len(names)]
                ragged = ragged or (wrong[0], len(rows[wrong[0] - n_rows - 1]))
                n_ragged += len(wrong)
            elif rows and not ragged:
                chunks.append([pa.array(cells, TEXT) for cells in zip(*rows, strict=True)])
            n_rows += len(rows)
    except csv.Error as error:
        raise _quote_out_of_place(source, dialect, str(error)) from None
    outside = _quoted_cells(dialect).sub(b'"', source.text)
    _check_line_ends(outside)
    _check_no_blank_before_quotes(outside, dialect)
    if ragged:
        raise Misfit(_tell_ragged(*ragged, n_ragged, len(names), dialect), ragged[0] - 1)
    _check_second_count(outside, n_rows)
    columns = [pa.chunked_array([chunk[i] for chunk in chunks], TEXT) for i in range(len(names))]
    return names, columns


def _reader(source: LineSource, dialect: Dialect) -> Iterator[list[str]]:
    lines = dialect.with_plain_backslashes_doubled(source.lines())
    return csv.reader(lines, **dialect.arguments)


def _tell_ragged(row: int, fields: int, n_rows: int, n_names: int, dialect: Dialect) -> str:
    return (
        f"row {row}: {fields} fields between {dialect.mark}, but the header has {n_names} "
        f"({n_rows} such rows); put a cell that holds {dialect.mark} in quotes, or say in "
        "data.file.header_row which line holds the names"
    )


def _quote_out_of_place(source: LineSource, dialect: Dialect, reason: str) -> Misfit:
    """Where the record begins that `csv.reader` could not finish, read again one by one."""
    reader = _reader(source, dialect)
    names: list[str] = []
    row, line = 0, 0
    try:
        names = next(reader)
        row, line = 1, reader.line_num
        for record in reader:
            row += bool(record)
            line = reader.line_num
    except csv.Error:
        pass
    where = f"row {row}" if row else "the header"
    if "unexpected end" not in reason:
        return Misfit(
            f"{where}: text follows a closing quote; remove the quote that opens there by "
            "mistake, or double the one inside",
            row - 1,
        )
    rest = dialect.with_plain_backslashes_doubled(islice(source.lines(), line, None))
    open_at = len(next(csv.reader(rest, **dialect.arguments | {"strict": False}))) - 1
    column = f" in {tell_column(names, open_at)}" if open_at < len(names) else ""
    return Misfit(f"{where}: a quote opens{column} and never closes; close or remove it", row - 1)


def _check_line_ends(outside: bytes) -> None:
    """Refuse a lone carriage return outside quotes, unless all lines end in one."""
    lone = re.search(rb"\r(?!\r?\n)", outside)
    if lone and b"\n" in outside:
        row = _count_lines(outside[: lone.start()]) - 1
        raise Misfit(
            f"row {row}: a carriage return by itself, though lines end otherwise; put the cell "
            "in quotes or remove it",
            row - 1,
        )


def _check_no_blank_before_quotes(outside: bytes, dialect: Dialect) -> None:
    """Refuse quotes that a blank before them makes a part of the cell, where rows write them so."""
    if b' "' not in outside:
        return
    mark = re.escape(dialect.separator.encode())
    cell = rb'(?<=[%b\r\n]) +"(?:[^"\r\n]|"")*" *(?![^%b\r\n])' % (mark, mark)
    names_end = re.match(rb"[^\r\n]*", outside).end()
    below_names = re.compile(cell + rb"[^\r\n]*").finditer(outside, names_end)
    rows = list(islice(below_names, BLANK_BEFORE_QUOTE))
    if len(rows) == BLANK_BEFORE_QUOTE:
        row = _count_lines(outside[: rows[0].start()]) - 1
        raise Misfit(
            f"row {row}: a blank stands before a quote; remove it there and wherever a quote "
            "follows the separator",
            row - 1,
        )


def _check_second_count(outside: bytes, n_rows: int) -> None:
    """Count the lines left when a pattern, and not the parser, took the quoted cells away."""
    counted = _count_lines(outside) - 1
    if counted != n_rows:
        raise Misfit(
            f"{n_rows} records by one count and {counted} by another; save the table anew, "
            "with every cell in quotes",
            0,
        )


def _quoted_cells(dialect: Dialect) -> re.Pattern[bytes]:
    """Matches a quoted cell; under `backslash` also whatever a backslash stands before."""
    mark = re.escape(dialect.separator.encode())
    opens = rb'(?<![^\r\n%b])"' % mark
    if dialect.quoting == "doubled":
        return re.compile(opens + rb'[^"]*(?:""[^"]*)*"')
    escaped = rb'\\[\\"\r\n%b](?:\\.|[^\\\r\n%b])*' % (mark, mark)  # and the rest of its cell
    return re.compile(escaped + b"|" + opens + rb'(?:[^"\\]|\\.|"")*"', re.DOTALL)


def _count_lines(text: bytes) -> int:
    return sum(1 for _ in re.finditer(rb"[^\r\n]+", text))
