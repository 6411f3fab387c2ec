"""Tables in JSON: an array of objects, an object that holds one, or an object on each line."""

import json
import re
from typing import Any

import pyarrow as pa

from intake_triage.errors import InputError
from intake_triage.records.tables.cells import TEXT, RawCells
from intake_triage.records.tables.questionnaires import flatten_responses, is_fhir

# What no header of a text table begins with.
OBJECTS = re.compile(rb'\s*(?:\[\s*(?:\{|\])|\{\s*(?:"|\}))')


class Number(str):
    """A number as it was written."""


def is_objects(text: bytes) -> bool:
    """Whether a text is JSON, be it a table or not, or begins as JSON of objects does."""
    if OBJECTS.match(text):
        return True
    try:
        return text.lstrip().startswith((b"[", b"{")) and bool(json.loads(text))
    except ValueError:
        return False
    except RecursionError:
        return True


def read_objects(text: bytes) -> RawCells:
    """Read JSON: a row an object, a column a name; numbers as they are written.

    Raises
    ------
    InputError
        If it is no valid JSON, no table, or a cell holds an object or a list and is no FHIR.
    """
    objects, form = _load(text)
    if any(map(is_fhir, objects)):
        rows, left_out = flatten_responses(objects)
        return _to_cells(rows, {"format": f"FHIR in {form}"} | left_out)
    return _to_cells(objects, {"format": form})


def _load(text: bytes) -> tuple[list[dict[str, Any]], str]:
    try:
        whole = _parse(text)
    except json.JSONDecodeError as error:
        if "Extra data" in error.msg:
            return _load_lines(text), "JSON lines"
        raise InputError(f"not valid JSON, from line {error.lineno} on") from None
    if isinstance(whole, dict):
        nested = any(isinstance(value, dict | list) for value in whole.values())
        if is_fhir(whole) or (whole and not nested):
            return [whole], "JSON"
        arrays = [value for value in whole.values() if _is_rows(value)]
        if len(arrays) == 1:
            return arrays[0], "JSON"
    elif _is_rows(whole):
        return whole, "JSON"
    raise InputError("JSON that is no table; write an array of objects, one for each row")


def _load_lines(text: bytes) -> list[dict[str, Any]]:
    rows = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            rows.append(_parse(line))
        except json.JSONDecodeError:
            raise InputError(f"row {len(rows) + 1}: not valid JSON") from None
        except InputError as error:
            raise InputError(f"row {len(rows) + 1}: {error}") from None
        if not isinstance(rows[-1], dict):
            raise InputError(f"row {len(rows)}: no JSON object")
    return rows


def _parse(text: bytes) -> Any:
    try:
        return json.loads(
            text,
            parse_int=Number,
            parse_float=Number,
            parse_constant=lambda _: None,  # NaN is what programs write for nothing
            object_pairs_hook=_object_without_repeats,
        )
    except RecursionError:
        raise InputError("JSON that is nested too deep to be a table") from None


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise InputError("a JSON object gives the same name twice; write each name once")
    return made


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value) and bool(value)


def _to_cells(rows: list[dict[str, Any]], found: dict[str, str | int]) -> RawCells:
    """Columns in the order in which their names first appear."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = []
    for name in names:
        cells = [row.get(name) for row in rows]
        nested = [i for i, cell in enumerate(cells, 1) if isinstance(cell, dict | list)]
        if nested:
            raise InputError(
                f"row {nested[0]}, column '{name}': holds an object or a list ({len(nested)} such "
                "rows); give each value a column of its own"
            )
        texts = [str(cell).lower() if isinstance(cell, bool) else cell for cell in cells]
        try:
            columns.append(pa.chunked_array([pa.array([name, *texts], TEXT)]).slice(1))
        except UnicodeEncodeError:
            raise InputError(
                f"column {len(columns) + 1} from the left: holds half a character, an escaped "
                "surrogate without its other half; write the JSON anew"
            ) from None
    return RawCells(names, columns, found)
