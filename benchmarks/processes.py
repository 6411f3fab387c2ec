"""Work in processes of its own, so that threads and peak memory are those of the work alone."""

import os
import re
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from unittest.mock import patch

import joblib

from intake_triage.models.fits.pool import THREAD_VARIABLES

LIMITS = (*THREAD_VARIABLES, "RAYON_NUM_THREADS")  # the last is the tokenizer's
LONGEST_WAIT = 600  # seconds that one process waits for the others to be ready

_ready: Barrier  # set in each worker as it starts


@dataclass(frozen=True)
class Timed:
    """What a call returned, and what it cost."""

    value: Any
    start: float  # in seconds, on the clock that all processes of a machine share
    end: float
    cpu_seconds: float
    peak_mib: float  # the most memory that the process has held until the end

    @property
    def wall_seconds(self) -> float:
        """From start to end."""
        return self.end - self.start


def timed(call: Callable[[], Any]) -> Timed:
    """Make the call in this process."""
    cpu, start = time.process_time(), time.perf_counter()
    value = call()
    end = time.perf_counter()
    return Timed(value, start, end, time.process_time() - cpu, peak_mib())


def run_apart(
    prepare: Callable[..., Callable[[], Any]], *jobs: tuple, folder: Path, threads: int | None = 1
) -> list[Timed]:
    """Time what `prepare` makes of each job, every job in a process of its own.

    As many run side by side as there are cores; where that is all of them, none starts before the
    last is prepared.

    Parameters
    ----------
    prepare : function at the top level of a module
        Takes the job's arguments, and returns the call to time.
    folder : the processes' current folder
    threads : most threads of each process; None leaves the libraries to their defaults

    Returns
    -------
    list of Timed, in the order of the jobs
    """
    limits = {} if threads is None else dict.fromkeys(LIMITS, str(threads))
    others = {name: value for name, value in os.environ.items() if name not in LIMITS}
    context = get_context("spawn")
    side_by_side = min(len(jobs), joblib.cpu_count())
    ready = context.Barrier(side_by_side if side_by_side == len(jobs) else 1)
    with (
        patch.dict(os.environ, others | limits, clear=True),  # which new processes inherit
        ProcessPoolExecutor(
            side_by_side,
            mp_context=context,
            initializer=_start_worker,
            initargs=(ready, folder),
            max_tasks_per_child=1,
        ) as pool,
    ):
        running = [pool.submit(_run, prepare, job) for job in jobs]
        return [future.result() for future in running]


def span_seconds(side_by_side: Sequence[Timed]) -> float:
    """From the start of the first to the end of the last."""
    return max(run.end for run in side_by_side) - min(run.start for run in side_by_side)


def _start_worker(ready: Barrier, folder: Path) -> None:
    global _ready
    _ready = ready
    os.chdir(folder)


def _run(prepare: Callable[..., Callable[[], Any]], job: tuple) -> Timed:
    call = prepare(*job)
    _ready.wait(LONGEST_WAIT)
    return timed(call)


def peak_mib(process: int | None = None) -> float:
    """The most memory that a process has held; of another than this one, on Linux alone."""
    status = Path(f"/proc/{process or 'self'}/status")
    if process or status.exists():  # getrusage also counts what the parent held at this one's start
        kib = re.search(r"VmHWM:\s*(\d+)", status.read_text(encoding="utf-8"))[1]
        return int(kib) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes
