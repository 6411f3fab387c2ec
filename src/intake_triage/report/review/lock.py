"""Refuse a dvc.lock that is out of step with the code, the params or the committed results.

It works in a fresh clone: data and models that are not there count as unchanged.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from intake_triage.errors import InputError
from intake_triage.report.review.commands import run_dvc, try_dvc

# What `dvc status` says of files that are merely not in this clone.
ABSENT = ("deleted", "not in cache")
CODE = ("src/", "stages/")


def check_all_locks() -> None:
    """The pipeline's, each study's, and those of the runs that are kept below results/.

    Raises
    ------
    InputError
        With a line for each that is out of step.
    """
    studies, kept = Path().glob("studies/*/dvc.yaml"), Path().glob("results/*/dvc.lock")
    checks = [check_lock, *(partial(check_study, str(path)) for path in sorted(studies))]
    faults = []
    for check in (*checks, *(partial(check_kept, lock) for lock in sorted(kept))):
        try:
            check()
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("\n".join(faults))


def check_lock() -> None:
    """Ask DVC whether any stage would run again.

    Raises
    ------
    InputError
        If one would; the message names every stage that changed and what changed in it.
    """
    done = try_dvc("repro", "--dry", "--allow-missing")
    # Where the data are missing DVC fails at a changed stage; where they are there it says this.
    running = [line for line in done.stdout.splitlines() if line.startswith("Running stage '")]
    if done.returncode == 0 and not running:
        return
    changed = list(_describe_changes(json.loads(run_dvc("status", "dvc.yaml", "--json"))))
    reasons = changed or [line.strip() for line in done.stderr.splitlines()[-1:]] or running
    raise InputError(
        f"dvc.lock is out of step: {'; '.join(reasons)}. Run `dvc repro`, then commit dvc.lock "
        "and what changed in metrics/, plots/, reports/, docs/ and results/"
    )


def check_study(pipeline: str) -> None:
    """Ask DVC whether any stage of a study would run, but for one that always does.

    Raises
    ------
    InputError
        If one would, again or for the first time.
    """
    lock = Path(pipeline).with_name("dvc.lock")
    known = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"] if lock.exists() else {}
    status = json.loads(run_dvc("status", pipeline, "--json"))
    changed = [
        stage.removeprefix(f"{pipeline}:")
        for stage, entries in status.items()
        if any(name != "always changed" for entry in entries for name in _changed_names(entry))
    ]
    stale = [stage for stage in changed if stage in known]
    new = [stage for stage in changed if stage not in known]
    faults = [f"out of step: {', '.join(stale)}"] if stale else []
    faults += [f"without {', '.join(new)}, which never ran"] if new else []
    if faults:
        raise InputError(f"{lock} is {'; '.join(faults)}. `dvc status {pipeline}` says why")


def check_kept(lock: Path) -> None:
    """Compare the code of a run below results/ with the code of the pipeline's own dvc.lock.

    That of the data card does not count: the card is the same whatever is run.

    Raises
    ------
    InputError
        If a stage was run by other code.
    """
    ours, kept = _read_code(Path("dvc.lock")), _read_code(lock)
    kept.pop("data_card", None)
    other = [stage for stage, files in kept.items() if files - ours.get(stage, set())]
    if other:
        raise InputError(
            f"{lock} is of other code than dvc.lock: {', '.join(other)}. "
            f"Run `make {lock.parent.name}` again, then commit what changed"
        )


def _read_code(lock: Path) -> dict[str, set[tuple[str, str]]]:
    """By stage, the files of code that it was run by, each with its MD5."""
    stages = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"]
    return {
        name: {(d["path"], d["md5"]) for d in stage["deps"] if d["path"].startswith(CODE)}
        for name, stage in stages.items()
    }


def _describe_changes(status: dict[str, Any]) -> Iterator[str]:
    """Every stage that changed and what changed in it, in the pipeline's order."""
    for stage, entries in status.items():
        names = [name for entry in entries for name in _changed_names(entry)]
        if names:
            yield f"{stage} ({', '.join(names)})"


def _changed_names(entry: str | dict[str, dict[str, Any]]) -> Iterator[str]:
    if isinstance(entry, str):  # "changed command"
        yield entry
        return
    for files in entry.values():  # of "changed deps" and "changed outs"
        for name, state in files.items():
            if isinstance(state, dict):  # a file of params: its keys, each with a state
                yield from (f"{name}: {key}" if key else name for key in state)
            elif state not in ABSENT:
                yield name
