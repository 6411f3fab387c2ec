"""A table of records, looked through for identifiers: refused, or its texts redacted."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.params import DataParams
from intake_triage.records.identifiers.find import (
    Found,
    find_identifiers,
    id_patterns,
    redact,
    text_patterns,
)
from intake_triage.records.identifiers.names import NOT_LOOKED_FOR, NameFinder, load_name_finder
from intake_triage.records.identifiers.pattern import Pattern
from intake_triage.records.schema import RecordSchema, RecordTable
from intake_triage.records.values.ages import cut_ages

ROWS_SHOWN = 5
# Site and subject, as "200-101-1001": no area or exchange of North America is so. 555 is what an
# invented number begins with, and may be followed by anything.
NO_PHONE = re.compile(r"(?:[2-9]00\W\d{3}|(?!555)\d{3}\W[01]\d\d)\W\d{4}")


@dataclass(frozen=True)
class Screened:
    """Records after the screen.

    Attributes
    ----------
    frame : a copy with matches replaced and numeric fields of age top-coded at 90
    found : number of records by kind
    names_and_places : what looked for them in a user's file; empty for another source
    """

    frame: pd.DataFrame
    found: dict[str, int]
    names_and_places: str


@dataclass
class Findings:
    """Rows, counted from 1, in which a kind of identifier was found."""

    rows: dict[str, set[int]] = field(default_factory=dict)

    def add(self, position: int, found: Iterable[Found]) -> None:
        """Note what was found in the row at a position, counted from 0."""
        for one in found:
            self.rows.setdefault(one.kind, set()).add(int(position) + 1)

    def count(self) -> dict[str, int]:
        """Number of records by kind."""
        return {kind: len(rows) for kind, rows in sorted(self.rows.items())}

    def describe(self) -> str:
        """Counts and first rows, such as "6 records (email 1, phone 6), first in rows 4, 6"."""
        rows = sorted(set().union(*self.rows.values()))
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.count().items())
        first = ", ".join(str(row) for row in rows[:ROWS_SHOWN])
        return f"{len(rows)} records ({kinds}), first in rows {first}"


def screen_identifiers(table: RecordTable, params: DataParams) -> Screened:
    """Look through texts, categorical fields, subgroups, ids and groups.

    Raises
    ------
    InputError
        Counts by kind and the first rows, a line for each column of ids and, unless
        `data.identifiers` is "redact", one for all else; never the matched text. Ids are refused
        even then, since two of them would become one.
    """
    regions = params.identifiers_region
    # The other sources are invented, or codes.
    names = load_name_finder() if params.source == "file" else None
    frame = table.frame.copy()
    findings = Findings()
    patterns = text_patterns(regions)
    for column in ["text", *_worded_columns(table.schema)]:
        finder = names if column == "text" else None
        frame[column] = _redact_column(frame[column], patterns, finder, findings)
    faults = _screen_ids(table, id_patterns(regions))
    if findings.rows and params.identifiers != "redact":
        faults.append(
            f"possible identifiers in {findings.describe()}; "
            "remove them, or set data.identifiers to redact"
        )
    if faults:
        raise InputError("\n".join(f"{params.path}: {fault}" for fault in faults))
    for each in table.schema.fields:
        if each.kind == "numeric":
            name = each.name
            frame[name] = cut_ages(frame[name], name, table.source_columns.get(name, name))
    said = names.description if names else NOT_LOOKED_FOR
    return Screened(frame, findings.count(), said if params.source == "file" else "")


def _worded_columns(schema: RecordSchema) -> list[str]:
    """Fields and subgroups whose values are words, each once."""
    numeric = {field.name for field in schema.fields if field.kind == "numeric"}
    named = [*(field.name for field in schema.fields), *schema.subgroups]
    return [name for name in dict.fromkeys(named) if name not in numeric]


def _screen_ids(table: RecordTable, patterns: tuple[Pattern, ...]) -> list[str]:
    """What is wrong with the ids and the groups, a line a column."""
    faults = []
    for column in ("record_id", "group"):
        if column not in table.frame:
            continue
        findings = Findings()
        codes, values = pd.factorize(table.frame[column])
        held = [_find_in_id(str(value), patterns) for value in values]
        for position in _rows_with(held, codes):
            findings.add(position, held[codes[position]])
        if findings.rows:
            faults.append(
                f"column '{table.source_columns.get(column, column)}': possible identifiers in "
                f"{findings.describe()}; ids cannot be redacted, put made-up ones in their place"
            )
    return faults


def _find_in_id(value: str, patterns: tuple[Pattern, ...]) -> list[Found]:
    """What is in an id; a telephone number must be the whole of it, with two signs or more."""
    found = find_identifiers(value, patterns)
    written = value.strip()
    signs = sum(not character.isdigit() for character in written)
    may_be_phone = signs >= 2 and not NO_PHONE.fullmatch(written)
    return [
        one
        for one in found
        if one.kind != "phone" or (may_be_phone and one.end - one.start == len(written))
    ]


def _redact_column(
    values: pd.Series,
    patterns: tuple[Pattern, ...],
    names: NameFinder | None,
    findings: Findings,
) -> pd.Series:
    """The column with its identifiers replaced by their kinds; what is found goes to `findings`."""
    codes, distinct = pd.factorize(values)  # values repeat, and each is looked at once
    texts = [str(value) for value in distinct]
    held = [find_identifiers(text, patterns) for text in texts]
    if names:
        held = [_merge(*both) for both in zip(held, names.find(texts), strict=True)]
    positions = _rows_with(held, codes)
    if not len(positions):
        return values
    replaced = values.to_numpy(object, copy=True)
    for position in positions:
        code = codes[position]
        findings.add(position, held[code])
        replaced[position] = redact(texts[code], held[code])
    return pd.Series(replaced, index=values.index, dtype=values.dtype)


def _rows_with(held: list[list[Found]], codes: np.ndarray) -> np.ndarray:
    """Positions whose value, numbered by `codes`, holds something; a missing one has number -1."""
    return np.flatnonzero(np.array([*map(bool, held), False])[codes])


def _merge(found: list[Found], names: list[Found]) -> list[Found]:
    """Both, without the names that overlap what a pattern or another name has taken."""
    merged = list(found)
    for name in sorted(names, key=lambda one: one.start - one.end):
        if all(name.end <= one.start or name.start >= one.end for one in merged):
            merged.append(name)
    return sorted(merged, key=lambda one: one.start)
