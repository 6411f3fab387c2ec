"""Source `file`: the user's own table, its columns named in params.yaml under `data.file`."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from intake_triage.errors import InputError
from intake_triage.params import FileParams
from intake_triage.records.schema import FormField, RecordSchema, RecordTable
from intake_triage.tasks import TASKS


def read_file(path: Path, mapping: FileParams) -> RecordTable:
    """Read a CSV or Parquet table and rename its columns to the repository's own.

    Raises
    ------
    InputError
        If the file or a mapped column is missing, or a value does not parse as the number or date
        that it should be; the message names column and row.
    """
    raw = _read_table(path)
    _check_columns_present(raw, path, mapping)
    columns = {name: raw[getattr(mapping, name)].astype("str") for name in ("record_id", "text")}
    for name, field in mapping.fields.items():
        numeric = field.kind == "numeric"
        values = raw[field.column]
        columns[name] = _to_numbers(values, path) if numeric else values.astype("str")
    for name, column in mapping.subgroups.items():
        columns.setdefault(name, raw[column].astype("str"))
    if mapping.group is not None:
        columns["group"] = raw[mapping.group].astype("str")
    if mapping.date is not None:
        columns["date"] = _to_dates(raw[mapping.date], path)
    for task in TASKS:
        column = getattr(mapping, task)
        unlabelled = pd.Series(pd.NA, index=raw.index, dtype="str")
        columns[task] = unlabelled if column is None else raw[column].astype("str")
    source_columns = {name: column for _, name, column in _mapped_columns(mapping)}
    fields = mapping.fields.items()
    schema = RecordSchema(
        fields=tuple(FormField(name, field.kind, field.low, field.high) for name, field in fields),
        urgency=tuple(mapping.urgency_levels),
        specialty=tuple(mapping.specialties),
        subgroups=tuple(mapping.subgroups),
    )
    return RecordTable(pd.DataFrame(columns), schema, schema.without_oracle(), source_columns)


def _read_table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(f"{path}: no such file; set data.path to your CSV or Parquet table")
    if path.suffix == ".parquet":
        try:
            # Nullable types: whole numbers with a gap stay whole, as "1" and not "1.0".
            raw = pd.read_parquet(path, dtype_backend="numpy_nullable")
        except (OSError, pa.ArrowException) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"{path}: not a readable Parquet table ({reason})") from None
        return raw.reset_index(drop=True)
    try:
        # Every cell as text: "007" stays an identifier, and an empty cell alone means missing.
        raw = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: not a readable UTF-8 CSV ({reason})") from None
    if not isinstance(raw.index, pd.RangeIndex):  # pandas took the first column for an index
        raise InputError(f"{path}: not a readable UTF-8 CSV (its rows are longer than its header)")
    return raw


def _mapped_columns(mapping: FileParams) -> list[tuple[str, str, str]]:
    """Key in params.yaml, name in this repository and name in the table of every mapped column."""
    plain = ("record_id", "text", "urgency", "specialty", "group", "date")
    mapped = [(name, name, getattr(mapping, name)) for name in plain]
    mapped += [(f"fields.{name}", name, field.column) for name, field in mapping.fields.items()]
    mapped += [(f"subgroups.{name}", name, column) for name, column in mapping.subgroups.items()]
    return [entry for entry in mapped if entry[2] is not None]


def _check_columns_present(raw: pd.DataFrame, path: Path, mapping: FileParams) -> None:
    for key, _, column in _mapped_columns(mapping):
        if column not in raw:
            raise InputError(
                f"{path}: no column '{column}', which data.file.{key} in params.yaml names"
            )


def _to_numbers(column: pd.Series, path: Path) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    numbers = numbers.where(np.isfinite(numbers))
    _check_parsed(column, numbers, path, wanted="a number, nor empty")
    return numbers


def _to_dates(column: pd.Series, path: Path) -> pd.Series:
    """The day as it was written; a time of day and its zone are left aside."""
    if column.dtype.kind == "M":
        return column.dt.tz_localize(None).dt.normalize()
    days = column.astype("str").str.slice(0, len("2024-05-31"))
    dates = pd.to_datetime(days, errors="coerce", format="%Y-%m-%d")
    _check_parsed(column, dates, path, wanted="an ISO date such as 2024-05-31")
    return dates


def _check_parsed(column: pd.Series, parsed: pd.Series, path: Path, *, wanted: str) -> None:
    failed = column.notna() & parsed.isna()
    if failed.any():
        raise InputError(
            f"{path}: row {failed.to_numpy().argmax() + 1}, column '{column.name}': not {wanted}"
            f" ({failed.sum()} such rows)"
        )
