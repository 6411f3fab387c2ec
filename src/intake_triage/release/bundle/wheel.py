"""The program that a bundle carries: a wheel of what scoring is made of, and what it needs."""

import os
import shutil
from collections.abc import Iterable
from importlib.metadata import requires, version
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from flit_core.wheel import make_wheel_in
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from intake_triage import __main__ as program
from intake_triage.files import replacing
from intake_triage.imports import GROUND, SOURCE, import_closure
from intake_triage.release.bundle.manifest import LIBRARIES

PYPROJECT = SOURCE.parent / "pyproject.toml"
TIMESTAMP = "315532800"  # 1980-01-01, the first that a zip file can hold
# What every bundle imports beside the libraries that its numbers depend on.
SCORING = ("pyarrow", "pydantic", "pyyaml", "tqdm", "charset-normalizer")
WORKBOOKS = ("python-calamine",)
PILOT = ("fastapi", "uvicorn", "jinja2", "scikit-learn")  # what the other commands need beside
PINNED = tuple(SOURCE.parent / name for name in ("requirements.txt", "requirements-optional.txt"))
CONSTRAINTS = SOURCE.parent / "constraints.txt"


def write_wheel(folder: Path) -> None:
    """Write the wheel of the program into `folder`; the same bytes for the same code."""
    with TemporaryDirectory() as place, patch.dict(os.environ, SOURCE_DATE_EPOCH=TIMESTAMP):
        copied = Path(place)
        shutil.copy(PYPROJECT, copied)
        for path in list_program():
            target = copied / "src" / path.relative_to(SOURCE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        made = make_wheel_in(copied / PYPROJECT.name, copied).file
        with replacing(folder / made.name) as temporary:
            shutil.copyfile(made, temporary)


def list_program() -> list[Path]:
    """The files of the checkout that the program is made of: modules, and what lies beside them."""
    modules = {*import_closure(Path(program.__file__)), *GROUND}
    folders = {path.parent for path in modules}
    packages = {
        parent / "__init__.py"
        for folder in folders
        for parent in (folder, *folder.parents)
        if parent.is_relative_to(SOURCE) and (parent / "__init__.py").is_file()
    }
    beside = {
        path
        for folder in folders
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    return sorted(modules | packages | beside)


def write_requirements(folder: Path, systems: Iterable[str]) -> None:
    """Pin what scoring needs and, apart from it, what `serve` and `watch` need beside.

    What only some need here, for workbooks and the latter, may not be installed: it is pinned as
    the checkout has it, and what it needs in turn by the checkout's constraints, which go with it.
    """
    scoring = {*SCORING, *(name for key in ("", *systems) for name in LIBRARIES[key])}
    others = ("-c constraints.txt", "-r requirements.txt")
    for name, listed in (
        (CONSTRAINTS.name, CONSTRAINTS.read_text(encoding="utf-8").splitlines()),
        ("requirements.txt", sorted(pin(scoring) | pin_as_listed(WORKBOOKS))),
        ("requirements-pilot.txt", [*others, *sorted(pin_as_listed(PILOT))]),
    ):
        with replacing(folder / name) as temporary:
            temporary.write_text("\n".join(listed) + "\n", encoding="utf-8")


def pin_as_listed(names: Iterable[str]) -> set[str]:
    """`name==version` of these distributions in the checkout's own lists."""
    lines = {
        line.split("#")[0].strip() for path in PINNED for line in path.read_text().splitlines()
    }
    return {line for line in lines if line.partition("==")[0] in names}


def pin(names: Iterable[str]) -> set[str]:
    """`name==version` of these distributions and of all that they need, as they are here."""
    pinned: dict[str, str] = {}
    waiting = {canonicalize_name(name) for name in names}
    while waiting:
        name = waiting.pop()
        pinned[name] = f"{name}=={version(name).partition('+')[0]}"
        for line in requires(name) or ():
            requirement = Requirement(line)
            needed = canonicalize_name(requirement.name)
            if needed not in pinned and _applies(requirement):
                waiting.add(needed)
    return set(pinned.values())


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})
