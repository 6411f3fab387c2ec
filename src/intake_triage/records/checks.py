"""What must hold for a table of records before anything is learned from it."""

import pandas as pd
import pandera.pandas as pa

from intake_triage.errors import InputError
from intake_triage.records.schema import RecordSchema, RecordTable
from intake_triage.tasks import TASKS

MIN_RECORDS_IN_CLASS = 20  # one for each twentieth that the split deals out


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
    """Refuse records of which a class is too small to be split.

    Raises
    ------
    InputError
        One line with the first such class. A task without any label is let pass here.
    """
    for task in TASKS:
        counts = frame[task].value_counts()
        if counts.empty:
            continue  # refused where it is trained
        for name in schema.classes(task):
            if counts.get(name, 0) < MIN_RECORDS_IN_CLASS:
                raise InputError(
                    f"{source}: fewer than {MIN_RECORDS_IN_CLASS} records have {task} '{name}', "
                    "too few to split; merge the class with another or add records"
                )


def check_train_classes(frame: pd.DataFrame, schema: RecordSchema, *, source: str) -> None:
    """Refuse a split that left train without a class, as whole groups in other splits can.

    Raises
    ------
    InputError
        One line with the first such class. A task without any label is let pass here.
    """
    train = frame[frame["split"] == "train"]
    for task in TASKS:
        absent = [name for name in schema.classes(task) if not (train[task] == name).any()]
        if absent and frame[task].notna().any():
            raise InputError(
                f"{source}: the groups with {task} '{absent[0]}' are too few for train to hold one;"
                " merge the class with another or add records"
            )


def _data_frame_schema(table: RecordTable) -> pa.DataFrameSchema:
    """The table's rules; the text of each check says what the user should make true."""
    not_empty = pa.Check(lambda text: text.str.strip() != "", error="must not be empty")
    columns = {
        "record_id": pa.Column(str, nullable=False, unique=True),
        "text": pa.Column(str, not_empty, nullable=False),
    }
    for field in table.schema.fields:
        columns[field.name] = _field_column(field.low, field.high, numeric=field.kind == "numeric")
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


def _field_column(low: float | None, high: float | None, *, numeric: bool) -> pa.Column:
    if not numeric:
        return pa.Column(None, nullable=True)
    checks = []
    if low is not None:
        checks.append(pa.Check.ge(low, error=f"must be at least {low:g}"))
    if high is not None:
        checks.append(pa.Check.le(high, error=f"must be at most {high:g}"))
    return pa.Column(float, checks, nullable=True)


def _describe(failures: pd.DataFrame, source_columns: dict[str, str]) -> str:
    """One line for the first failure: row (counted from 1), column, what must hold, how many."""
    first = failures.iloc[0]
    alike = failures[
        (failures["column"] == first["column"]) & (failures["check"] == first["check"])
    ]
    rule = {
        "not_nullable": "must not be missing",
        "field_uniqueness": "must not repeat",
    }.get(first["check"], first["check"])
    row = "" if pd.isna(first["index"]) else f"row {int(alike['index'].min()) + 1}, "
    column = source_columns.get(first["column"], first["column"])
    return f"{row}column '{column}': {rule} ({len(alike)} such rows)"
