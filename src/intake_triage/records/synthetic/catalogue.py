"""The catalogue of the synthetic clinic: YAML files read, checked and turned into frozen values.

The folder holds `complaints.yaml`, `requests.yaml`, `history.yaml`, `course.yaml`, `network.yaml`,
`fields.yaml`, `wording.yaml` and `conditions/<specialty>.yaml`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from intake_triage.errors import InputError
from intake_triage.records.synthetic.classes import REGISTERS, SPECIALTY
from intake_triage.records.synthetic.entries import (
    Condition,
    Course,
    FieldEntries,
    Network,
    Phrases,
    Wording,
)
from intake_triage.section import read_yaml

T = TypeVar("T")


@dataclass(frozen=True)
class Catalogue:
    """Everything the synthetic clinic is made of.

    `conditions` is keyed by name, in the order of the files; `homes` names the file (the
    sub-specialty) that each condition stands in. The others are a file each, of the same name.
    """

    complaints: dict[str, Phrases]
    requests: dict[str, Phrases]
    history: dict[str, Phrases]
    course: Course
    network: Network
    fields: FieldEntries
    wording: Wording
    conditions: dict[str, Condition]
    homes: dict[str, str]

    @property
    def things(self) -> dict[str, Phrases]:
        """All that a form may mention in a place: complaints, requests, standing illnesses."""
        return self.complaints | self.requests | self.history


def load_catalogue(folder: Path) -> Catalogue:
    """Read and check the catalogue in `folder`.

    Raises
    ------
    InputError
        One line naming the file, the entry and what is wrong with it.
    """
    conditions, homes = _read_conditions(folder / "conditions")
    kinds = get_type_hints(Catalogue)
    del kinds["conditions"], kinds["homes"]
    files = {name: _read(folder / f"{name}.yaml", kind) for name, kind in kinds.items()}
    catalogue = Catalogue(**files, conditions=conditions, homes=homes)
    _check_names_are_known(folder, catalogue)
    _check_phrases_are_unique(folder, catalogue)
    return catalogue


def _read_conditions(folder: Path) -> tuple[dict[str, Condition], dict[str, str]]:
    """All conditions, and the name of the file that each stands in."""
    conditions: dict[str, Condition] = {}
    homes: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml")):
        if file.stem not in SPECIALTY:
            raise InputError(f"{file}: named after no sub-specialty; may be {', '.join(SPECIALTY)}")
        for name, condition in _read(file, dict[str, Condition]).items():
            if name in conditions:
                raise InputError(f"{file}: {name}: also in {homes[name]}.yaml")
            conditions[name] = condition
            homes[name] = file.stem
    if not conditions:
        raise InputError(f"{folder}: no condition in any <specialty>.yaml")
    return conditions, homes


def _read(file: Path, kind: type[T]) -> T:
    """Parse one YAML file as `kind`."""
    try:
        return TypeAdapter(kind).validate_python(read_yaml(file))
    except ValidationError as error:
        first = error.errors()[0]
        entry = ".".join(str(part) for part in first["loc"]) or "the whole file"
        what = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{file}: {entry}: {what}") from None


def _check_names_are_known(folder: Path, catalogue: Catalogue) -> None:
    """Refuse a condition that names a complaint, an illness or a season of no file."""
    complaints = (catalogue.complaints | catalogue.requests, "complaints.yaml or requests.yaml")
    known = dict.fromkeys(("core", "further", "alarm"), complaints)
    known["history"] = (catalogue.history, "history.yaml")
    known["season"] = ({None: None} | catalogue.network.seasons, "network.yaml")
    for name, condition in catalogue.conditions.items():
        for key, (names, files) in known.items():
            named = [condition.season] if key == "season" else getattr(condition, key)
            for unknown in [entry for entry in named if entry not in names]:
                file = folder / "conditions" / f"{catalogue.homes[name]}.yaml"
                raise InputError(f"{file}: {name}.{key}: {unknown} is not in {files}")


def _check_phrases_are_unique(folder: Path, catalogue: Catalogue) -> None:
    """Refuse a phrase that would stand for two things: the text would lose what was mentioned."""
    values = {
        f"{name} {level}": phrases
        for name, family in catalogue.course.families.items()
        for level, phrases in enumerate(family.values, start=1)
    }
    owner: dict[str, str] = {}
    for name, phrases in (catalogue.things | values).items():
        for phrase in {p for register in REGISTERS for p in getattr(phrases, register)}:
            if owner.setdefault(phrase, name) != name:
                raise InputError(f"{folder}: {name}: {phrase!r} already stands for {owner[phrase]}")
