"""Columns of text as the reader of a format finds them, and the table that they become."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from intake_triage.errors import InputError
from intake_triage.file_params import cell_key

TEXT = pa.large_string()
LONGEST_NAME = 60  # characters that an error shows of a column's name
PANDAS_TEXT = {TEXT: pd.StringDtype(na_value=np.nan)}


@dataclass(frozen=True)
class RawCells:
    """What the reader of a format hands on.

    Attributes
    ----------
    names : list of str, one for each column
    columns : list of large_string arrays of equal length
        Null where the format itself holds nothing.
    found : dict
        How the table is saved, in the order to be told.
    """

    names: list[str]
    columns: list[pa.ChunkedArray]
    found: dict[str, str | int]

    def saved_as(self, found: dict[str, str | int]) -> "RawCells":
        """The same, with what was found out before."""
        return replace(self, found=found | self.found)


def to_frame(cells: RawCells) -> tuple[pd.DataFrame, dict[str, str | int]]:
    """The table under its own names, and what of it was left out.

    Columns without a name and without a value are dropped, as are rows without a value at the
    end: spreadsheets leave both. So is a first column that has no name and counts the rows.

    Raises
    ------
    InputError
        If names repeat, or a column has values and no name.
    """
    names = [name.strip() for name in cells.names]
    _check_names_differ(names)
    kept, unnamed, counter = [], [], False
    for position, name in enumerate(names):
        if name:
            kept.append(position)
        elif position == 0 and _counts_rows(cells.columns[0]):
            counter = True
        elif _last_filled(cells.columns[position]):
            unnamed.append(position + 1)
    if unnamed:
        raise InputError(
            f"column {', '.join(map(str, unnamed))} from the left: values but no name; name each "
            "column, or say in data.file.header_row which row holds the names"
        )
    if not kept:
        raise InputError(
            "no column has a name; data.file.header_row says which row holds the names"
        )
    rows = max(_last_filled(cells.columns[position]) for position in kept)
    table = pa.table(
        [cells.columns[position].slice(0, rows) for position in kept],
        names=[names[position] for position in kept],
    )
    left_out: dict[str, str | int] = {}
    if rows < len(cells.columns[0]):
        left_out["empty_rows"] = len(cells.columns[0]) - rows
    if counter:
        left_out["left_out"] = "an unnamed first column that counts the rows"
    return table.to_pandas(types_mapper=PANDAS_TEXT.get), left_out


def tell_column(names: list[str], position: int) -> str:
    """A column as an error names it: where no header stands, a long name would be a complaint."""
    name = names[position].strip()
    return (
        f"column '{name}'"
        if 0 < len(name) <= LONGEST_NAME
        else f"column {position + 1} from the left"
    )


def tell_absent(names: Collection[str], wanted: Iterable[tuple[str, str]]) -> list[str]:
    """A line for each column that is not there; of the table's own names only one much alike.

    In a table without a header the names are cells, so that a list of them is never shown.

    Parameters
    ----------
    names : of the table's columns
    wanted : of each column its name, and in words who names it
    """
    there = set(names)
    by_key = {cell_key(name): name for name in names}
    faults = []
    for column, named_by in wanted:
        if column not in there:
            alike = get_close_matches(cell_key(column), by_key, n=1, cutoff=0.8)
            hint = f"; there is '{by_key[alike[0]]}'" if alike else ""
            faults.append(f"no column '{column}', {named_by}{hint}")
    return faults


def _check_names_differ(names: list[str]) -> None:
    repeated = {name for name in names if name and names.count(name) > 1}
    if not repeated:
        return
    # By position: in a table without a header a name would be a cell.
    groups = [
        " and ".join(str(i + 1) for i, other in enumerate(names) if other == name)
        for name in dict.fromkeys(names)
        if name in repeated
    ]
    hint = "" if all(names) else ", or say in data.file.header_row which row holds the names"
    raise InputError(f"columns {'; '.join(groups)} from the left have the same name; rename{hint}")


def _counts_rows(column: pa.ChunkedArray) -> bool:
    """Whether a column holds 0, 1, 2 … or 1, 2, 3 …, as programs write a table's index."""
    first = column[0].as_py() if len(column) else None
    if first not in ("0", "1"):
        return False
    counted = pa.array(np.arange(len(column)) + int(first)).cast(TEXT)
    return bool(pc.all(pc.equal(column, counted)).as_py())


def _last_filled(column: pa.ChunkedArray) -> int:
    """How many rows there are up to the last one with a value."""
    filled = pc.fill_null(pc.not_equal(column, ""), False).to_numpy()
    return int(filled.nonzero()[0].max(initial=-1)) + 1
