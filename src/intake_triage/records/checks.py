"""What must hold for a table of records before anything is learned from it."""

import pandas as pd
import pandera.pandas as pa

from intake_triage.errors import InputError
from intake_triage.records.schema import FormField, RecordSchema, RecordTable
from intake_triage.tasks import TASKS

MIN_RECORDS_IN_CLASS = 20  # one for each twentieth that the split assigns


def check_records(table: RecordTable, *, source: str) -> None:
    """Refuse a table that breaks its schema.

    Parameters
    ----------
    table : RecordTable
        Rows in the order of the source, so that row numbers mean something to its owner.
    source : str
        File or folder, named in the message.

    Raises
    ------
    InputError
        One line with the first row and column at fault and the number of such rows. No value is
        shown: under a wrong column mapping it could be a patient's words.
    """
    if table.frame.empty:
        raise InputError(f"{source}: no records")
    try:
        _data_frame_schema(table).validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        described = _describe(error.failure_cases, table.source_columns)
        raise InputError(f"{source}: {described}") from None


def check_class_sizes(frame: pd.DataFrame, schema: RecordSchema, *, source: str) -> None:
    """Refuse records, by an `InputError`, of which a class is too small to be split."""
    name = _first_small_class(frame, frame, schema, least=MIN_RECORDS_IN_CLASS)
    if name:
        raise InputError(
            f"{source}: fewer than {MIN_RECORDS_IN_CLASS} records have {name}, "
            "too few to split; merge the class with another or add records"
        )


def check_train_classes(frame: pd.DataFrame, schema: RecordSchema, *, source: str) -> None:
    """Refuse, by an `InputError`, a split whose whole groups left train without a class."""
    name = _first_small_class(frame, frame[frame["split"] == "train"], schema, least=1)
    if name:
        raise InputError(
            f"{source}: the groups with {name} are too few for train to hold one;"
            " merge the class with another or add records"
        )


def _first_small_class(
    frame: pd.DataFrame, part: pd.DataFrame, schema: RecordSchema, *, least: int
) -> str | None:
    """Task and name of the first class of which `part` holds fewer than `least` records.

    A task without any label in `frame` is let pass: it is refused where it is trained.
    """
    for task in TASKS:
        for name in schema.classes(task) if frame[task].notna().any() else ():
            if (part[task] == name).sum() < least:
                return f"{task} '{name}'"
    return None


def _data_frame_schema(table: RecordTable) -> pa.DataFrameSchema:
    """The table's rules; the text of each check says what the user should make true."""
    not_empty = pa.Check(lambda text: text.str.strip() != "", error="must not be empty")
    columns = {
        "record_id": pa.Column(str, nullable=False, unique=True),
        "text": pa.Column(str, not_empty, nullable=False),
    }
    for field in table.schema.fields:
        columns[field.name] = _field_column(field)
    for task in TASKS:
        classes = list(table.schema.classes(task))
        known = pa.Check.isin(classes, error=f"must be one of {', '.join(classes)}")
        columns[task] = pa.Column(None, known, nullable=True)
    if "group" in table.frame:
        columns["group"] = pa.Column(None, nullable=False)
    if "date" in table.frame:
        today = pd.Timestamp.today().normalize()
        past = pa.Check(lambda dates: dates <= today, error="must not lie in the future")
        columns["date"] = pa.Column(None, past, nullable=False)
    return pa.DataFrameSchema(columns)


def _field_column(field: FormField) -> pa.Column:
    if field.kind == "categorical":
        return pa.Column(None, nullable=True)
    checks = []
    if field.low is not None:
        checks.append(pa.Check.ge(field.low, error=f"must be at least {field.low:g}"))
    if field.high is not None:
        checks.append(pa.Check.le(field.high, error=f"must be at most {field.high:g}"))
    return pa.Column(float, checks, nullable=True)


def _describe(failures: pd.DataFrame, source_columns: dict[str, str]) -> str:
    """One line for the first failure: row (counted from 1), column, what must hold, how many."""
    first = failures.iloc[0]
    alike = failures[(failures[["column", "check"]] == first[["column", "check"]]).all(axis=1)]
    plain = {"not_nullable": "must not be missing", "field_uniqueness": "must not repeat"}
    rule = plain.get(first["check"], first["check"])
    row = "" if pd.isna(first["index"]) else f"row {int(alike['index'].min()) + 1}, "
    column = source_columns.get(first["column"], first["column"])
    return f"{row}column '{column}': {rule} ({len(alike)} such rows)"
