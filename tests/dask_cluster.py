"""A Dask cluster on this machine, as somebody starts one from a shell."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


class DaskCluster:
    """A scheduler and workers of one thread, each a process group of its own."""

    def __init__(self, folder: Path, *, workers: int = 2) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.running: dict[str, subprocess.Popen] = {}
        self._start("scheduler", "--port", "0", "--scheduler-file", str(self.file))
        wait_until(self.file.exists)
        for number in range(workers):
            self.add_worker(f"worker_{number}")

    def add_worker(self, name: str, *, python: str = sys.executable) -> None:
        place = ["--local-directory", str(self.folder / name)]
        options = ["--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny", *place]
        self._start("worker", "--name", name, *options, name=name, python=python)

    def kill(self, name: str) -> None:
        """At once and with all that it has started, as a machine is lost."""
        os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running.pop(name).wait()

    def close(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def unpacked(self) -> list[Path]:
        """What lies in the workers' folders beside what is Dask's own."""
        return [path for path in self.folder.rglob("*.py") if path.name == "jobs.py"]

    def at_work(self) -> list[int]:
        """Processes that the workers have started and that still run."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.cwd().startswith(f"{self.folder}{os.sep}"):
                    found.append(process.pid)
        return found

    def _start(
        self, kind: str, *options: str, name: str = "", python: str = sys.executable
    ) -> None:
        command = [python, "-m", "dask", kind, "--host", "127.0.0.1", "--no-dashboard", *options]
        with (self.folder / f"{name or kind}.log").open("w") as log:
            self.running[name or kind] = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )


def wait_until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited for a minute"
        time.sleep(0.05)
