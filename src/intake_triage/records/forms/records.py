"""The records of a text table one by one: what is wrong with one does not stop the others.

`records.tables.rows` reads the same tables all at once, and refuses a table for one bad record.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from intake_triage.records.tables.dialect import Dialect

LONGEST_RECORD = 1_000_000  # characters; a quote that never closes would take the rest of the file
STRAY_QUOTE = "a quote opens and does not close; close or remove it"
TEXT_AFTER_QUOTE = "text follows a closing quote; double the one inside, or remove it"
SWALLOWED = "the lines in a cell look like rows of the table; remove the quote that opens there"

Record = list[str]


def read_records(
    lines: Iterable[str],
    dialect: Dialect,
    swallows: Callable[[Record], bool] = lambda record: False,
) -> Iterator[Record | str]:
    """The fields of each record, or in words why it cannot be read; blank lines are no records.

    What cannot be read is one line: the lines after it, which its quotes took in, are read again.

    Parameters
    ----------
    lines : iterable of str
        Each with its line end.
    swallows : callable
        Whether the cells of several lines in a record hold other records.
    """
    source = _Rereadable(dialect.with_plain_backslashes_doubled(lines))
    reader = csv.reader(source, **dialect.arguments)
    while True:
        source.begin_record()
        try:
            record: Record | str = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            record = TEXT_AFTER_QUOTE if "expected after" in str(error) else STRAY_QUOTE
        if source.has_several_lines and not isinstance(record, str) and swallows(record):
            record = SWALLOWED
        if isinstance(record, str):
            source.read_again()
        if record:
            yield record


class _Rereadable:
    """Lines, of which those after the first of a record can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append(line)
        self._size += len(line)
        if self.has_several_lines and self._size > LONGEST_RECORD:
            raise csv.Error("too long")
        return line

    @property
    def has_several_lines(self) -> bool:
        return len(self._taken) > 1

    def begin_record(self) -> None:
        self._taken, self._size = [], 0

    def read_again(self) -> None:
        self._again.extendleft(reversed(self._taken[1:]))
