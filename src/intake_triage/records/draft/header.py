"""Which row of a table holds the names of its columns, where titles may stand above it."""

import re
from pathlib import Path

import pandas as pd

from intake_triage.errors import InputError
from intake_triage.file_params import UNTOLD, Saved
from intake_triage.records.draft.columns import LEAST_PROSE, Column
from intake_triage.records.draft.words import is_usual_name, names_a
from intake_triage.records.tables.read import RawTable, read_table

ROWS = range(1, 5)
LONGEST_NAME = 80  # characters; what is longer is a sentence
SAMPLE = 1000  # rows by which a name is told from a cell
MOST_LIKE_CELLS = 1 / 3  # share of the names; fewer are so by chance, as a column `2` of figures
FEW_WORDS = 3  # of the name of a column of prose that is called as usual; more may be a complaint
ALIKE = 0.9  # share of a column's cells that have the shape of its name, where it is a cell too


def read_below_titles(path: Path, saved: Saved) -> RawTable:
    """Read a table from the first row on that can hold the names of its columns.

    What `saved` tells is tried first. It may be of an earlier table, so all is found out anew where
    that fails.

    Raises
    ------
    InputError
        If the table cannot be read, or no row looks like names: cells in their place must not be
        written into a draft.
    """
    for told in (saved, UNTOLD):
        refused = None
        for row in ROWS if told.header_row == 1 else [told.header_row]:
            try:
                raw = read_table(path, told.model_copy(update={"header_row": row}))
            except InputError as error:
                refused = refused or error
                continue
            if looks_like_names(raw.frame):
                return raw
    raise refused or InputError(
        f"{path}: no row looks like the names of columns; give the table a row of names, such as "
        "id, complaint and triage"
    )


def looks_like_names(frame: pd.DataFrame) -> bool:
    """Whether what stands above the columns are names and not one more row of cells.

    Names in no known words pass as long as none of them is like a cell.
    """
    names = [str(name) for name in frame.columns]
    if max(map(len, names), default=0) > LONGEST_NAME:
        return False
    cells = {name: _filled(frame[name].head(SAMPLE)) for name in names}
    like_cells = sum(_is_like_cells(name, cells[name]) for name in names)
    prose = [name for name in names if _is_prose(name, cells[name])]
    usual = [name for name in names if _is_usual(name, above_prose=name in prose)]
    like_texts = sum(len(name.split()) > 1 and name not in usual for name in prose)
    return like_cells < MOST_LIKE_CELLS * len(names) and (
        bool(usual) or not (like_cells or like_texts)
    )


def _filled(cells: pd.Series) -> pd.Series:
    cells = cells.str.strip()
    return cells[cells.notna() & (cells != "")]


def _is_prose(name: str, cells: pd.Series) -> bool:
    return Column(name, len(cells), cells.value_counts()).prose > LEAST_PROSE


def _is_usual(name: str, *, above_prose: bool) -> bool:
    """Whether columns are called so; above prose, where `pain since May` has known words too,
    only a short name of a text is."""
    if above_prose:
        return names_a("text", name) and len(name.split()) <= FEW_WORDS
    return is_usual_name(name)


def _is_like_cells(name: str, cells: pd.Series) -> bool:
    """Whether a name is a cell of its column, or has figures where nearly all cells have them."""
    if cells.empty:
        return False
    shape = _shape_of(name)
    has_figures = "9" in shape
    return bool((cells == name).sum() > 1) or (
        has_figures and (cells.map(_shape_of) == shape).mean() > ALIKE
    )


def _shape_of(text: str) -> str:
    """Figures as one 9, letters as one a: `F0012` is `a9`, and `36.6` is `9.9`."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", text))
