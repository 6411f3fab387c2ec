"""What a table is, on the page and in the model card."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row names it."""

    caption: str
    heading: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""
