"""Refuse a dvc.lock that is out of step with the code, the params or the committed results.

It works in a fresh clone: data and models that are not there count as unchanged.
"""

import json
from collections.abc import Iterator
from typing import Any

from intake_triage.errors import InputError
from intake_triage.report.review.commands import run_dvc, try_dvc

# What `dvc status` says of files that are merely not in this clone.
ABSENT = ("deleted", "not in cache")


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
