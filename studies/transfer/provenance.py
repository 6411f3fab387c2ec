"""Which blocks were measured with the same code, by what dvc.lock keeps of each."""

from collections.abc import Iterable
from pathlib import Path

import yaml

CODE = ("src/intake_triage/records", "src/intake_triage/models", "src/intake_triage/evaluation")


def group_by_code(lock: Path, blocks: Iterable[str]) -> list[list[str]]:
    """The blocks in groups of one version of `CODE`, in the order given.

    Parameters
    ----------
    lock : dvc.lock of the study
    blocks : names; one that the lock does not hold is in no group
    """
    stages = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"]
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in blocks:
        stage = stages.get(f"block@{name}") or stages.get(name)
        if stage is not None:
            versions = {dep["path"]: dep["md5"] for dep in stage["deps"]}
            groups.setdefault(tuple(versions[path] for path in CODE), []).append(name)
    return list(groups.values())
