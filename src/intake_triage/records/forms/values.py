"""Cells of forms as numbers, days and categories; a cell that is none is its own row's fault.

How a cell is read hangs on the mapping and the schema alone, never on the cells beside it, so that
a form comes out the same in any table.
"""

from dataclasses import dataclass, field

import pandas as pd

from intake_triage.file_params import cell_key
from intake_triage.records.forms.cells import CellPiece
from intake_triage.records.forms.mapping import FormMapping
from intake_triage.records.schema import FormField, RecordSchema
from intake_triage.records.values.ages import cut_ages
from intake_triage.records.values.cells import clear_missing
from intake_triage.records.values.dates import ISO, read_dates
from intake_triage.records.values.numbers import MAYBE_THOUSANDS, POINT_OR_COMMA, read_numbers

LONGEST_TEXT = 20_000  # characters; the models read the beginning of a text, and no form is longer


@dataclass
class Values:
    """What a piece of a table holds.

    Attributes
    ----------
    frame : DataFrame
        record_id, text, the schema's fields and subgroups, and date where the mapping has one; the
        index has the numbers of the rows.
    out_of_bounds : bool Series
        Rows of which a number lay outside its bounds and is missing now.
    empty : bool Series
        Rows in which every cell is blank.
    faults : dict of int to list of str
        By row, what is wrong with it.
    """

    frame: pd.DataFrame
    out_of_bounds: pd.Series
    empty: pd.Series
    faults: dict[int, list[str]] = field(default_factory=dict)

    def note(self, at_fault: pd.Series, reason: str) -> None:
        """Note a fault of the rows where `at_fault` is true."""
        for row in at_fault.index[at_fault]:
            self.faults.setdefault(int(row), []).append(reason)


def to_values(piece: CellPiece, mapping: FormMapping, schema: RecordSchema) -> Values:
    """Give cells the schema's names and their types."""
    raw = piece.cells
    cells = {column: clear_missing(raw[column], mapping.missing)[0] for column in raw}
    text = raw[mapping.text]
    cells[mapping.text] = text.mask(text.str.strip() == "")  # there a mark is a word like any other
    nothing = pd.Series(False, index=raw.index)
    values = Values(
        pd.DataFrame({"record_id": _ids(cells, mapping), "text": cells[mapping.text]}),
        nothing,
        pd.DataFrame(cells).isna().all(axis=1),
        {row: [reason] for row, reason in piece.faults.items()},
    )
    values.note(values.frame["text"].isna(), f"column '{mapping.text}': no text")
    too_long = values.frame["text"].str.len() > LONGEST_TEXT
    values.note(too_long, f"column '{mapping.text}': more than {LONGEST_TEXT:,} characters")
    values.note(values.frame["record_id"].isna(), f"column '{mapping.record_id}': no id")
    for each in schema.fields:
        column = mapping.fields[each.name]
        if each.kind == "numeric":
            _add_numbers(values, each, cells[column], mapping, typed=piece.typed)
        else:
            values.frame[each.name] = match_categories(cells[column], each.categories)
    for name, column in mapping.subgroups.items():
        if name not in values.frame:
            values.frame[name] = cells[column]
    if mapping.date is not None:
        _add_dates(values, cells[mapping.date], mapping, typed=piece.typed)
    return values


def match_categories(cells: pd.Series, categories: tuple[str, ...]) -> pd.Series:
    """Each cell in the spelling of the category that it names; one that names none as it is."""
    spelling = {cell_key(name): name for name in categories} | {name: name for name in categories}
    distinct = cells.dropna().unique()
    meant = {cell: spelling.get(cell, spelling.get(cell_key(cell), cell)) for cell in distinct}
    return cells.map(meant).astype("str")


def find_outside(numbers: pd.Series, of: FormField) -> pd.Series:
    """Which numbers lie outside a field's bounds, which both belong to it; not a missing one."""
    low = -float("inf") if of.low is None else of.low
    high = float("inf") if of.high is None else of.high
    return (numbers < low) | (numbers > high)


def _ids(cells: dict[str, pd.Series], mapping: FormMapping) -> pd.Series:
    if mapping.record_id is not None:
        return cells[mapping.record_id]
    index = cells[mapping.text].index
    return pd.Series(index, index=index).astype("str")


def _add_numbers(
    values: Values, of: FormField, cells: pd.Series, mapping: FormMapping, *, typed: bool
) -> None:
    """Add a numeric field; the numbers of a typed file have a point whatever the user's country."""
    marks = POINT_OR_COMMA if mapping.decimal is None else (mapping.decimal,)
    if typed and "." not in marks:
        marks = (".", *marks)
    numbers = pd.Series(float("nan"), index=cells.index)
    doubtful = pd.Series(False, index=cells.index)
    for mark in marks:
        numbers = numbers.fillna(read_numbers(cells, mark))
        if mapping.decimal is None and not (typed and mark == "."):
            doubtful |= cells.str.fullmatch(MAYBE_THOUSANDS[mark]).fillna(False).astype(bool)
    values.note(
        doubtful,
        f"column '{cells.name}': a point or comma that may be a thousands separator; write "
        "another number of decimals",
    )
    told = f" with '{mapping.decimal}' as decimal mark" if mapping.decimal else ""
    failed = cells.notna() & numbers.isna()
    values.note(failed, f"column '{cells.name}': not a number{told}")
    outside = find_outside(numbers, of)
    values.out_of_bounds |= outside
    values.frame[of.name] = cut_ages(numbers.mask(outside), of.name, cells.name)


def _add_dates(values: Values, cells: pd.Series, mapping: FormMapping, *, typed: bool) -> None:
    """Add the date; the days of a typed file are ISO, but for text in the mapping's format."""
    dates = read_dates(cells, mapping.date_format)
    if typed:
        dates = dates.fillna(read_dates(cells, ISO))
    failed = cells.notna() & dates.isna()
    values.note(failed, f"column '{cells.name}': not a date of the form {mapping.date_format}")
    values.frame["date"] = dates
