"""The pipeline's own stages, as the root's dvc.yaml has them, in a folder laid out as a checkout.

A stage leaves a mark at its end, under a digest of its code, params and inputs. One whose mark is
there is not run again; one that was killed takes up the fits that it had finished.
"""

import fcntl
import hashlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from intake_triage.errors import InputError
from intake_triage.files import read_json, write_json
from studies.replication.settings import ROOT, Changes

CATALOGUE = "src/intake_triage/records/synthetic/catalogue"
LINKED = ("src", "stages", "studies", "data/raw")  # what a run has of the checkout
Params = dict[str, Any]  # of params.yaml, by section


@dataclass(frozen=True)
class Stage:
    """A stage to run; paths are relative to the folder that it runs in.

    `values` are those of the params that it depends on, by key.
    """

    name: str
    command: tuple[str, ...]
    deps: tuple[str, ...]
    values: Mapping[str, Any]
    outs: tuple[str, ...]


def change_params(changes: Changes) -> Params:
    """The root's params.yaml, of the made-up clinic, with other values at some dotted keys.

    Whatever forms the root is of: on a branch with a clinic's own they are none of this study.

    Raises
    ------
    InputError
        If a key is none of the root's.
    """
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["data"] |= {"source": "synthetic", "path": CATALOGUE}
    for key, value in changes.items():
        *outer, last = key.split(".")
        section = params
        for name in outer:
            section = section.get(name, {}) if isinstance(section, dict) else {}
        if last not in section:
            raise InputError(f"params.yaml of the study: {key}: no key of the root's params.yaml")
        section[last] = value
    return params


def lay_out(folder: Path, params: Params) -> None:
    """Make a folder in which the stages run: its own params, and links to the checkout's code."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        if (ROOT / name).exists() and not (folder / name).is_symlink():
            (folder / name).symlink_to(ROOT / name)
    text = yaml.safe_dump(params, sort_keys=False, allow_unicode=True)
    (folder / "params.yaml").write_text(text, encoding="utf-8")


def list_stages(params: Params, *, last: str) -> list[Stage]:
    """The stages of the root's dvc.yaml in order, up to `last`; each of a matrix by itself."""
    listed = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    names = list(listed)
    return [
        _fill_in(
            name,
            listed[name],
            dict(zip(listed[name].get("matrix", {}), items, strict=True)),
            params,
        )
        for name in names[: names.index(last) + 1]
        for items in product(*listed[name].get("matrix", {}).values())
    ]


def run_stages(stages: Sequence[Stage], folder: Path) -> None:
    """Run the stages whose work is not done, one after another.

    Raises
    ------
    InputError
        If a stage fails, or another process is at work in the folder.
    """
    marks = folder / "done.json"
    done = read_json(marks) if marks.exists() else {}
    digests = digest_stages(stages, folder)
    with alone(folder) as lock:
        for stage in stages:
            if done.get(stage.name) == digests[stage.name]:
                continue
            print(f"{folder.name}: {stage.name}", flush=True)
            ended = subprocess.run(stage.command, cwd=folder, pass_fds=[lock], check=False)
            if ended.returncode:
                raise InputError(
                    f"{folder}: stage {stage.name} failed, for the reason above; mend it and run "
                    "again, what is finished is kept"
                )
            done[stage.name] = digests[stage.name]
            write_json(marks, done)


def digest_stages(stages: Sequence[Stage], folder: Path) -> dict[str, str]:
    """By stage, of all that its outputs depend on: code, params, and the stages before."""
    made: dict[str, str] = {}  # by path, the digest of the stage that writes it
    digests = {}
    for stage in stages:
        digest = hashlib.sha256(json.dumps([stage.command[1:], stage.values]).encode())
        for dep in stage.deps:
            if dep in made:
                digest.update(made[dep].encode())
            else:
                for path in list_files(folder / dep):
                    digest.update(path.name.encode() + path.read_bytes())
        digests[stage.name] = digest.hexdigest()[:16]
        made |= dict.fromkeys(stage.outs, digests[stage.name])
    return digests


def list_files(place: Path) -> list[Path]:
    """A file, or the files of a folder, but for what Python compiles.

    Raises
    ------
    InputError
        If there is nothing.
    """
    if not place.exists():
        raise InputError(f"{place}: no such file; a stage of dvc.yaml needs it")
    found = [place] if place.is_file() else sorted(place.rglob("*"))
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


@contextmanager
def alone(folder: Path) -> Iterator[int]:
    """A lock that this process and the stages that it starts hold, even if this one is killed."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{folder}: a stage is still at work here; wait for its end") from None
        yield lock.fileno()


def _fill_in(name: str, listed: dict[str, Any], item: dict[str, str], params: Params) -> Stage:
    """A stage of dvc.yaml, with what stands in ${…} filled in."""
    known = params | {"item": item}

    def fill(text: str) -> str:
        return re.sub(r"\$\{([\w.]+)\}", lambda found: str(look_up(known, found[1])), text)

    keys: list[str] = []
    for key in listed.get("params", []):
        keys += [key] if isinstance(key, str) else list(params)  # a whole file: all its sections
    outs = [*listed.get("outs", []), *listed.get("metrics", [])]
    python, *arguments = shlex.split(fill(listed["cmd"]))
    return Stage(
        "@".join([name, *item.values()]),
        (sys.executable if python == "python" else python, *arguments),
        tuple(fill(dep) for dep in listed["deps"]),
        {key: look_up(params, key) for key in keys},
        tuple(fill(out if isinstance(out, str) else next(iter(out))) for out in outs),
    )


def look_up(values: Mapping[str, Any], key: str) -> Any:
    """The value at a dotted key."""
    for name in key.split("."):
        values = values[name]
    return values
