"""What must hold for a table of records before anything is learned from it."""

from collections.abc import Callable, Iterator

import pandas as pd
import pandera.pandas as pa

from intake_triage.errors import InputError, refuse
from intake_triage.records.schema import FormField, RecordSchema, RecordTable
from intake_triage.tasks import TASKS


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
        A line for each column and rule that it breaks, with the first row at fault and the number
        of such rows. No value is shown: under a wrong column mapping it could be a patient's words.
    """
    if table.frame.empty:
        raise InputError(f"{source}: no records")
    try:
        _data_frame_schema(table).validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        refuse(source, _describe(error.failure_cases, table))


def check_urgent_tiers(schema: RecordSchema, urgent_tiers: int) -> None:
    """Refuse, by an `InputError`, as many urgent tiers as there are tiers, or more."""
    n_tiers = len(schema.urgency)
    if n_tiers and urgent_tiers >= n_tiers:
        least = "" if n_tiers == 2 else "1 to "
        raise InputError(
            f"params.yaml: decision.urgent_tiers: got {urgent_tiers}, but the table has {n_tiers} "
            f"tiers; it must be less, {least}{n_tiers - 1}"
        )


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
    checks = [check(bound, error=rule) for _, bound, rule, check in _bounds(field)]
    return pa.Column(float, checks, nullable=True)


def _bounds(field: FormField) -> Iterator[tuple[str, float, str, Callable[..., pa.Check]]]:
    """Its name in params, the bound, the rule in words and the check, of each bound of a field."""
    if field.low is not None:
        yield "low", field.low, f"must be at least {field.low:g}", pa.Check.ge
    if field.high is not None:
        yield "high", field.high, f"must be at most {field.high:g}", pa.Check.le


def _describe(failures: pd.DataFrame, table: RecordTable) -> list[str]:
    """A line a column and rule: first row (counted from 1), column, what must hold, how many."""
    plain = {"not_nullable": "must not be missing", "field_uniqueness": "must not repeat"}
    instead = _bounds_that_most_values_break(table)
    lines = []
    for (name, check), cases in failures.groupby(["column", "check"], sort=False):
        rows = f"{len(cases)} such rows"
        if name in TASKS:
            rows += f" with {cases['failure_case'].nunique()} other values; see `make draft`"
        row = "" if cases["index"].isna().all() else f"row {int(cases['index'].min()) + 1}, "
        column = table.source_columns.get(name, name)
        line = f"{row}column '{column}': {plain.get(check, check)} ({rows})"
        if check.startswith("must be at ") and table.source_columns:
            line += "; mend it, widen the bound, or list it in data.file.missing"
        lines.append(instead.get((name, check), line))
    return lines


def _bounds_that_most_values_break(table: RecordTable) -> dict[tuple[str, str], str]:
    """By field and rule, a line with the share: the bounds are of another unit than the table."""
    lines = {}
    for field in table.schema.fields:
        column = table.source_columns.get(field.name, field.name)
        for name, bound, rule, _ in _bounds(field):
            values = table.frame[field.name].dropna()
            share = float((values < bound if name == "low" else values > bound).mean())
            if share > 0.5:
                where = "below" if name == "low" else "above"
                lines[field.name, rule] = (
                    f"{int(100 * share)} % of the values of column '{column}' are {where} {bound:g}"
                    f" (data.file.fields.{field.name}.{name}): another unit?"
                    " give its bounds in the table's own unit"
                )
    return lines
