"""JSON Schema of a form, as `serve` takes it and `form.schema.json` of a bundle tells it."""

from typing import Any

from intake_triage.records.forms.values import LONGEST_TEXT
from intake_triage.records.schema import FormField, RecordSchema

NO_NULL_BYTE = r"^[^\u0000]*$"
SOMETHING = r"^[^\u0000]*[^\u0000\s][^\u0000]*$"  # and not blanks alone


def describe_form(schema: RecordSchema) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one form.

    Bounds and categories stand in words: a number beyond them is a form to look at and no error,
    and a category that training did not hold is one that the models do not know.
    """
    entries = {field.name: _describe_field(field) for field in schema.fields}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Intake form",
        "type": "object",
        "additionalProperties": False,
        "required": ["record_id", "text"],
        "properties": {
            "record_id": {"type": "string", "maxLength": 200, "pattern": SOMETHING},
            "text": {"type": "string", "maxLength": LONGEST_TEXT, "pattern": SOMETHING},
            **entries,
        },
    }


def _describe_field(field: FormField) -> dict[str, Any]:
    if field.kind == "categorical":
        known = ", ".join(field.categories)
        return {
            "type": ["string", "null"],
            "maxLength": 200,
            "pattern": NO_NULL_BYTE,
            "description": f"one of {known}",
        }
    return {"type": ["number", "null"], "description": _describe_bounds(field)}


def _describe_bounds(field: FormField) -> str:
    """Which numbers can be meant; beyond them one counts as missing, and a nurse gets the form."""
    if field.low is not None and field.high is not None:
        return f"from {field.low:g} to {field.high:g}"
    if field.low is not None:
        return f"at least {field.low:g}"
    return "any number" if field.high is None else f"at most {field.high:g}"
