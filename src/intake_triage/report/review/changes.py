"""What DVC says has changed between a committed revision and the working tree."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intake_triage.errors import InputError


@dataclass(frozen=True)
class Change:
    """A value in both revisions; `None` where a revision lacks it."""

    key: str
    old: Any
    new: Any
    difference: float | None = None

    @property
    def is_change(self) -> bool:
        return self.old != self.new or type(self.old) is not type(self.new)

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self.key.split("."))


def changed_files(base: str) -> list[str]:
    """Files that differ from `base`, new ones among them.

    Raises
    ------
    InputError
        If `base` is no revision of this repository.
    """
    if _git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}", check=False) == "":
        raise InputError(f"BASE={base}: no such revision here; fetch it or name another")
    differing = _git("diff", "--name-only", "--no-renames", "-z", base)
    untracked = _git("ls-files", "--others", "--exclude-standard", "-z")
    return sorted(filter(None, (differing + untracked).split("\0")))


def diff_params(base: str, files: Iterable[str]) -> dict[str, list[Change]]:
    """Params by file, in the file's order; only what changed.

    Parameters
    ----------
    base : str
        A git revision.
    files : iterable of str
        Files of params that differ.
    """
    return _diff_values("params", base, files)


def diff_metrics(base: str, files: Iterable[str]) -> dict[str, list[Change]]:
    """Metrics by file, in the file's order; those that did not change too.

    Parameters
    ----------
    base : str
        A git revision.
    files : iterable of str
        Files of metrics that differ.
    """
    return _diff_values("metrics", base, files, "--all")


def diff_lists(base: str, file: str, *, section: str) -> list[Change]:
    """Changed lists inside one section of a metrics file, which `dvc metrics diff` passes over.

    Parameters
    ----------
    base : str
        A git revision.
    file : str
        A JSON file.
    section : str
        One of its keys.
    """
    committed = json.loads(_git("show", f"{base}:./{file}", check=False) or "{}")
    old, new = (leaves(values.get(section, {}), section) for values in (committed, _read(file)))
    return [
        Change(key, old.get(key), new.get(key))
        for key in new | old
        if old.get(key) != new.get(key)
        and (isinstance(old.get(key), list) or isinstance(new.get(key), list))
    ]


def leaves(value: Any, *prefix: str) -> dict[str, Any]:
    """Every value of nested dictionaries, under a key joined by dots; a list is one value."""
    if not isinstance(value, dict):
        return {".".join(prefix): value}
    return {
        key: leaf
        for name, item in value.items()
        for key, leaf in leaves(item, *prefix, str(name)).items()
    }


def _diff_values(
    kind: str, base: str, files: Iterable[str], *options: str
) -> dict[str, list[Change]]:
    targets = list(files)
    if not targets:
        return {}
    printed = run_dvc(kind, "diff", base, "--json", *options, "--targets", *targets)
    return {
        file: [
            Change(key, value.get("old"), value.get("new"), value.get("diff"))
            for key, value in sorted(values.items(), key=_place_in(file))
        ]
        for file, values in json.loads(printed).items()
    }


def _place_in(file: str) -> Callable[[tuple[str, Any]], tuple[int, str]]:
    """Sort keys as the file has them; DVC gives them in no order. Keys that are gone come last."""
    places = {key: place for place, key in enumerate(leaves(_read(file)))}
    return lambda item: (places.get(item[0], len(places)), item[0])


def _read(file: str) -> Any:
    return yaml.safe_load(Path(file).read_text(encoding="utf-8")) if Path(file).exists() else {}


def run_dvc(*arguments: str) -> str:
    """What DVC prints.

    Raises
    ------
    InputError
        If DVC fails, with what it says of it.
    """
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], text=True, capture_output=True, check=False
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or "nothing").splitlines()[0]
        raise InputError(f"dvc {' '.join(arguments[:3])} failed: {said}")
    return done.stdout


def _git(*arguments: str, check: bool = True) -> str:
    return subprocess.run(["git", *arguments], text=True, capture_output=True, check=check).stdout
