"""A table in any usual format, as text: every cell as it was written, and how the file is saved."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from intake_triage.errors import InputError
from intake_triage.file_params import FileParams
from intake_triage.records.tables.cells import Cells, to_frame
from intake_triage.records.tables.delimited import read_delimited
from intake_triage.records.tables.encoding import decode
from intake_triage.records.tables.parquet import is_parquet, read_parquet


@dataclass(frozen=True)
class Saved:
    """How a table is saved, for a caller without a mapping; what is None is found out."""

    encoding: str | None = None
    separator: str | None = None
    quoting: str | None = None
    sheet: str | None = None
    header_row: int = 1


@dataclass(frozen=True)
class RawTable:
    """The cells of a table as text.

    Attributes
    ----------
    frame : DataFrame of `str` columns, its index counting from 0
        Missing where the format itself holds nothing (a null, an empty cell of a sheet); an empty
        text where it holds one, as a text table does in every empty cell. Names are without outer
        blanks.
    found : dict
        How the file is saved, in the order to be told: format, packed, encoding, separator,
        quoting, sheet, header_row, left_out; only what applies.
    """

    frame: pd.DataFrame
    found: dict[str, str | int]


def read_table(path: Path, saved: Saved | FileParams) -> RawTable:
    """Read a table, whatever its format, of which the content tells more than the file's ending.

    Raises
    ------
    InputError
        One line for each fault, without the content of any cell: if the file is no table, if
        it can be read in two ways and `saved` does not tell which, or if rows would be lost.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; set data.path to your table")
    try:
        cells = _read_cells(path.read_bytes(), saved)
        frame, left_out = to_frame(cells)
    except InputError as error:
        raise InputError("\n".join(f"{path}: {line}" for line in str(error).split("\n"))) from None
    return RawTable(frame, cells.found | left_out)


def _read_cells(data: bytes, saved: Saved | FileParams) -> Cells:
    if is_parquet(data):
        return read_parquet(data)
    text, encoding = decode(data, saved.encoding)
    cells = read_delimited(
        text, separator=saved.separator, quoting=saved.quoting, header_row=saved.header_row
    )
    return cells.saved_as({"format": "CSV", "encoding": encoding})
