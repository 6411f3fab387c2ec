"""How a text table marks fields and quotes, and the lines that are read under it."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from intake_triage.errors import InputError

SEPARATORS = (",", ";", "\t", "|")
QUOTINGS = ("doubled", "backslash")


@dataclass(frozen=True)
class Dialect:
    """One way to read a text table.

    Two quotes inside a quoted cell are one. Under `backslash` so is a quote after a backslash,
    which also takes a separator, a line end or another backslash as it is, inside quotes or
    outside; before anything else it is a backslash.
    """

    separator: str
    quoting: str

    @property
    def mark(self) -> str:
        """The separator as a person reads it."""
        return "a tab" if self.separator == "\t" else f"'{self.separator}'"

    @property
    def arguments(self) -> dict[str, Any]:
        """What `csv.reader` is told."""
        escape = "\\" if self.quoting == "backslash" else None
        return {"delimiter": self.separator, "escapechar": escape, "strict": True}

    def with_plain_backslashes_doubled(self, lines: Iterable[str]) -> Iterable[str]:
        """Lines in which every backslash is one that `csv.reader` takes as it should."""
        if self.quoting != "backslash":
            return lines
        escape = re.compile(r"\\(.?)", re.DOTALL)
        escaped = {"\\", '"', "\r", "\n", self.separator}

        def double(match: re.Match[str]) -> str:
            return match[0] if match[1] in escaped else f"\\{match[0]}"

        return (escape.sub(double, line) if "\\" in line else line for line in lines)


class LineSource:
    """The lines of a text from its header on, as often as they are asked for."""

    def __init__(self, text: bytes, header_row: int) -> None:
        lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
        above = sum(len(lines.readline().encode()) for _ in range(header_row - 1))
        if not lines.readline().strip():
            raise InputError(
                f"line {header_row} is empty or absent; data.file.header_row must be the line "
                "that holds the names of the columns"
            )
        self.text = text[above:] if above else text

    def lines(self) -> Iterable[str]:
        """Each with its line end: a line feed, a carriage return, or both."""
        return io.TextIOWrapper(io.BytesIO(self.text), encoding="utf-8", newline="")
