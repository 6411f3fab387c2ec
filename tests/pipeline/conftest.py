"""A copy of the repository with small settings, and real DVC run inside it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "data": {"n_records": 1600},
    "gbm": {"max_rounds": 12, "leaves": 7},
    "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
    "train": {"epochs": 2, "seeds": [0, 1, 2], "learning_rate": 0.01},
    "compare": {"resamples": 200},
}


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


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The working tree as it stands, committed with small settings and nothing run yet."""
    checkout = Checkout(tmp_path_factory.mktemp("project") / "small")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        produced = name.startswith(("metrics/", "plots/", "results/")) or name == "dvc.lock"
        if (ROOT / name).is_file() and not produced:
            (checkout.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, checkout.root / name)
    params_file = checkout.root / "params.yaml"
    params = yaml.safe_load(params_file.read_text(encoding="utf-8"))
    for section, values in SMALL.items():
        params[section] |= values
    params_file.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    checkout.run("git", "init", "--quiet", "--initial-branch=main")
    checkout.commit("small settings")
    return checkout


@pytest.fixture(scope="session")
def reproduced(small_project: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A clone in which the whole pipeline has run and its results are committed."""
    checkout = small_project.clone_to(tmp_path_factory.mktemp("project") / "reproduced")
    checkout.dvc("repro")
    checkout.commit("results")
    return checkout
