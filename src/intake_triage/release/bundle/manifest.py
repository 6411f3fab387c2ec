"""A bundle's manifest: what it is, what may be done with it, and the digest of every file."""

import hashlib
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from intake_triage.errors import InputError, refuse
from intake_triage.files import replacing
from intake_triage.section import Section
from intake_triage.tasks import Task

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
MEND = "copy the bundle anew"
# What a form's numbers depend on, by the system that needs it; "" by all.
LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "": ("numpy", "scipy", "pandas", "tokenizers"),
    "linear": ("scikit-learn", "safetensors"),
    "gbm": ("scikit-learn", "lightgbm"),
    "st": ("torch", "transformers", "safetensors"),
    "mtl": ("torch", "transformers", "safetensors"),
}


class Manifest(Section):
    """What `manifest.json` holds.

    Attributes
    ----------
    name, version : of the bundle; every row that it scores bears both
    use : what may be done with its suggestions
    decision, reason : of the rule, as metrics/compare.json has them
    forecasters : by task
    source : of the records that it was trained on
    stages : by stage of the run and path, the MD5 under which dvc.lock has what it wrote
    libraries : by name, the version that it was made with and is to be run with
    python, processor : the same, as `platform` tells them; on another kind of processor the last
        digits of a number may differ
    files : by path in the bundle, the SHA-256
    """

    name: str
    version: str
    use: Literal["silent only until signed", "silent only"]
    decision: Literal["release", "do_not_release"]
    reason: str
    forecasters: dict[Task, str]
    source: str
    stages: dict[str, dict[str, str]]
    libraries: dict[str, str]
    python: str
    processor: str
    files: dict[str, str]

    @property
    def label(self) -> str:
        """As it stands in a row."""
        return f"{self.name} {self.version}"


def describe_machine(systems: set[str]) -> dict[str, Any]:
    """`libraries`, `python` and `processor` of this process, for a bundle of these systems."""
    names = dict.fromkeys(name for key in ("", *sorted(systems)) for name in LIBRARIES[key])
    return {
        "libraries": {name: version(name).partition("+")[0] for name in names},
        "python": ".".join(platform.python_version_tuple()[:2]),
        "processor": platform.machine(),
    }


def seal(folder: Path, about: Mapping[str, Any]) -> None:
    """Write the manifest of a folder that holds all else, and the digest of the manifest itself."""
    files = {name: digest_file(folder / name) for name in list_files(folder)}
    manifest = Manifest(**about, files=files)
    with replacing(folder / MANIFEST) as temporary:
        temporary.write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    with replacing(folder / SEAL) as temporary:
        temporary.write_text(digest_file(folder / MANIFEST) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a bundle each of whose files is as it was made.

    Raises
    ------
    InputError
        In one line, if a file of the bundle is missing, is not the one that it was made with, or
        is none of its own; if anything in it is a link or no plain file; or if a library has
        another version here than the bundle was made with.
    """
    if not (folder / MANIFEST).is_file():
        raise InputError(f"{folder / MANIFEST}: no such file; {folder} is no bundle")
    sealed = folder / SEAL
    if (
        not sealed.is_file()
        or sealed.read_bytes() != f"{digest_file(folder / MANIFEST)}\n".encode()
    ):
        raise InputError(f"{folder / MANIFEST}: not as it was made; {MEND}")
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError:
        raise InputError(f"{folder / MANIFEST}: of another version of this program") from None
    _check_files(folder, manifest.files)
    _check_libraries(folder, manifest)
    return manifest


def list_files(folder: Path) -> Iterator[str]:
    """The files of a bundle but for the two that seal it, as POSIX paths, sorted.

    Raises
    ------
    InputError
        If there is a link, which may lead anywhere, or what is neither file nor folder.
    """
    paths = sorted(folder.rglob("*"))
    for path in paths:
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise InputError(f"{path}: a link, or no plain file; {MEND}")
    found = (path.relative_to(folder).as_posix() for path in paths if path.is_file())
    return iter(sorted(set(found) - {MANIFEST, SEAL}))


def digest_file(path: Path) -> str:
    """SHA-256, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_files(folder: Path, expected: Mapping[str, str]) -> None:
    here = set(list_files(folder))
    for name, digest in expected.items():
        if name not in here:
            raise InputError(f"{folder / name}: missing; {MEND}")
        if digest_file(folder / name) != digest:
            raise InputError(f"{folder / name}: not as it was made; {MEND}")
    if others := sorted(here - set(expected)):
        raise InputError(f"{folder / others[0]}: no file of this bundle; move it elsewhere")


def _check_libraries(folder: Path, manifest: Manifest) -> None:
    faults = []
    for name, needed in manifest.libraries.items():
        try:
            found = version(name).partition("+")[0]
        except PackageNotFoundError:
            found = "none"
        if found != needed:
            faults.append(f"{name} {needed} (here: {found})")
    if faults:
        needed = ", ".join(faults)
        refuse(folder, [f"made with {needed}; install its requirements.txt"])
