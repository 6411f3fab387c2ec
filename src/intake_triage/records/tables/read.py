"""A table in any usual format, as text: every cell as it was written, and how the file is saved."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from intake_triage.errors import InputError
from intake_triage.file_params import Saved
from intake_triage.records.tables.cells import RawCells, to_frame
from intake_triage.records.tables.delimited import read_delimited
from intake_triage.records.tables.encoding import decode
from intake_triage.records.tables.objects import is_objects, read_objects
from intake_triage.records.tables.packed import unpack
from intake_triage.records.tables.parquet import is_parquet, read_parquet
from intake_triage.records.tables.sheets import is_sheets, read_sheet

OTHER_FORMATS = {  # by their first bytes, in lower case
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<table": "a web page",
    b"<?xml": "XML",
    b"%pdf": "a PDF",
    b"{\\rtf": "a text document",
    b"sqlite format 3": "a database",
    b"arrow1\0": "Arrow or Feather",
    b"$fl2": "an SPSS file",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"rar!": "a RAR archive",
    b"bzh91ay": "bzip2",
    b"\xfd7zxz": "xz",
    b"(\xb5/\xfd": "Zstandard",
}


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
        How the file is saved, of: format, packed, encoding, separator, quoting, sheet,
        header_row, other_resources, entered_in_error, empty_rows, left_out; only what applies.
    """

    frame: pd.DataFrame
    found: dict[str, str | int]

    @property
    def is_typed(self) -> bool:
        """Whether the format itself tells numbers from text; then they have a decimal point."""
        return self.found["format"] not in ("CSV", "TSV")


def read_table(path: Path, saved: Saved) -> RawTable:
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
        data = path.read_bytes()
    except OSError:
        raise InputError(f"{path}: cannot be opened; see who may read it") from None
    try:
        cells = _read_cells(data, saved)
        frame, left_out = to_frame(cells)
    except InputError as error:
        raise InputError("\n".join(f"{path}: {line}" for line in str(error).split("\n"))) from None
    return RawTable(frame, {"format": cells.found["format"]} | cells.found | left_out)


def _read_cells(data: bytes, saved: Saved) -> RawCells:
    data, packed = unpack(data)
    if is_parquet(data):
        return read_parquet(data).saved_as(packed)
    if is_sheets(data):
        cells = read_sheet(data, sheet=saved.sheet, header_row=saved.header_row)
        return cells.saved_as(packed)
    refuse_other_formats(data)
    text, encoding = decode(data, saved.encoding)
    if is_objects(text):
        return read_objects(text).saved_as(packed | {"encoding": encoding})
    cells = read_delimited(
        text, separator=saved.separator, quoting=saved.quoting, header_row=saved.header_row
    )
    return cells.saved_as(packed | {"encoding": encoding})


def refuse_other_formats(data: bytes) -> None:
    """Refuse, by an `InputError`, what begins as no table does, or is empty; a start is enough."""
    if not data.strip():
        raise InputError("the file is empty")
    start = data[:200].lstrip().lower()
    for beginning, name in OTHER_FORMATS.items():
        if start.startswith(beginning):
            raise InputError(f"holds {name}; save the table as CSV, .xlsx, JSON or Parquet")
