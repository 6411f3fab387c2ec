"""Forms of a table, piece by piece: typed, under the schema's names, and bad rows set aside."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.records.forms.cells import read_cells
from intake_triage.records.forms.mapping import FormMapping
from intake_triage.records.forms.swallowed import make_swallow_check
from intake_triage.records.forms.values import to_values
from intake_triage.records.schema import RecordSchema


@dataclass(frozen=True)
class FormPiece:
    """Some rows of a table that follow each other: the forms among them, and the bad ones.

    Attributes
    ----------
    frame : DataFrame, its index counting from 0
        record_id (str, each once in a table), text (str), the schema's fields (float64, or str as
        the schema spells a category) and subgroups (str), missing where nothing was entered; date
        (datetime64 at midnight, NaT where missing) where the mapping has one.
    out_of_bounds : bool array of shape (n_forms,)
        A number of the form lies outside its bounds; it is missing in `frame`.
    faults : dict of int to str
        By the number of a bad row in the table, from 1 and rising, what is wrong with it; never a
        value.
    share_read : float
        How much of the table was read up to here, in (0, 1].
    """

    frame: pd.DataFrame
    out_of_bounds: np.ndarray
    faults: dict[int, str]
    share_read: float


def read_forms(
    path: Path, mapping: FormMapping, schema: RecordSchema, *, n_rows: int
) -> Iterator[FormPiece]:
    """The forms of a table in any format that source `file` reads, `n_rows` rows at a time.

    How a form is read depends on the mapping and the schema alone, and not on the table's other
    rows, but that an id counts once. Memory holds a piece, and 8 bytes for each form before it; of
    a packed table, a workbook or JSON the whole file.

    A row is bad, and set aside, where a text table has more or fewer cells than the header or its
    quotes are out of place; where it has no text, or one of over `LONGEST_TEXT` characters; no id
    or the id of a form before it; or a number or date that cannot be read. Rows without any value
    at the end of a table are none. A number outside the schema's bounds is taken as missing, as is
    by the models a category that the schema does not have.

    Raises
    ------
    InputError
        A line for each fault of the whole table: it cannot be read, lacks a mapped column, or has
        no rows.
    """
    check = make_swallow_check(mapping, schema)
    seen, n_rows_read = SeenIds(), 0
    held: dict[int, str] = {}  # empty rows, which are bad only where others follow
    for cells in read_cells(path, mapping, check, n_rows=n_rows):
        values = to_values(cells, mapping, schema)
        good = ~values.frame.index.isin(list(values.faults))
        repeated = seen.add(values.frame.loc[good, "record_id"])
        values.note(repeated, f"column '{mapping.record_id}': the id of a form before it")
        faults = held | {row: "; ".join(reasons) for row, reasons in values.faults.items()}
        full = max([*values.empty.index[~values.empty], *cells.faults], default=0)
        held = {row: reason for row, reason in faults.items() if row > full}
        n_rows_read = max(n_rows_read, full)
        kept = values.frame[~values.frame.index.isin(list(faults))]
        yield FormPiece(
            kept.reset_index(drop=True),
            values.out_of_bounds.loc[kept.index].to_numpy(),
            {row: faults[row] for row in sorted(faults) if row not in held},
            cells.share_read,
        )
    if not n_rows_read:
        raise InputError(f"{path}: no forms")


class SeenIds:
    """The ids of the forms so far, by a hash of 8 bytes each.

    Two of n ids share theirs with a chance of about n² / 2⁶⁵: a million, once in 37 million tables.
    """

    def __init__(self) -> None:
        self._hashes = np.empty(0, dtype=np.uint64)  # sorted

    def add(self, ids: pd.Series) -> pd.Series:
        """Add some ids; which of them were there before, or are for a second time, as bools."""
        hashes = pd.util.hash_pandas_object(ids, index=False, categorize=False)
        place = np.searchsorted(self._hashes, hashes)
        known = place < len(self._hashes)
        known[known] = self._hashes[place[known]] == hashes[known]
        new = hashes[~known].drop_duplicates()
        self._hashes = np.sort(np.concatenate([self._hashes, new]), kind="stable")
        return known | hashes.duplicated()
