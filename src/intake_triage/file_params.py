"""Section `data.file` of params.yaml: how the user's table is saved, and what it calls what."""

import math
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from intake_triage.section import Count, Section
from intake_triage.tasks import TASKS, Task

OWN_COLUMNS = ("record_id", "text", "urgency", "specialty", "group", "date", "unit", "split")
LISTED_UNDER: dict[Task, str] = {"urgency": "urgency_levels", "specialty": "specialties"}
GIVEN = {  # what may not be empty, and the mend
    "text": "name the column of the complaint",
    "urgency_levels": "list the tiers, most urgent first",
    "specialties": "list the sub-specialties",
}
WHOLE_NUMBER = re.compile(r"(-?\d+)[.,]0{1,2}")  # as programs write whole numbers beside a gap


def cell_key(text: str) -> str:
    """What labels, classes and missing marks are compared by.

    Letter case, blanks around and repeated blanks within are left aside, and so is how an accent is
    put together; a whole number is the same with and without a decimal zero.
    """
    key = unicodedata.normalize("NFC", " ".join(text.split()).casefold())
    whole = WHOLE_NUMBER.fullmatch(key)
    return whole[1] if whole else key


def _number_as_text(value: object) -> object:
    """What a person means who writes a name as a number; what YAML took for a yes or no is lost."""
    if isinstance(value, bool):
        raise ValueError(f"got {value}, which YAML reads from yes, no, on and off too; quote it")
    if isinstance(value, int | float):
        if not abs(value) < math.inf:
            raise ValueError(f"got {value}, which is no name; quote it if it is one")
        return cell_key(str(value))
    return value


def _names_differ(given: object) -> object:
    """Refuse keys that are one name without the blanks around: the last would replace others."""
    if not isinstance(given, dict):
        return given
    names = [key.strip() if isinstance(key, str) else cell_key(str(key)) for key in given]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        told = "stands twice, for blanks around a name are left aside; leave one out"
        raise ValueError(*(f"'{name}' {told}" for name in twice))
    return given


def _as_written(bound: float) -> float:
    """A whole number without its decimal zero, so that 0 and 0.0 are the same bytes."""
    return int(bound) if bound.is_integer() else bound


Bound = Annotated[float, Field(ge=-1e15, le=1e15), AfterValidator(_as_written)]
FromNumber = BeforeValidator(_number_as_text)
Mark = Annotated[str, FromNumber]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), FromNumber]
NamesDiffer = BeforeValidator(_names_differ)
Names = Annotated[dict[Name, Name], NamesDiffer]


class FileFieldParams(Section):
    """One structured field of the user's own table; `low` and `high` bound a numeric one."""

    column: Name
    kind: Literal["numeric", "categorical"]
    low: Bound | None = None
    high: Bound | None = None

    @model_validator(mode="after")
    def _bounds_belong_to_numbers(self) -> "FileFieldParams":
        if self.kind == "categorical" and (self.low is not None or self.high is not None):
            raise ValueError("only a numeric field may have `low` and `high`")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        return self


class MergeParams(Section):
    """By task, which class is taken into which other one: `old: new`."""

    urgency: Names
    specialty: Names


def _is_encoding(name: str) -> str:
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise ValueError(
            f"got {name!r}, which names no encoding that Python knows; it may be utf-8, cp1252, "
            "gb18030 and the like"
        ) from None
    return name


class Saved(Section):
    """How a table is saved; a null key is found out."""

    encoding: Annotated[str, AfterValidator(_is_encoding)] | None
    separator: Literal[",", ";", "\t", "|"] | None
    quoting: Literal["doubled", "backslash"] | None  # how a quote stands inside a quoted cell
    sheet: Name | None
    header_row: Count


UNTOLD = Saved(encoding=None, separator=None, quoting=None, sheet=None, header_row=1)


class FileParams(Saved):
    """How the user's table is saved, and which of its columns is what.

    A null mark or format is found out; a null column is absent from the table. The classes of a
    label without a column are not looked at.
    """

    decimal: Literal[".", ","] | None
    date_format: str | None
    missing: list[Mark]
    record_id: Name | None  # null: the row's number, from 1
    text: Name
    urgency: Name | None
    specialty: Name | None
    group: Name | None
    date: Name | None
    fields: Annotated[dict[Name, FileFieldParams], NamesDiffer]
    subgroups: Names
    urgency_levels: Annotated[list[Name], Field(min_length=2, max_length=7)]
    specialties: Annotated[list[Name], Field(min_length=2)]
    merge: MergeParams
    drop_small: bool

    def classes(self, task: Task) -> tuple[str, ...]:
        """The classes of a label that merging leaves, as listed; none where it has no column."""
        if getattr(self, task) is None:
            return ()
        merged = {cell_key(old) for old in getattr(self.merge, task)}
        listed: list[str] = getattr(self, LISTED_UNDER[task])
        return tuple(name for name in listed if cell_key(name) not in merged)

    def class_of_key(self, task: Task) -> dict[str, str]:
        """By `cell_key` of a cell, the class that it means, one of `classes(task)`."""
        of_key = {cell_key(name): name for name in self.classes(task)}
        merged = getattr(self.merge, task).items() if of_key else ()
        return of_key | {cell_key(old): of_key[cell_key(new)] for old, new in merged}

    @field_validator(*GIVEN, mode="before")
    @classmethod
    def _is_given(cls, given: object, key: ValidationInfo) -> object:
        if given is None or given == []:
            raise ValueError(f"empty; {GIVEN[key.field_name]}")
        return given

    @field_validator("date_format")
    @classmethod
    def _date_format_tells_the_day(cls, written: str | None) -> str | None:
        day = datetime(2024, 5, 31)
        try:
            told = written is None or datetime.strptime(day.strftime(written), written) == day
        except ValueError:
            told = False
        if not told:
            raise ValueError(
                f"got {written!r}, which does not give day, month and year;"
                ' write it such as "%d.%m.%Y" (a time and zone after the day need no mention)'
            )
        return written

    @model_validator(mode="after")
    def _is_consistent(self) -> "FileParams":
        faults = [*self._faults_of_names(), *self._faults_of_label_columns()]
        for task in TASKS:
            if getattr(self, task) is not None:
                faults += self._faults_of_classes(task) or self._faults_of_merging(task)
        if faults:
            raise ValueError(*faults)
        return self

    def _faults_of_names(self) -> Iterator[str]:
        if set(OWN_COLUMNS) & {*self.fields, *self.subgroups}:
            yield f"no field or subgroup may be called {', '.join(OWN_COLUMNS)}"
        for name, column in self.subgroups.items():
            if name in self.fields and self.fields[name].column != column:
                yield f"field and subgroup '{name}' must be the same column"

    def _faults_of_label_columns(self) -> Iterator[str]:
        labels = [getattr(self, task) for task in TASKS if getattr(self, task) is not None]
        if not labels:
            yield "urgency and specialty are both null; name the column of at least one"
        if len(set(labels)) < len(labels):
            yield f"urgency and specialty are the same column, '{self.urgency}'; set one to null"
        for name, field in self.fields.items():
            if field.column in labels:
                yield f"field '{name}' is the column of a label, '{field.column}'"
        if self.text in labels:
            yield f"text is the column of a label, '{self.text}'"

    def _faults_of_classes(self, task: Task) -> list[str]:
        under = LISTED_UNDER[task]
        marks = {cell_key(mark) for mark in self.missing}
        seen: dict[str, str] = {}
        faults = []
        for name in getattr(self, under):
            key = cell_key(name)
            if key in seen:
                faults.append(
                    f"{under}: '{seen[key]}' and '{name}' are one label,"
                    " for letter case, blanks and .0 are left aside; list it once"
                )
            if key in marks:
                faults.append(f"{under}: '{name}' is in `missing` too; take it out of one")
            seen[key] = name
        return faults

    def _faults_of_merging(self, task: Task) -> list[str]:
        merge: dict[str, str] = getattr(self.merge, task)
        listed = [cell_key(name) for name in getattr(self, LISTED_UNDER[task])]
        olds = [cell_key(old) for old in merge]
        faults = []
        for old, new in merge.items():
            at = f"merge.{task}: '{old}' into '{new}'"
            if olds.count(cell_key(old)) > 1:
                faults.append(f"{at}: '{old}' is merged twice, for letter case is left aside")
            if cell_key(old) in {cell_key(mark) for mark in self.missing}:
                faults.append(f"{at}: '{old}' is in `missing` too; take it out of one")
            if cell_key(new) in olds:
                faults.append(f"{at}: '{new}' is merged itself; name the class that is left")
            elif cell_key(new) not in listed:
                faults.append(f"{at}: '{new}' is not among {LISTED_UNDER[task]}")
            elif task == "urgency" and cell_key(old) not in listed:
                faults.append(f"{at}: list '{old}' in urgency_levels, in its place among the tiers")
        if not faults and len(listed) - len(set(listed) & set(olds)) < 2:
            faults.append(f"merge.{task}: leaves fewer than two classes")
        return faults or (_faults_of_distance(merge, listed) if task == "urgency" else [])


def _faults_of_distance(merge: dict[str, str], tiers: list[str]) -> list[str]:
    """A line for each class that takes in a tier which is not beside it once all are merged."""
    taken_in: dict[str, list[int]] = {}
    for old, new in merge.items():
        places = taken_in.setdefault(cell_key(new), [tiers.index(cell_key(new))])
        places.append(tiers.index(cell_key(old)))
    return [
        f"merge.urgency: '{new}' takes in a tier that is not beside it;"
        " urgency_levels are in order, so merge neighbours"
        for new, places in taken_in.items()
        if max(places) - min(places) >= len(places)
    ]
