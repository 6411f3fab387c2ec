"""params.yaml made wrong at every key, by the schema that its models give; and tricks of YAML."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intake_triage.params import Params

TEXT = (Path(__file__).resolve().parents[2] / "params.yaml").read_text(encoding="utf-8")
RAW = yaml.safe_load(TEXT)
SCHEMA = Params.model_json_schema()
ANY_TYPE: dict[str, Any] = {  # a value of each
    "null": None,
    "boolean": True,
    "integer": 7,
    "number": 0.5,
    "string": "no such word",
    "array": [],
    "object": {},
}
ABSENT = object()
BOUNDS = {"minimum": -1, "exclusiveMinimum": 0, "maximum": 1, "exclusiveMaximum": 0}
Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Bad:
    """A file of params that is wrong at one key."""

    key: Key
    fault: str
    value: Any

    def write(self) -> bytes:
        """The file, which is the committed one but for this key."""
        changed = deepcopy(RAW)
        section = look_up(changed, self.key[:-1])
        if self.value is ABSENT:
            del section[self.key[-1]]
        else:
            section[self.key[-1]] = self.value
        return yaml.dump(changed, Dumper=yaml.CSafeDumper, encoding="utf-8")


def list_bad_params() -> dict[Key, list[Bad]]:
    """By key: missing, of every wrong type, beyond every bound; a section with a key too many."""
    bad_at: dict[Key, list[Bad]] = {}
    for key, schema in walk(RAW, SCHEMA):
        bad = bad_at.setdefault(key, [])
        value = look_up(RAW, key)
        faults = {} if not key else dict(list_wrong_values(schema, value, is_name=is_name(key)))
        bad += [Bad(key, fault, wrong) for fault, wrong in faults.items()]
        if key and isinstance(look_up(RAW, key[:-1]), dict) and not is_named_by_users(key):
            bad.append(Bad(key, "missing", ABSENT))
        if "properties" in schema:
            bad.append(Bad((*key, "no_such_key"), "unknown", 1))
    return bad_at


def walk(value: Any, schema: dict, key: Key = ()) -> Iterator[tuple[Key, dict]]:
    """Every key of the file and what its schema says; of lists and `encoder.options` no deeper."""
    schema = resolve(schema)
    yield key, schema
    if isinstance(value, dict):
        for name, inner in value.items():
            inner_schema = schema.get("properties", {}).get(
                name, schema.get("additionalProperties")
            )
            if isinstance(inner_schema, dict):
                yield from walk(inner, inner_schema, (*key, name))
    elif isinstance(value, list) and value:
        yield (*key, 0), resolve(schema["items"])


def resolve(schema: dict) -> dict:
    """The schema that a reference stands for."""
    if "$ref" in schema:
        return SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def list_wrong_values(schema: dict, value: Any, *, is_name: bool) -> Iterator[tuple[str, Any]]:
    """Values that a schema does not allow, by what is wrong with them."""
    options = [resolve(option) for option in schema.get("anyOf", [schema])]
    types = {option.get("type", "string") for option in options}
    if any(not option for option in options):  # anything goes
        return
    types |= {"integer"} if "number" in types else set()
    types |= {"integer", "number"} if is_name else set()
    for kind, given in ANY_TYPE.items():
        if kind not in types:
            yield f"of type {kind}", given
    if "number" in types or "integer" in types:
        yield "not a number", float("nan")
        yield "1e309", float("inf")
        if not is_name:
            yield "a number as text", "7"
    for option in options:
        step = 1 if option.get("type") == "integer" else 1e-6
        for bound, sign in BOUNDS.items():
            if bound in option:
                yield f"beyond {bound}", option[bound] + sign * step * max(1, abs(option[bound]))
        if "enum" in option or "const" in option:
            yield "another word", "no such word"
        if option.get("minItems"):
            yield "too few", value[: option["minItems"] - 1]
        if "maxItems" in option:
            yield "too many", [f"item {i}" for i in range(option["maxItems"] + 1)]
        if option.get("minLength"):
            yield "empty", " " if is_name else ""
        if "pattern" in option:
            yield "two lines", "one\ntwo"


def is_named_by_users(key: Key) -> bool:
    """Whether a section's keys are the user's, who may leave any of them out."""
    return key[:-1] in {("data", "file", "fields"), ("data", "file", "subgroups")} or (
        key[-1] in ("low", "high")
    )


def is_name(key: Key) -> bool:
    """Whether a key holds a user's name, which may be written as a number."""
    plain = ("encoding", "date_format", "kind", "separator", "quoting", "decimal")
    return key[:2] == ("data", "file") and not {*plain} & {*key} and key[-1] != "drop_small"


def look_up(value: Any, key: Key) -> Any:
    for part in key:
        value = value[part]
    return value


def _instead(old: str, new: str) -> bytes:
    assert TEXT.count(old) >= 1, old
    return TEXT.replace(old, new, 1).encode()


def _billion_laughs() -> bytes:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    return (TEXT + "\n".join(lines) + "\n").encode()


SEED = "  seed: 20 "
TRICKS: dict[str, tuple[bytes, str]] = {  # by name, the file and what its one line says
    "an anchor": (_instead(SEED, "  seed: &twenty 20 "), ", line 5: &twenty is YAML's sign"),
    "an alias": (_instead(SEED, "  seed: *twenty "), ", line 5: *twenty is YAML's sign"),
    "a billion laughs": (_billion_laughs(), "&a0 is YAML's sign for what stands elsewhere"),
    "a list within itself": ((TEXT + "r: &r [*r]\n").encode(), "&r is YAML's sign"),
    "a merge key": (_instead(SEED, "  <<: {seed: 20} "), ", line 5: `<<` takes in another block"),
    "a key twice": (_instead(SEED, f"{SEED}\n  seed: 21 "), ", line 6: seed stands twice"),
    "a section twice": ((TEXT + "mtl: {}\n").encode(), ": mtl stands twice; leave one out"),
    "a call of Python": (
        _instead(SEED, "  seed: !!python/object/apply:os.system ['true'] "),
        ", line 5: tag:yaml.org,2002:python/object/apply:os.system is a tag of YAML",
    ),
    "a name of Python": (
        _instead(SEED, "  seed: !!python/name:os.system "),
        ", line 5: tag:yaml.org,2002:python/name:os.system is a tag of YAML",
    ),
    "a tag that is no harm": (_instead(SEED, "  seed: !!int 20 "), ", line 5: tag:yaml.org,2002:i"),
    "a set": (_instead(SEED, "  seed: !!set {a} "), ", line 5: tag:yaml.org,2002:set is a tag"),
    "bytes": (_instead(SEED, "  seed: !!binary AAAA "), "binary is a tag of YAML"),
    "a tag of its own": (_instead(SEED, "  seed: !mine 20 "), ", line 5: !mine is a tag"),
    "a list as key": ((TEXT + "? [a]\n: 1\n").encode(), ": a key is a list or a block"),
    "a number as key": ((TEXT + "7: 1\n").encode(), ": 7: a key must be a name"),
    "nothing as key": ((TEXT + "~: 1\n").encode(), ": None: a key must be a name"),
    "two lines in a key": ((TEXT + '"a\\nb": 1\n').encode(), r": a\nb: unknown key"),
    "a long key": ((TEXT + f"? {'k' * 9000}\n: 1\n").encode(), "kkk…: unknown key"),
    "a long value": (_instead(SEED, f"  seed: {'v' * 9000} "), "vvv…; it may be a valid integer"),
    "too deep": ((TEXT + f"a: {'[' * 900}{']' * 900}\n").encode(), "more than 20 blocks within"),
    "far too deep": ((TEXT + f"a: {'[' * 90_000}").encode(), "more than 20 blocks within"),
    "two documents": ((TEXT + "---\na: 1\n").encode(), "but found another document"),
    "a tab": (_instead(SEED, "\tseed: 20 "), ", line 5: not valid YAML: found character"),
    "an open bracket": ((TEXT + "a: [\n").encode(), "not valid YAML: "),
    "an open quote": (_instead(SEED, '  seed: "20 '), "not valid YAML: "),
    "another indent": (_instead(SEED, "   seed: 20 "), ", line 5: not valid YAML: "),
    "a date that is none": (_instead(SEED, "  seed: 2024-13-45 "), ", line 5: '2024-13-45' is no"),
    "a hex that is none": (_instead(SEED, "  seed: 0x_ "), ", line 5: '0x_' is no number or date"),
    "more digits than any": (_instead(SEED, f"  seed: {'9' * 5000} "), "999… is no number or date"),
    "half a character": (_instead(SEED, '  seed: "\\ud800" '), ", line 5: not valid YAML: "),
    "a null byte": ((TEXT + "\0").encode(), "it holds a control character"),
    "an escape": ((TEXT + "a: \x1b[31m\n").encode(), "it holds a control character"),
    "Latin-1": (TEXT.encode() + b"# \xe9\n", "not valid YAML, which is text in UTF-8"),
    "UTF-16": (TEXT.encode("utf-16"), "not valid YAML, which is text in UTF-8"),
    "nothing": (b"", "expected sections data, "),
    "comments alone": (b"# nothing\n", "expected sections data, "),
    "a list": (b"- data\n", "expected sections data, "),
    "a word": (b"data\n", "expected sections data, "),
    "JSON": (json.dumps([RAW]).encode(), "expected sections data, "),
    "1e-3": (_instead("learning_rate: 0.001", "learning_rate: 1e-3"), "number: 0.001 without quo"),
    "1e309": (_instead("learning_rate: 0.001", "learning_rate: 1e309"), "it may be a valid number"),
    "a float of 1e309": (_instead("learning_rate: 0.001", "learning_rate: 1.0e+309"), "a finite n"),
    "NaN": (_instead("learning_rate: 0.001", "learning_rate: .nan"), "it may be a finite number"),
    "NaN as a name": (_instead("text: complaint", "text: .nan"), "got nan, which is no name"),
    "yes as a name": (_instead("text: complaint", "text: yes"), "got True, which YAML reads from"),
    "a day as a name": (
        _instead("text: complaint", "text: 2024-05-31"),
        "it may be a valid string",
    ),
    "octal": (_instead(SEED, "  seed: 0o24 "), "it may be a valid integer"),
    "base sixty": (_instead("n_records: 40000", "n_records: 1:00"), "how YAML writes 60"),
}
