"""A git repository that holds the project, and real DVC run inside it."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
SECONDS = "cost.json"  # holds little else, so that it may differ between two runs


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

    def copy_to(self, folder: Path) -> "Checkout":
        """Copy all that is there, DVC's cache too."""
        shutil.copytree(self.root, folder, symlinks=True)
        return Checkout(folder)


def list_files() -> list[str]:
    """The files of the working tree that git has or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True).stdout
    return [name for name in listed.split("\0") if name]


def make_small(folder: Path, settings: Mapping[str, Mapping[str, Any]]) -> Checkout:
    """The working tree as it stands, committed with small settings and nothing run yet."""
    checkout = Checkout(folder)
    for name in list_files():
        produced = name.startswith(("metrics/", "plots/")) or name == "dvc.lock"
        # DVC would read the studies' stages, four times as many, several times in each command.
        of_study = name.startswith("studies/") and name.endswith(("dvc.yaml", "dvc.lock"))
        if (ROOT / name).is_file() and not produced and not of_study:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    params_file = folder / "params.yaml"
    params = yaml.safe_load(params_file.read_text(encoding="utf-8"))
    for section, values in settings.items():
        params[section] |= values
    params_file.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    checkout.run("git", "init", "--quiet", "--initial-branch=main")
    checkout.commit("small settings")
    return checkout


def digest_files(checkout: Checkout, *roots: str) -> dict[str, str]:
    """Hash of every file below these folders, apart from seconds."""
    files = [path for root in roots for path in sorted((checkout.root / root).rglob("*"))]
    return {
        str(path.relative_to(checkout.root)): hashlib.sha256(_without_seconds(path)).hexdigest()
        for path in files
        if path.is_file() and path.name != SECONDS
    }


def _without_seconds(path: Path) -> bytes:
    content = path.read_bytes()
    if path.name != "summary.json":
        return content
    return json.dumps(json.loads(content) | {"cpu_seconds": None}).encode()


def environment() -> dict[str, str]:
    """This process's environment, with its Python first on the path and a name for git."""
    kept = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return kept | {
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
