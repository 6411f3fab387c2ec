"""Whether a form's cells of several lines hold other forms of the table: two stray quotes do that.

What a field of another form looks like is told by the mapping and the schema, not by the rest of
the table as where a whole table is read: so a form is judged alike wherever it stands.
"""

from collections.abc import Callable, Collection, Sequence

import pandas as pd

from intake_triage.file_params import cell_key
from intake_triage.records.forms.delimited import SwallowCheck
from intake_triage.records.forms.mapping import FormMapping
from intake_triage.records.forms.records import Record
from intake_triage.records.schema import RecordSchema
from intake_triage.records.tables.dialect import Dialect
from intake_triage.records.tables.swallowed import LINE_END, Judge, holds_rows, shape
from intake_triage.records.values.dates import read_dates
from intake_triage.records.values.numbers import read_numbers


def make_swallow_check(mapping: FormMapping, schema: RecordSchema) -> SwallowCheck:
    """What `TextTable.records` takes, for the tables of a mapping."""
    judges = _judges(mapping, schema)

    def check(dialect: Dialect, names: Sequence[str]) -> Callable[[Record], bool]:
        def swallows(record: Record) -> bool:
            if len(record) != len(names):
                return False  # which is a fault of its own
            own = dict(zip(names, record, strict=True))
            told = judges | _judge_of_ids(mapping, own)
            by_column = [told.get(name) for name in names]
            return any(
                LINE_END.search(cell) and holds_rows(cell, position, by_column, dialect.separator)
                for position, cell in enumerate(record)
            )

        return swallows

    return check


def _judges(mapping: FormMapping, schema: RecordSchema) -> dict[str, Judge]:
    """By column, what tells whether a cell could be of it."""
    judges: dict[str, Judge] = {}
    for field in schema.fields:
        if field.kind == "numeric":
            judges[mapping.fields[field.name]] = _is_number
        else:
            keys = {cell_key(category) for category in field.categories}
            judges[mapping.fields[field.name]] = _among(keys)
    if mapping.date is not None:
        judges[mapping.date] = _date_of(mapping.date_format)
    return judges


def _judge_of_ids(mapping: FormMapping, own: dict[str, str]) -> dict[str, Judge]:
    """Of the column of ids: other forms' are of the shape of the record's own, `A-0001`."""
    if mapping.record_id is None:
        return {}
    expected = shape(own[mapping.record_id])
    return {mapping.record_id: lambda cell: shape(cell) == expected}


def _is_number(cell: str) -> bool:
    cells = pd.Series([cell.strip()], dtype="str")
    return not cell.strip() or any(read_numbers(cells, mark).notna().all() for mark in ".,")


def _among(keys: Collection[str]) -> Judge:
    return lambda cell: not cell.strip() or cell_key(cell) in keys


def _date_of(date_format: str) -> Judge:
    def is_date(cell: str) -> bool:
        return bool(read_dates(pd.Series([cell.strip()], dtype="str"), date_format).notna().all())

    return is_date
