"""Source `file`: the user's own table, its columns named in params.yaml under `data.file`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from intake_triage.errors import InputError, refuse
from intake_triage.file_params import FileParams
from intake_triage.records.schema import FormField, RecordSchema, RecordTable
from intake_triage.records.tables.cells import tell_absent
from intake_triage.records.tables.read import read_table
from intake_triage.records.values.cells import clear_missing, match_labels, unify_spellings
from intake_triage.records.values.dates import find_date_format, parse_dates
from intake_triage.records.values.numbers import find_decimal_marks, parse_numbers
from intake_triage.tasks import TASKS, Task

# How each part of `RecordTable.reading` is said to a person; counts of marks are for metrics.
SAID = {
    "format": "{}",
    "packed": "packed as {}",
    "encoding": "{}",
    "separator": 'separated by "{}"',
    "quoting": "quotes {}",
    "sheet": "sheet '{}'",
    "header_row": "names in row {}",
    "other_resources": "{} other resources left out",
    "entered_in_error": "{} responses entered in error left out",
    "empty_rows": "{} empty rows left out",
    "left_out": "without {}",
    "decimal": 'decimal mark "{}"',
    "date_format": "dates {}",
}


def read_file(path: Path, mapping: FileParams) -> RecordTable:
    """Read a table, give its columns the repository's names and its cells their types.

    Labels are the classes that `mapping` leaves after merging; a cell that names none of them is
    kept for `check_records` to refuse. `reading` of what is returned says how the table is saved,
    its decimal mark and date format, by the user's column how many cells held a mark of `missing`
    other than the empty cell, and which classes were merged.

    Raises
    ------
    InputError
        A line for each fault of a kind: the file cannot be read, mapped columns are missing,
        fields have no value in any row, or columns hold what is no number, date or label. Lines
        name column and row, never a value.
    """
    raw = read_table(path, mapping)
    mapped = list(_mapped_columns(mapping))
    _check_columns_present(raw.frame.columns, mapped, path)
    cells, n_marks = _clear_missing(raw.frame, mapping, {column for _, _, column in mapped})
    _check_fields_filled(cells, mapping, path, in_workbook=raw.found["format"] == "Excel")
    frame, found = _to_values(cells, mapping, path, typed=raw.is_typed)
    fields = mapping.fields.items()
    schema = RecordSchema(
        fields=tuple(FormField(name, field.kind, field.low, field.high) for name, field in fields),
        urgency=mapping.classes("urgency"),
        specialty=mapping.classes("specialty"),
        subgroups=tuple(mapping.subgroups),
    )
    merged = {task: dict(getattr(mapping.merge, task)) for task in schema.tasks}
    optional = {"missing_marks": n_marks, "merged": {task: m for task, m in merged.items() if m}}
    return RecordTable(
        frame,
        schema,
        schema.without_oracle(),
        source_columns={name: column for _, name, column in mapped},
        reading=raw.found | found | {key: value for key, value in optional.items() if value},
    )


def describe_reading(path: str, reading: dict[str, Any]) -> str:
    """One line that says how a table was read; `reading` is that of `read_file`."""
    said = [words.format(reading[key]) for key, words in SAID.items() if key in reading]
    return f"{path}: {', '.join(said)}".replace("\t", r"\t")


def _mapped_columns(mapping: FileParams) -> Iterator[tuple[str, str, str]]:
    """Of every mapped column: the key under `data.file`, our name and the table's name."""
    for name in ("record_id", "text", "urgency", "specialty", "group", "date"):
        if getattr(mapping, name) is not None:
            yield name, name, getattr(mapping, name)
    for name, field in mapping.fields.items():
        yield f"fields.{name}", name, field.column
    for name, column in mapping.subgroups.items():
        yield f"subgroups.{name}", name, column


def _check_columns_present(names: pd.Index, mapped: list[tuple[str, str, str]], path: Path) -> None:
    faults = tell_absent(
        names,
        ((column, f"which data.file.{key} in params.yaml names") for key, _, column in mapped),
    )
    if len(faults) == len(mapped):
        faults.append(
            "none of the mapped columns is there; are data.file.header_row and .separator right?"
        )
    if faults:
        refuse(path, faults)


def _clear_missing(
    raw: pd.DataFrame, mapping: FileParams, columns: set[str]
) -> tuple[dict[str, pd.Series], dict[str, int]]:
    """Cells of the mapped columns, and by column how many held a mark that means missing.

    In the text a mark is a word like any other: there only a blank cell is missing.
    """
    cells, n_marks = {}, {}
    for column in sorted(columns - {mapping.text}):
        cells[column], n = clear_missing(raw[column], mapping.missing)
        if n:
            n_marks[column] = n
    text = raw[mapping.text]
    return cells | {mapping.text: text.mask(text.str.strip() == "")}, n_marks


def _check_fields_filled(
    cells: dict[str, pd.Series], mapping: FileParams, path: Path, *, in_workbook: bool
) -> None:
    """Refuse fields without any value, as formulas are that no Excel has computed yet."""
    mend = " out, or, if it holds formulas, open the workbook in Excel and save it once"
    faults = [
        f"column '{field.column}': no row has a value; take data.file.fields.{name}"
        + (mend if in_workbook else " out")
        for name, field in mapping.fields.items()
        if len(cells[field.column]) and cells[field.column].isna().all()
    ]
    if faults:
        refuse(path, faults)


def _to_values(
    cells: dict[str, pd.Series], mapping: FileParams, path: Path, *, typed: bool
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Records under the repository's names, and the decimal mark and date format that were found.

    `typed` says that the file itself knows numbers from text.
    """
    faults: list[str] = []
    numbers, found = _to_numbers(cells, mapping, faults, typed=typed)
    values = {"record_id": _to_ids(cells, mapping), "text": cells[mapping.text]}
    for name, field in mapping.fields.items():
        if field.kind == "categorical":
            values[name] = unify_spellings(cells[field.column])
        elif name in numbers:
            values[name] = numbers[name]
    for name, column in mapping.subgroups.items():
        values.setdefault(name, unify_spellings(cells[column]))
    if mapping.group is not None:
        # As `P1` and `p1`, one patient would be on two sides of the split.
        values["group"] = unify_spellings(cells[mapping.group])
    if mapping.date is not None:
        with _noting(faults):
            date_format = mapping.date_format or find_date_format(cells[mapping.date])
            values["date"] = parse_dates(cells[mapping.date], date_format)
            found["date_format"] = date_format
    for task in TASKS:
        with _noting(faults):
            values[task] = _to_labels(cells, mapping, task)
    if faults:
        refuse(path, list(dict.fromkeys(faults)))  # a column may be that of two fields
    return pd.DataFrame(values), found


def _to_ids(cells: dict[str, pd.Series], mapping: FileParams) -> pd.Series:
    """The ids of the table or, where it has none, the numbers of its rows, from 1."""
    if mapping.record_id is not None:
        return cells[mapping.record_id]
    index = cells[mapping.text].index
    return pd.Series(range(1, len(index) + 1), index=index).astype("str")


def _to_numbers(
    cells: dict[str, pd.Series], mapping: FileParams, faults: list[str], *, typed: bool
) -> tuple[dict[str, pd.Series], dict[str, str]]:
    """By name, the numeric fields that could be read, and the decimal mark where there is one."""
    columns = {
        name: field.column for name, field in mapping.fields.items() if field.kind == "numeric"
    }
    marks = find_decimal_marks(
        (cells[column] for column in columns.values()), decimal=mapping.decimal, typed=typed
    )
    numbers = {}
    for name, column in columns.items():
        with _noting(faults):
            numbers[name] = parse_numbers(cells[column], marks[column])
    used = sorted({mark for mark in marks.values() if mark})
    return numbers, {"decimal": " and ".join(used)} if used else {}


def _to_labels(cells: dict[str, pd.Series], mapping: FileParams, task: Task) -> pd.Series:
    column = getattr(mapping, task)
    if column is None:
        return pd.Series(pd.NA, index=cells[mapping.text].index, dtype="str")
    labels = match_labels(cells[column], mapping.class_of_key(task))
    if len(labels) and labels.isna().all():
        raise InputError(f"column '{column}': no row has a label; set data.file.{task} to null")
    return labels


@contextmanager
def _noting(faults: list[str]) -> Iterator[None]:
    """Note an `InputError` instead of stopping at it, so that all of a kind are told at once."""
    try:
        yield
    except InputError as error:
        faults.append(str(error))
