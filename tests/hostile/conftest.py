"""One run of the whole pipeline, under real DVC, on a table full of secrets and markup."""

import io
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from checkout import Checkout, environment, list_files

from intake_triage.__main__ import main
from tests.hostile.hostile_table import fill_params, make_table, write_table

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """What a run left behind, and all that was printed until now.

    Attributes
    ----------
    checkout : in which the pipeline ran and its results are committed
    site_cache : DVC's folder outside of it
    printed : list of str
    """

    checkout: Checkout
    site_cache: Path
    printed: list[str]

    @property
    def root(self) -> Path:
        return self.checkout.root

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the checkout and keep what it prints."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=environment() | {"DVC_SITE_CACHE_DIR": str(self.site_cache), "PYTHONPATH": "src"},
            text=True,
            capture_output=True,
            check=False,
        )
        self.printed.extend([done.stdout, done.stderr])
        return done

    def intake_triage(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the program of a bundle, in this process."""
        out, errors = io.StringIO(), io.StringIO()
        with chdir(self.root), redirect_stdout(out), redirect_stderr(errors):
            status = main(list(map(str, words)))
        printed = out.getvalue(), errors.getvalue()
        self.printed.extend(printed)
        return subprocess.CompletedProcess(words, status, *printed)


@pytest.fixture(scope="session")
def hostile_run(make_once) -> Run:
    """The working tree's pipeline, run on the hostile table."""
    folder = make_once("hostile", make_run)
    printed = (folder / "printed").read_text(encoding="utf-8")
    return Run(Checkout(folder / "checkout"), folder / "site", [printed])


def make_run(folder: Path) -> None:
    """A checkout with its results, DVC's own folder, and what was printed."""
    run = Run(Checkout(folder / "checkout"), folder / "site", [])
    for name in list_files():
        # No test of the tests; no result of another run but what the pages show beside this one.
        made = (
            name.startswith(("tests/", "benchmarks/", "metrics/", "plots/")) or name == "dvc.lock"
        )
        if (ROOT / name).is_file() and not made:
            (run.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, run.root / name)
    params = yaml.safe_load((run.root / "params.yaml").read_text(encoding="utf-8"))
    fill_params(params)
    (run.root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    write_table(run.root / "data/raw/forms.csv", make_table())
    run.checkout.run("git", "init", "--quiet", "--initial-branch=main")
    run.checkout.commit("a table of one's own")
    done = run.call(sys.executable, "-m", "dvc", "repro", "release", "report")
    if done.returncode:
        pytest.fail("".join(run.printed))
    run.checkout.commit("results")
    (folder / "printed").write_text("".join(run.printed), encoding="utf-8")
