"""What is answered about a form: the values of a row that `score` writes, under the same names."""

from collections.abc import Mapping, Sequence
from typing import Any

from intake_triage.release.bundle.load import Bundle
from intake_triage.release.score.rows import Kind, list_columns, score_forms, to_rows
from intake_triage.release.serve.forms import as_table

KINDS: Mapping[Kind, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "chance": {"type": "number", "minimum": 0, "maximum": 1},
    "flag": {"type": "boolean"},
    "day": {"type": "string", "format": "date"},
}


def answer_forms(forms: Sequence[Mapping[str, Any]], bundle: Bundle) -> list[dict[str, Any]]:
    """For each form what `describe_answer` describes, in the forms' order."""
    frame, out_of_bounds = as_table(forms, bundle)
    rows = to_rows(bundle, score_forms(bundle, frame), out_of_bounds, {})
    return [
        {
            name: None if value != value else value  # as is what is missing
            for name, value in zip(rows, row, strict=True)
        }
        for row in rows.to_numpy(dtype=object).tolist()
    ]


def describe_answer(bundle: Bundle) -> dict[str, Any]:
    """The JSON Schema of the answer about one form.

    What is entered in a form may be missing, and is null then; so is always what only a table of
    forms tells, such as a date.
    """
    columns = list_columns(bundle, explained=False)
    properties = {name: dict(KINDS[kind]) for name, kind in columns.items()}
    for name in columns:
        if name == "date" or name.startswith("form_"):
            properties[name]["type"] = [properties[name]["type"], "null"]
    for task in bundle.manifest.forecasters:
        properties[task] = {"enum": list(bundle.schema.classes(task))}
    properties["use"] = {"const": bundle.manifest.use}
    properties["bundle"] = {"const": bundle.manifest.label}
    return {
        "title": "Answer",
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
