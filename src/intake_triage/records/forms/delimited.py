"""A text table of forms, read line by line: how it is saved is told by its start."""

import re
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO

from intake_triage.errors import InputError
from intake_triage.records.forms.mapping import FormMapping
from intake_triage.records.forms.records import Record, read_records
from intake_triage.records.tables.cells import tell_absent
from intake_triage.records.tables.dialect import QUOTINGS, SEPARATORS, Dialect

START = 1_000_000  # characters from which a table's dialect is told
UNDECODED = re.compile("[\ud800-\udfff]")  # what the handler `surrogateescape` leaves

# From a table's dialect and column names to what tells whether a record's cells hold other records.
SwallowCheck = Callable[[Dialect, Sequence[str]], Callable[[Record], bool]]


class TextTable:
    """A text table whose encoding is known.

    Attributes
    ----------
    dialect : Dialect
        Of those whose header has all columns of the mapping, the one with the fewest bad records
        in the start; of equal ones the first, whose quotes are doubled.
    names : list of str

    Raises
    ------
    InputError
        If a column of the mapping is not there or there twice; from `records` also if bytes are no
        text and cannot be passed over.
    """

    def __init__(self, file: BinaryIO, encoding: str, mapping: FormMapping) -> None:
        self._encoding = encoding
        # Kept, since the file is closed when this goes.
        self._text = TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
        self._lines = self._decoded_lines()
        for _ in range(mapping.header_row - 1):
            next(self._lines, None)
        self._start = list(_take_start(self._lines))
        if not (self._start and self._start[0].strip()):
            raise InputError(
                f"line {mapping.header_row} is empty or absent; the bundle expects the names of "
                "the columns there"
            )
        self.dialect, names = _find_dialect(self._start, mapping)
        self.names = [name.strip() for name in names]
        check_columns(self.names, mapping)

    def records(self, check: SwallowCheck) -> Iterator[Record | str]:
        """Those below the header, once: fields, or in words what is wrong with the record."""
        lines = chain(self._start, self._lines)
        records = read_records(lines, self.dialect, check(self.dialect, self.names))
        next(records)
        for record in records:
            yield record if isinstance(record, str) else self._fault(record) or record

    def _fault(self, record: Record) -> str | None:
        if len(record) != len(self.names):
            return (
                f"{len(record)} fields between {self.dialect.mark}, but the header has "
                f"{len(self.names)}; put a cell that holds {self.dialect.mark} in quotes"
            )
        text = "".join(record)
        if not text.isascii() and UNDECODED.search(text):
            return f"bytes that are no text in {self._encoding}; save the table as UTF-8"
        return None

    def _decoded_lines(self) -> Iterator[str]:
        try:
            yield self._text.readline().removeprefix("\ufeff")
            yield from self._text
        except UnicodeError:
            raise InputError(f"not text in {self._encoding}; save the table as UTF-8") from None


def check_columns(names: Sequence[str], mapping: FormMapping) -> None:
    """Refuse, by an `InputError`, a table in which a mapped column is absent or there twice."""
    wanted = mapping.form_columns
    faults = tell_absent(names, ((column, "which the bundle expects") for column in wanted))
    if len(faults) == len(wanted):
        faults.append("none of the bundle's columns is there; is it a table of this clinic?")
    twice = [column for column in wanted if names.count(column) > 1]
    faults += [f"column '{column}' is there more than once; rename the others" for column in twice]
    if faults:
        raise InputError("\n".join(faults))


def _take_start(lines: Iterator[str]) -> Iterator[str]:
    size = 0
    for line in lines:
        yield line
        size += len(line)
        if size > START:
            return


def _find_dialect(start: Sequence[str], mapping: FormMapping) -> tuple[Dialect, Record]:
    """The dialect of a table by its first lines, and the names in its header."""
    separators = [mapping.separator] if mapping.separator else SEPARATORS
    quotings = [mapping.quoting] if mapping.quoting else QUOTINGS
    if not any("\\" in line for line in start):
        quotings = quotings[:1]  # without a backslash both are the same
    best: tuple[int, int] | None = None
    for dialect in (Dialect(mark, how) for mark in separators for how in quotings):
        header, *records = read_records(start, dialect)
        if isinstance(header, str):
            continue
        n_bad = sum(isinstance(each, str) or len(each) != len(header) for each in records)
        n_absent = len(set(mapping.form_columns) - {name.strip() for name in header})
        if best is None or (n_absent, n_bad) < best:
            best, found = (n_absent, n_bad), (dialect, header)
    if best is None:
        raise InputError("the header: a quote is out of place; save the table anew")
    return found
