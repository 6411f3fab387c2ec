"""A git repository that holds the project, and real DVC run inside it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Checkout:
    """A git repository that holds the project."""

    root: Path

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in the checkout; on failure show what it printed."""
        done = subprocess.run(
            command, cwd=self.root, env=environment(), text=True, capture_output=True, check=False
        )
        if check and done.returncode != 0:
            pytest.fail(f"{' '.join(command)} exited {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def dvc(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run DVC in the checkout."""
        return self.run(sys.executable, "-m", "dvc", *arguments, check=check)

    def commit(self, message: str) -> None:
        """Commit everything that git does not ignore."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", message)

    def clone_to(self, folder: Path) -> "Checkout":
        """Clone what is committed; DVC's cache stays behind."""
        self.run("git", "clone", "--quiet", str(self.root), str(folder))
        return Checkout(folder)


def environment() -> dict[str, str]:
    """This process's environment, with its Python first on the path and a name for git."""
    return os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_AUTHOR_NAME": "test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
        "DVC_NO_ANALYTICS": "1",
    }


def stages_run(output: str) -> list[str]:
    """The stages that DVC says it ran, in their order."""
    lines = [line for line in output.splitlines() if line.startswith("Running stage '")]
    return [line.split("'")[1] for line in lines]
