"""Cells of text as a table gives them: what means missing, and which class a label names."""

from collections.abc import Iterable
from typing import NoReturn

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.file_params import cell_key


def clear_missing(cells: pd.Series, marks: Iterable[str]) -> tuple[pd.Series, int]:
    """Cells without blanks around them, NA where nothing was entered.

    Parameters
    ----------
    cells : (n,) str
    marks : what means that nothing was entered, compared by `cell_key`; a blank cell always does

    Returns
    -------
    cells : (n,) str
    n_marks : cells that held one of the marks, the blank ones not among them
    """
    cells = cells.str.strip()
    keys = {cell_key(mark) for mark in marks}
    longest = max(map(len, keys), default=0) + len(".00")
    short = cells[cells.str.len() <= longest].unique()
    missing = cells.isin([cell for cell in short if cell_key(cell) in keys])
    blank = cells == ""
    return cells.mask(missing | blank), int((missing & ~blank).sum())


def match_labels(cells: pd.Series, class_of_key: dict[str, str]) -> pd.Series:
    """The class that each cell names, as params list it; a cell that names none stays no class.

    Parameters
    ----------
    cells : (n,) str, NA where a record has no label
    class_of_key : by `cell_key`, the class

    Returns
    -------
    (n,) str; the `cell_key` of a cell that names no class, so that spellings are one value
    """
    keys = {cell: cell_key(cell) for cell in cells.dropna().unique()}
    meant = {cell: class_of_key.get(key, key) for cell, key in keys.items()}
    return cells.map(meant).astype("str")


def unify_spellings(cells: pd.Series) -> pd.Series:
    """Words that differ in letter case and blanks alone, in the commonest of their spellings.

    Parameters
    ----------
    cells : (n,) str, NA where missing
    """
    counts = cells.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    commonest: dict[str, str] = {}
    for cell in counts.index:
        commonest.setdefault(cell_key(cell), cell)
    return cells.map({cell: commonest[cell_key(cell)] for cell in counts.index}).astype("str")


def refuse_rows(cells: pd.Series, failed: pd.Series, rule: str, mend: str) -> NoReturn:
    """Raise an `InputError` that names a column, the first row at fault and the number of them.

    Parameters
    ----------
    cells : (n,) the column, under the name that the user's table has for it
    failed : (n,) bool, true somewhere
    """
    row = int(np.argmax(failed.to_numpy(bool))) + 1
    raise InputError(
        f"row {row}, column '{cells.name}': {rule} ({int(failed.sum())} such rows); {mend}"
    )
