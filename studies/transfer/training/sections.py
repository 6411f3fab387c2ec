"""What identifies a fit beside the pipeline's own params: its start, and this folder's code."""

import hashlib
from pathlib import Path

from intake_triage.params import Section


class StartParams(Section):
    """A model that was fitted before; its folder's name stands for all that it was made of."""

    folder: str


class CodeVersion(Section):
    """Of the functions here: another version makes another fit."""

    digest: str


def code_version() -> CodeVersion:
    """The version of the files in this folder."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return CodeVersion(digest=digest.hexdigest())
