"""A sheet of a workbook, its cells as text."""

import datetime
import io

import numpy as np
import pandas as pd
import pyarrow as pa

from intake_triage.errors import InputError
from intake_triage.records.tables.cells import TEXT, RawCells
from intake_triage.records.tables.packed import ZIP, is_workbook

OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls; also an .xlsx with a password


def is_sheets(data: bytes) -> bool:
    """Whether a file is a workbook of Excel or OpenDocument."""
    return data.startswith(OLD_EXCEL) or (data.startswith(ZIP) and is_workbook(data))


def read_sheet(data: bytes, *, sheet: str | None, header_row: int) -> RawCells:
    """Read one sheet; numbers, dates and times cell by cell, as in a Parquet table.

    Parameters
    ----------
    sheet : str or None
        None: the only one that is not empty.
    header_row : int
        The row of the sheet that holds the names, from 1; what stands above is left out.

    Raises
    ------
    InputError
        If the optional reader is not installed, the workbook is broken, or `sheet` is None and
        several sheets have cells.
    """
    sheets = _read_workbook(data)
    if sheet is None:
        filled = [name for name, rows in sheets.items() if not rows.empty]
        if len(filled) > 1:
            quoted = ", ".join(f"'{name}'" for name in filled)
            raise InputError(f"several sheets have cells: {quoted}; set data.file.sheet to one")
        if not filled:
            raise InputError("no sheet has cells")
        sheet = filled[0]
    elif sheet not in sheets:
        quoted = ", ".join(f"'{name}'" for name in sheets)
        raise InputError(f"no sheet has the name in data.file.sheet; there are {quoted}")
    rows = sheets[sheet]
    names = rows.iloc[header_row - 1].map(_to_text) if header_row <= len(rows) else pd.Series()
    if names.isna().all():
        raise InputError(
            f"row {header_row} of sheet '{sheet}' is empty; data.file.header_row must be the row "
            "that holds the names of the columns"
        )
    columns = [
        pa.chunked_array([pa.array(map(_to_text, rows.iloc[header_row:, i]), TEXT)])
        for i in range(rows.shape[1])
    ]
    found: dict[str, str | int] = {"format": "Excel"}
    if len(sheets) > 1:
        found["sheet"] = sheet
    if header_row > 1:
        found["header_row"] = header_row
    return RawCells(names.fillna("").tolist(), columns, found)


def _read_workbook(data: bytes) -> dict[str, pd.DataFrame]:
    try:
        import python_calamine
    except ImportError:
        raise InputError(
            "an Excel workbook, which needs a package that is not installed: "
            "pip install -r requirements-optional.txt"
        ) from None
    try:
        return pd.read_excel(
            io.BytesIO(data),
            sheet_name=None,
            header=None,
            dtype=object,
            na_filter=False,
            engine="calamine",
        )
    except (python_calamine.CalamineError, ValueError, OSError):
        raise InputError(
            "not a readable Excel workbook; save it anew as .xlsx, without a password"
        ) from None


def _to_text(cell: object) -> str | None:
    """One cell; None where it is empty."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return np.format_float_positional(cell, trim="-")
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell) or None
