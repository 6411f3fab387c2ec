"""Work in processes of its own, so that threads and peak memory are those of the work alone."""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from intake_triage.models.fits import THREAD_VARIABLES

STATUS = Path("/proc/self/status")
LIMITS = (*THREAD_VARIABLES, "RAYON_NUM_THREADS")  # the last is the tokenizer's
LONGEST_WAIT = 600  # seconds that one process waits for the others to be ready

_ready: Barrier  # set in each worker as it starts


@dataclass
class Stopwatch:
    """Start and end on the clock that all processes of a machine share, and CPU-seconds between."""

    start: float = 0.0
    end: float = 0.0
    cpu_seconds: float = 0.0

    def __enter__(self) -> "Stopwatch":
        self.cpu_seconds = -time.process_time()
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.end = time.perf_counter()
        self.cpu_seconds += time.process_time()

    @property
    def wall_seconds(self) -> float:
        """From start to end."""
        return self.end - self.start


@dataclass(frozen=True)
class Outcome:
    """What the work returned, and the most memory that its process held, in MiB."""

    value: Any
    peak_mib: float


def run_apart(
    work: Callable[..., Any],
    jobs: Sequence[tuple],
    *,
    folder: Path,
    side_by_side: int = 1,
    threads: int | None = None,
) -> list[Outcome]:
    """Call `work` with each job's arguments, every call in a new process.

    Parameters
    ----------
    work : function at the top level of a module
    folder : the processes' current folder
    side_by_side : how many run at once
    threads : most threads of each process; None leaves the libraries to their defaults

    Returns
    -------
    list of Outcome, in the order of the jobs
    """
    context = get_context("spawn")
    with (
        _limited(threads),
        ProcessPoolExecutor(
            side_by_side,
            mp_context=context,
            initializer=_start_worker,
            initargs=(context.Barrier(side_by_side), folder),
            max_tasks_per_child=1,
        ) as pool,
    ):
        running = [pool.submit(_observe, work, job) for job in jobs]
        return [future.result() for future in running]


def wait_for_the_others() -> None:
    """In a worker: go on once as many as run side by side have come here."""
    _ready.wait(LONGEST_WAIT)


def span_seconds(watches: Sequence[Stopwatch]) -> float:
    """From the start of the first to the end of the last."""
    return max(watch.end for watch in watches) - min(watch.start for watch in watches)


@contextmanager
def _limited(threads: int | None) -> Iterator[None]:
    """The environment that new processes read their numbers of threads from."""
    before = dict(os.environ)
    for name in LIMITS:
        os.environ.pop(name, None)
        if threads is not None:
            os.environ[name] = str(threads)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _start_worker(ready: Barrier, folder: Path) -> None:
    global _ready
    _ready = ready
    os.chdir(folder)


def _observe(work: Callable[..., Any], job: tuple) -> Outcome:
    return Outcome(work(*job), _peak_mib())


def _peak_mib() -> float:
    if STATUS.exists():  # where getrusage also counts what the parent held when it started this one
        lines = STATUS.read_text(encoding="utf-8").splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
