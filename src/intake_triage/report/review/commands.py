"""git and DVC, run in the checkout, which is the working directory."""

import subprocess
import sys

from intake_triage.errors import InputError


def run_git(*arguments: str, check: bool = True) -> str:
    """What git prints; without `check` nothing where it fails."""
    return subprocess.run(["git", *arguments], text=True, capture_output=True, check=check).stdout


def try_dvc(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python's DVC, whether it succeeds or fails."""
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, text=True, capture_output=True, check=False)


def run_dvc(*arguments: str) -> str:
    """What DVC prints.

    Raises
    ------
    InputError
        If DVC fails, with what it says of it.
    """
    done = try_dvc(*arguments)
    if done.returncode != 0:
        said = (done.stderr.strip() or "nothing").splitlines()[0]
        raise InputError(f"dvc {' '.join(arguments[:3])} failed: {said}")
    return done.stdout
