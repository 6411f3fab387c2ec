"""Forms as they come in: a model that the bundle's own JSON Schema is made into, and a table."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, create_model

from intake_triage.file_params import cell_key
from intake_triage.records.forms.values import find_outside
from intake_triage.records.values.ages import cut_ages
from intake_triage.release.bundle.load import Bundle

KINDS = {"string": str, "number": float}
CONSTRAINTS = {"maxLength": "max_length", "pattern": "pattern"}


def form_model(schema: Mapping[str, Any]) -> type[BaseModel]:
    """The pydantic model of one form, whose JSON Schema is `schema` itself.

    Nothing is coerced: a number in quotes is no number. Attributes are numbered, so that a field
    may have any name; names are aliases.

    Parameters
    ----------
    schema : mapping
        As `describe_form` gives it.
    """
    fields = {
        f"entry_{i}": _entry(name, kind, needed=name in schema["required"])
        for i, (name, kind) in enumerate(schema["properties"].items())
    }

    def tell(generated: dict[str, Any]) -> None:
        generated.clear()
        generated.update(schema)

    config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, json_schema_extra=tell)
    return create_model("Form", __config__=config, **fields)


def one_or_many(form: type[BaseModel], most: int) -> Any:
    """The type of a request's body: a form, or a list of up to `most`; each fault names its own."""
    many = Annotated[list[form], Field(min_length=1, max_length=most), Tag("many")]
    return Annotated[
        Annotated[form, Tag("one")] | many,
        Discriminator(lambda body: "many" if isinstance(body, list) else "one"),
    ]


def as_table(forms: Sequence[Mapping[str, Any]], bundle: Bundle) -> tuple[pd.DataFrame, np.ndarray]:
    """Forms as the models read them, and which of them have a number outside its bounds.

    What a form holds is read as a cell of a table is: such a number counts as missing, and so does
    a word that means so; a category may be spelled in another case. A date, and a subgroup that is
    no field, are missing: no form has them. Entries are read one by one: for the one form that
    most requests have, what tables are read by would take as long as some of the models.

    Parameters
    ----------
    forms : sequence of mappings
        What each form holds, by name; at least one.

    Returns
    -------
    DataFrame as `FormPiece` has it; bool array of shape (n_forms,)
    """
    columns: dict[str, Any] = {name: _texts(forms, name) for name in ("record_id", "text")}
    out_of_bounds = np.zeros(len(forms), dtype=bool)
    for field in bundle.schema.fields:
        given = [form[field.name] for form in forms]
        if field.kind == "categorical":
            meant = _category_of(field.categories, tuple(bundle.mapping.missing))
            columns[field.name] = pd.array(
                [None if entry is None else meant(entry) for entry in given], dtype="str"
            )
            continue
        numbers = np.array(given, dtype=np.float64)
        outside = find_outside(numbers, field)
        out_of_bounds |= outside
        within = np.where(outside, np.nan, numbers)
        columns[field.name] = cut_ages(within, field.name, bundle.mapping.fields[field.name])
    for name in bundle.schema.subgroups:
        columns.setdefault(name, pd.array([None] * len(forms), dtype="str"))
    if bundle.mapping.date is not None:
        columns["date"] = np.full(len(forms), np.datetime64("NaT", "s"))
    return pd.DataFrame(columns), out_of_bounds


def _texts(forms: Sequence[Mapping[str, Any]], name: str) -> pd.api.extensions.ExtensionArray:
    return pd.array([form[name] for form in forms], dtype="str")


@cache
def _category_of(
    categories: tuple[str, ...], missing: tuple[str, ...]
) -> Callable[[str], str | None]:
    """What an entry means: as `clear_missing` and `match_categories` say of a cell."""
    spelling = {cell_key(name): name for name in categories} | {name: name for name in categories}
    absent = {"", *map(cell_key, missing)}

    def meant(entry: str) -> str | None:
        entry, key = entry.strip(), cell_key(entry)
        return None if key in absent else spelling.get(entry, spelling.get(key, entry))

    return meant


def _entry(name: str, kind: Mapping[str, Any], *, needed: bool) -> tuple[Any, Any]:
    types = kind["type"] if isinstance(kind["type"], list) else [kind["type"]]
    constraints = {ours: kind[key] for key, ours in CONSTRAINTS.items() if key in kind}
    (of,) = (KINDS[each] for each in types if each != "null")
    annotation = Annotated[of, Field(**constraints)]
    if "null" in types:
        annotation = annotation | None
    return annotation, Field(... if needed else None, alias=name)
