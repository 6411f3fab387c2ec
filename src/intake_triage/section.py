"""A block of a file of params as a typed, frozen value, and how such a file is read and refused."""

import math
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from intake_triage.errors import InputError, refuse

LARGEST = 2**31 - 1  # of a whole number that libraries in C take

Share = Annotated[float, Field(ge=0, le=1)]
OpenShare = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, le=1e6)]
NonNegative = Annotated[float, Field(ge=0, le=1e6)]
AboveOne = Annotated[float, Field(gt=1, le=1e6)]
Count = Annotated[int, Field(ge=1, le=LARGEST)]
OneLine = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
Seed = Annotated[int, Field(ge=0, le=LARGEST)]

DEEPEST = 20  # blocks within blocks of a file of YAML
LONGEST, LINE = 100, 500  # letters of a wrong value that are shown, and of what is said of it


class Section(BaseModel):
    """One block of params.yaml: every key required, no key unknown, no type coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Checked = TypeVar("Checked", bound=Section)


class _Refused(yaml.MarkedYAMLError):
    """What YAML allows and a file of params may not hold."""


class _Loader(yaml.CSafeLoader):
    """A safe loader that refuses a key that stands twice, and says where a scalar is wrong.

    A whole number must be written as it is read: in a list of names 00, 010 and 12:30 would be
    0, 8 and 750.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                _refuse_yaml("`<<` takes in another block; write its keys out", key_node.start_mark)
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                _refuse_yaml("a key is a list or a block; give it a name", key_node.start_mark)
            if key in seen:
                _refuse_yaml(f"{_show(key, str)} stands twice; leave one out", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            built = super().construct_object(node, deep=deep)
        except ValueError:  # such as 2024-13-01, which YAML takes for a date
            told = f"{_show(node.value)} is no number or date, though it looks like one; quote it"
            _refuse_yaml(told, node.start_mark)
        if node.tag == "tag:yaml.org,2002:int" and node.value != str(built):
            told = f"{_show(node.value, str)} is how YAML writes {_show(built)}"
            _refuse_yaml(f"{told}; write that, or quote it if it is a name", node.start_mark)
        return built


def read_yaml(path: Path) -> Any:
    """Read a file of YAML that says what it says in full: no anchors, tags or keys that come twice.

    Raises
    ------
    InputError
        In one line, with the file's line where it is known, if there is no such file, or it is no
        such YAML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        _check_events(text)
        return yaml.load(text, Loader=_Loader)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run from the root of the checkout") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; it must be a file that can be read") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not valid YAML, which is text in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        about = "" if isinstance(error, _Refused) else "not valid YAML: "
        raise InputError(f"{path}{line}: {about}{_show(error.problem, str, LINE)}") from None
    except yaml.YAMLError:
        raise InputError(f"{path}: not valid YAML: it holds a control character") from None


def _check_events(text: str) -> None:
    """Refuse, before anything is built, what could make a short text a large or another value."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            _refuse_yaml(f"more than {DEEPEST} blocks within blocks", event.start_mark)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            told = f"{sign}{event.anchor} is YAML's sign for what stands elsewhere"
            _refuse_yaml(f"{told}; write it out, or quote it", event.start_mark)
        if getattr(event, "tag", None) is not None:
            told = f"{event.tag} is a tag of YAML; leave it out, or quote it"
            _refuse_yaml(told, event.start_mark)


def _refuse_yaml(problem: str, mark: yaml.Mark) -> NoReturn:
    raise _Refused(problem=problem, problem_mark=mark)


def load_as(model: type[Checked], path: Path) -> Checked:
    """Read and check a file of params.

    Raises
    ------
    InputError
        A line for each key that is unknown, missing, of the wrong type or out of range: the key,
        what it got, and what it may be; or as `read_yaml`.
    """
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise InputError(f"{path}: expected sections {', '.join(model.model_fields)}")
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        refuse(path, [line for fault in error.errors() for line in _describe(fault, model)])


def _describe(error: dict, model: type[Section]) -> list[str]:
    """Turn one of pydantic's errors into lines `key: got …; may be …`."""
    key = ".".join(_show(part, str) for part in error["loc"])
    if error["type"] in ("extra_forbidden", "missing"):
        known = ", ".join(_keys_beside(error["loc"], model))
        if error["type"] == "missing":
            return [f"{key}: missing; this section must have {known}"]
        return [f"{key}: unknown key; this section may have {known}"]
    if error["type"] == "value_error":  # of our own, which may hold several faults of a section
        return [f"{key}: {_show(fault, str, LINE)}" for fault in error["ctx"]["error"].args]
    if error["type"] == "invalid_key":
        return [f"{key}: a key must be a name; quote it if this is one"]
    if error["type"] in ("model_type", "dict_type"):
        may_be = "a block of `key: value` lines"
    elif error["type"] == "too_short":
        may_be = f"a list of {error['ctx']['min_length']} or more"
    elif error["type"] == "too_long":
        may_be = f"a list of {error['ctx']['max_length']} or fewer"
    elif error["type"] == "string_too_short":
        may_be = "a text that is not empty"
    elif error["type"] == "string_pattern_mismatch":
        may_be = "a text on one line, without control characters"
    else:
        may_be = error["msg"].removeprefix("Input should be ")
    may_be += _hint_at_number(error)
    return [f"{key}: got {_show(error['input'])}; it may be {may_be}"]


def _hint_at_number(error: dict) -> str:
    """Of a number that was read as text, how to write it: YAML takes 1e-3 for text."""
    kind = {"int_type": int, "float_type": float}.get(error["type"])
    given = error["input"]
    if kind is None or not isinstance(given, str) or len(given) > LONGEST:
        return ""
    try:
        number = kind(given)
    except ValueError:
        return ""
    return f": {number} without quotes" if math.isfinite(number) else ""


def _show(given: object, write: Callable[[object], str] = repr, longest: int = LONGEST) -> str:
    """A value on one line, control characters escaped, and its start alone where it is long."""
    written = write(given)[: longest + 1]
    line = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in written)
    return line if len(line) <= longest else f"{line[:longest]}…"


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
