"""Which blocks other code than the present measured, by what dvc.lock keeps of each."""

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from studies.transfer.settings import ROOT

CODE = ("src/", "studies/")


def find_earlier_code(blocks: Iterable[str]) -> list[str]:
    """Those of the blocks whose code has changed since, or of which DVC keeps nothing."""
    targets = {f"studies/transfer/dvc.yaml:block@{name}": name for name in blocks}
    asked = [sys.executable, "-m", "dvc", "status", "--json", *targets]
    status = json.loads(subprocess.check_output(asked, cwd=ROOT, text=True))
    return [name for target, name in targets.items() if code_changed(status.get(target, []))]


def code_changed(entries: list[str | dict[str, dict[str, Any]]]) -> bool:
    """Whether `dvc status` says of a stage that its code did, whatever is said of data and params.

    The survey's files are on few machines, and are then called deleted.
    """
    changed = [entry.get("changed deps", {}) for entry in entries if isinstance(entry, dict)]
    return any(
        path.startswith(CODE) and isinstance(state, str)  # a file of params has a state a key
        for states in changed
        for path, state in states.items()
    )
