"""One stage of two fits under real DVC, and the processes that a run of it consists of."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from tests.checkout import environment

ROOT = Path(__file__).resolve().parents[2]
STAGE = """
import sys
from functools import partial

from intake_triage.errors import run_stage
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit, Job
from intake_triage.models.fits.run import forget_fits, run_fits
from tests.faults import fault_fits


def main():
    name, seeds, *keywords = sys.argv[1:]
    keywords = {key: int(value) for key, value in (word.split("=") for word in keywords)}
    train = partial(getattr(fault_fits, name), **keywords)
    jobs = [Job(Fit("gbm", ("urgency",), seed), train, Layout()) for seed in range(int(seeds))]
    folders = run_fits(jobs, Layout().fits)
    write_json(Layout().metrics("done"), [folder.name for folder in folders])
    forget_fits(folders)


if __name__ == "__main__":
    run_stage(main)
"""
PIPELINE = """
stages:
  train:
    cmd: python stage.py beat 2
    outs: [metrics/done.json: {cache: false}]
"""


class TinyPipeline:
    """A repository of git and DVC below `folder`, with a stage that others can call too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "data/prepared").mkdir(parents=True)
        (folder / "data/prepared/records").write_text("some")
        (folder / "stage.py").write_text(STAGE)
        self.runs: list[subprocess.Popen] = []
        self.environment = environment() | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}

    def with_dvc(self) -> "TinyPipeline":
        (self.folder / "dvc.yaml").write_text(PIPELINE)
        for command in (["git", "init", "--quiet"], [sys.executable, "-m", "dvc", "init", "-q"]):
            subprocess.run(command, cwd=self.folder, env=self.environment, check=True)
        return self

    def commit(self) -> None:
        for command in (["add", "--all"], ["commit", "--quiet", "--message", "all"]):
            subprocess.run(["git", *command], cwd=self.folder, env=self.environment, check=True)

    def run_stage(self, *words: str, **options) -> subprocess.CompletedProcess[str]:
        """The stage alone, to its end."""
        return subprocess.run(
            [sys.executable, "stage.py", *words],
            **{"cwd": self.folder, "env": self.environment} | options,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def start(self, *command: str) -> subprocess.Popen:
        """In a group of its own that hears Ctrl-C, as a shell starts what it waits for."""
        run = subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.runs.append(run)
        return run

    def end_all(self) -> None:
        """Whatever still runs; DVC takes one that is killed and not waited for to hold its lock."""
        for process in self.processes():
            process.kill()
        for run in self.runs:
            run.communicate()
        self.runs.clear()

    def find_stage(self) -> psutil.Process:
        """The process that DVC has started."""
        (stage,) = [p for p in self.processes() if p.cmdline()[1:2] == ["stage.py"]]
        return stage

    def processes(self) -> list[psutil.Process]:
        """All that run here, of whatever parent."""
        return processes_below(self.folder)

    def left_behind(self) -> list[str]:
        """Names of half-written files."""
        return [str(path.relative_to(self.folder)) for path in self.folder.rglob("*.part")]


def processes_below(folder: Path) -> list[psutil.Process]:
    """All whose working directory is `folder`, or lies in it."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            here = Path(process.cwd()).is_relative_to(folder)
            if here and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def wait_until(condition: Callable[[], object], *, seconds: float = 100) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited for {seconds} seconds"
        time.sleep(0.05)
