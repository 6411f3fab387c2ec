"""What a clinic's table of forms calls what: the part of `data.file` that outlives training."""

from typing import Any, Literal

from intake_triage.file_params import UNTOLD, Mark, Name, Saved, cell_key
from intake_triage.params import DataParams
from intake_triage.records.schema import RecordSchema
from intake_triage.records.values.dates import ISO
from intake_triage.section import Section
from intake_triage.tasks import Task


class LabelMapping(Section):
    """A label's column, and by `cell_key` of a cell the class that it means."""

    column: Name
    classes: dict[str, str]


class FormMapping(Saved):
    """How a table of forms is saved, and which of its columns is what; kinds are the schema's.

    It goes to JSON and back by `model_dump_json` and `model_validate_json`.

    Attributes
    ----------
    encoding, separator, quoting, sheet, header_row : as in `data.file`; null is found out
    decimal : the mark of all numbers; null: training saw none or both, so that a number may have
        either where its thousands cannot be meant
    date_format : of `date`, as of `strptime`; null without a date
    missing : what, beside a blank cell, means that nothing was entered
    record_id : null: the row's number, from 1
    fields, subgroups : by the schema's names, columns
    labels : by task, for tables of what clinicians decided later; forms need no such column
    """

    decimal: Literal[".", ","] | None
    date_format: str | None
    missing: list[Mark]
    record_id: Name | None
    text: Name
    date: Name | None
    fields: dict[Name, Name]
    subgroups: dict[Name, Name]
    labels: dict[Task, LabelMapping]

    @property
    def form_columns(self) -> tuple[str, ...]:
        """The columns that a table of forms must have, but for unanswered ones in JSON and FHIR."""
        single = [column for column in (self.record_id, self.text, self.date) if column]
        return tuple(dict.fromkeys([*single, *self.fields.values(), *self.subgroups.values()]))


def mapping_of(data: DataParams, schema: RecordSchema, reading: dict[str, Any]) -> FormMapping:
    """The mapping of a bundle whose models were trained on `data`.

    A table for a source other than `file` has the schema's own names, points and ISO days.

    Parameters
    ----------
    schema : RecordSchema
        With the classes that training kept: a cell that means another one names no class.
    reading : dict
        What training found of how the user's file is saved, as `RecordTable.reading`.
    """
    if data.source != "file":
        return _own_names(schema)
    file = data.file
    marks = (file.decimal, reading.get("decimal"))
    return FormMapping(
        **{key: getattr(file, key) for key in Saved.model_fields},
        decimal=next((mark for mark in marks if mark in (".", ",")), None),
        date_format=file.date and (file.date_format or reading["date_format"]),
        missing=file.missing,
        record_id=file.record_id,
        text=file.text,
        date=file.date,
        fields={name: field.column for name, field in file.fields.items()},
        subgroups=file.subgroups,
        labels={
            task: LabelMapping(
                column=getattr(file, task),
                classes={
                    key: name
                    for key, name in file.class_of_key(task).items()
                    if name in schema.classes(task)
                },
            )
            for task in schema.tasks
        },
    )


def _own_names(schema: RecordSchema) -> FormMapping:
    return FormMapping(
        **UNTOLD.model_dump(),
        decimal=".",
        date_format=ISO,
        missing=[],
        record_id="record_id",
        text="text",
        date="date",
        fields={field.name: field.name for field in schema.fields},
        subgroups={name: name for name in schema.subgroups},
        labels={
            task: LabelMapping(
                column=task, classes={cell_key(name): name for name in schema.classes(task)}
            )
            for task in schema.tasks
        },
    )
