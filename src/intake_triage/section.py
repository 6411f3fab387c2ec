"""A block of a file of params as a typed, frozen value, and how such a file is read and refused."""

from pathlib import Path
from typing import Annotated, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intake_triage.errors import InputError, refuse

Share = Annotated[float, Field(ge=0, le=1)]
OpenShare = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0)]


class Section(BaseModel):
    """One block of params.yaml: every key required, no key unknown, no type coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Checked = TypeVar("Checked", bound=Section)


def load_as(model: type[Checked], path: Path) -> Checked:
    """Read and check a file of params.

    Raises
    ------
    InputError
        A line for each key that is unknown, missing, of the wrong type or out of range: the key,
        what it got, and what it may be.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run from the root of the checkout") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise InputError(f"{path}{line}: not valid YAML") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not valid YAML, which is text in UTF-8") from None
    if not isinstance(raw, dict):
        raise InputError(f"{path}: expected sections {', '.join(model.model_fields)}")
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        refuse(path, [line for fault in error.errors() for line in _describe(fault, model)])


def _describe(error: dict, model: type[Section]) -> list[str]:
    """Turn one of pydantic's errors into lines `key: got …; may be …`."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] in ("extra_forbidden", "missing"):
        known = ", ".join(_keys_beside(error["loc"], model))
        if error["type"] == "missing":
            return [f"{key}: missing; this section must have {known}"]
        return [f"{key}: unknown key; this section may have {known}"]
    if error["type"] == "value_error":  # of our own, which may hold several faults of a section
        faults = error["msg"].removeprefix("Value error, ").splitlines()
        return [f"{key}: {fault}" for fault in faults]
    if error["type"] in ("model_type", "dict_type"):
        may_be = "a block of `key: value` lines"
    elif error["type"] == "too_short":
        may_be = f"a list of {error['ctx']['min_length']} or more"
    elif error["type"] == "too_long":
        may_be = f"a list of {error['ctx']['max_length']} or fewer"
    elif error["type"] == "string_too_short":
        may_be = "a text that is not empty"
    else:
        may_be = error["msg"].removeprefix("Input should be ")
    return [f"{key}: got {error['input']!r}; it may be {may_be}"]


def _keys_beside(location: tuple[str | int, ...], model: type[Section]) -> list[str]:
    """The keys that the section holding `location` knows."""
    section: type[BaseModel] = model
    parts = iter(location[:-1])
    for part in parts:
        annotation = section.model_fields[part].annotation
        if get_origin(annotation) is dict:  # a mapping of sections, whose names are the user's
            next(parts, None)
            annotation = get_args(annotation)[-1]
        section = annotation
    return list(section.model_fields)
