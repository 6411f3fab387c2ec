"""Fits: one model, one seed, one process, one thread; the finished ones survive a killed stage.

A fit with a single thread gives the same bytes whatever else runs and however many cores there are,
so the number of processes is no parameter: it follows from the number of cores.
"""

import hashlib
import json
import os
import resource
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import BaseContext
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel
from tqdm import tqdm

from intake_triage.files import replacing, write_json
from intake_triage.layout import Layout
from intake_triage.tasks import Task

FITS = Path(".fits")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
LIBRARIES = ("torch", "transformers", "lightgbm", "scikit-learn", "numpy")


@dataclass(frozen=True)
class Fit:
    """What is trained at once: a system's model for some tasks, from one seed."""

    system: str
    tasks: tuple[Task, ...]
    seed: int

    @property
    def name(self) -> str:
        """For progress bars."""
        return f"{self.system} {'+'.join(self.tasks)} seed {self.seed}"


# Trains one fit and fills the folder it is given: `model/`, `logits_<task>.npy` for the records
# outside train, `history.json`, and `live/` where the system logs. Returns the parameter count.
TrainFit = Callable[[Fit, tuple[BaseModel, ...], Path], int]


@dataclass(frozen=True)
class Job:
    """A fit to run.

    Attributes
    ----------
    train : function at the top level of a module, run in a process of its own
    params : the params sections that `train` takes
    root : folder that `train` runs in: its `data/prepared` is what the fit learns from
    """

    fit: Fit
    train: TrainFit
    params: tuple[BaseModel, ...]
    root: Path = Path()


def run_fits(jobs: Sequence[Job], *, code: Path) -> list[Path]:
    """Train every fit that no earlier, interrupted run has finished.

    Parameters
    ----------
    jobs : sequence of Job
    code : folder of what the jobs' `train` are made of; another version of it is another fit

    Returns
    -------
    for each job the folder that `train` filled, absolute, plus its `cost.json`
        CPU and wall seconds, the process's peak memory in MiB, the number of parameters.
    """
    inputs = {root: _digest_files(Layout(root).prepared) for root in {job.root for job in jobs}}
    base = _digest_files(code)
    folders = [FITS.absolute() / _digest_job(job, base + inputs[job.root]) for job in jobs]
    for leftover in FITS.glob(".*.part"):  # of a run that was killed
        shutil.rmtree(leftover)
    # Equal jobs have one folder: whoever asks for a fit that is there already gets that one.
    waiting = {place: job for job, place in zip(jobs, folders, strict=True) if not place.exists()}
    total = len(set(folders))
    bar = tqdm(total=total, initial=total - len(waiting), unit="fit", disable=None)
    for name in THREAD_VARIABLES:  # read by the libraries when the new processes load them
        os.environ[name] = "1"
    with (
        bar,
        ProcessPoolExecutor(
            max_workers=_count_processes(len(waiting)),
            mp_context=_context_with(jobs),
            max_tasks_per_child=1,  # so that peak memory is that of one fit
        ) as pool,
    ):
        running = [pool.submit(_run_job, job, place) for place, job in waiting.items()]
        try:
            for finished in as_completed(running):
                finished.result()
                bar.update()
        finally:
            pool.shutdown(cancel_futures=True)  # where one fails, those not begun stay so
    return folders


def forget_fits(folders: Iterable[Path]) -> None:
    """Remove what `run_fits` kept, once the stage has written its outputs."""
    for folder in folders:
        shutil.rmtree(folder)


def _run_job(job: Job, folder: Path) -> None:
    """In the fit's own process: train, measure, and only then let the folder appear."""
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    os.chdir(job.root)
    wall, cpu = time.perf_counter(), time.process_time()
    with TemporaryDirectory() as signals, replacing(folder) as temporary:
        # dvclive signals each step to an editor through one file of the whole repository, and of
        # two fits that end together one would find it gone: each gets a place of its own.
        os.environ["DVC_ROOT"] = signals
        temporary.mkdir()
        parameters = job.train(job.fit, job.params, temporary)
        cost = {
            "tasks": list(job.fit.tasks),
            "seed": job.fit.seed,
            "cpu_seconds": round(time.process_time() - cpu, 2),
            "wall_seconds": round(time.perf_counter() - wall, 2),
            "peak_mib": round(_peak_bytes() / 2**20, 1),
            "parameters": parameters,
        }
        write_json(temporary / "cost.json", cost)


def _peak_bytes() -> int:
    """The most memory that this process has held at once."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in KiB


def _context_with(jobs: Sequence[Job]) -> BaseContext:
    """New processes are forked from one that has already imported what the jobs need.

    They then start at once, and share the memory that the libraries take.
    """
    context = get_context("forkserver")
    # Of the paths to import from, Python 3.11 tells that process only those in the environment, and
    # it passes over in silence what it does not find.
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    context.set_forkserver_preload(sorted({job.train.__module__ for job in jobs}))
    return context


def _count_processes(n_fits: int) -> int:
    """How many fits run at once: one a core, or all where that would leave a second round thin.

    Three fits on two cores end after one and a half times the seconds of one if they share the
    cores from the start, and after twice as many if the third waits for its turn.
    """
    n_cores = _count_cores()
    return max(1, n_fits if n_fits < 2 * n_cores else n_cores)


def _count_cores() -> int:
    """Cores that this process may use, where the system tells; else all of the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _exit_with_parent() -> None:
    """A killed stage must not leave its fits running."""
    connection.wait([parent_process().sentinel])
    os._exit(1)


def _digest_files(folder: Path) -> bytes:
    """Of the names and contents of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.digest()


def _digest_job(job: Job, base: bytes) -> str:
    """Of everything that the job's result depends on; `base` stands for its code and records."""
    digest = hashlib.sha256(base)
    for section in job.params:
        # Which seeds there are is no input of a single fit: adding one must not redo the others.
        digest.update(section.model_dump_json(exclude={"seeds"}).encode())
    digest.update(json.dumps({name: version(name) for name in LIBRARIES}).encode())
    digest.update(f"{job.train.__module__}.{job.train.__qualname__} {job.fit!r}".encode())
    return digest.hexdigest()[:32]
