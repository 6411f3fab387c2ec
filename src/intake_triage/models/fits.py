"""Fits: one model, one seed, one process, one thread; the finished ones survive a killed stage.

A fit with a single thread gives the same bytes whatever else runs and however many cores there are,
so the number of processes is no parameter: it follows from the number of cores.
"""

import hashlib
import inspect
import json
import os
import resource
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import BaseContext
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel
from tqdm import tqdm

from intake_triage.files import replacing, write_json
from intake_triage.imports import import_closure
from intake_triage.layout import Layout
from intake_triage.tasks import Task

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
LIBRARIES = ["torch", "torchjd", "transformers", "lightgbm", "scikit-learn", "scipy", "numpy"]


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


# A function at the top level of a module, with the keywords that it needs, called as
# ``train(fit, layout, folder)`` in a process of its own. It learns from `layout.prepared` and fills
# `folder`: `model/`, `logits_<task>.npy` for the records outside train, `history.json`, and `live/`
# where the system logs. It returns the number of parameters.
TrainFit = partial[int]


@dataclass(frozen=True)
class Job:
    """A fit to run, and the layout of the records that it learns from."""

    fit: Fit
    train: TrainFit
    layout: Layout


def run_fits(jobs: Sequence[Job], kept: Path) -> list[Path]:
    """Train every fit that no earlier, interrupted run has finished.

    Parameters
    ----------
    jobs : sequence of Job
    kept : where finished fits lie. One is the same fit as long as its records, the keywords of its
        `train`, the files that `train` is made of, and the libraries are.

    Returns
    -------
    for each job the folder that `train` filled, absolute, plus its `cost.json`
        CPU and wall seconds, the process's peak memory in MiB, the number of parameters.
    """
    folders = [kept.absolute() / digest for digest in _digest_jobs(jobs)]
    for leftover in kept.glob(".*.part"):  # of a run that was killed
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
            # Each has a core to itself: what its seconds are compared with had one too.
            max_workers=_count_cores(),
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
    wall, cpu = time.perf_counter(), time.process_time()
    with TemporaryDirectory() as signals, replacing(folder) as temporary:
        # dvclive signals each step to an editor through one file of the whole repository, and of
        # two fits that end together one would find it gone: each gets a place of its own.
        os.environ["DVC_ROOT"] = signals
        temporary.mkdir()
        parameters = job.train(job.fit, job.layout, temporary)
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
    # Python 3.11's forkserver gets sys.path only through PYTHONPATH, and silently skips modules it
    # cannot preload.
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    context.set_forkserver_preload(sorted({job.train.func.__module__ for job in jobs}))
    return context


def _count_cores() -> int:
    """Cores that this process may use, where the system tells; else all of the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _exit_with_parent() -> None:
    """A killed stage must not leave its fits running."""
    connection.wait([parent_process().sentinel])
    os._exit(1)


def _digest_jobs(jobs: Sequence[Job]) -> list[str]:
    """Of everything that each job's result depends on."""
    code = {
        function: _digest_files(import_closure(Path(inspect.getfile(function))))
        for function in {job.train.func for job in jobs}
    }
    records = {
        layout: _digest_files(path for path in layout.prepared.rglob("*") if path.is_file())
        for layout in {job.layout for job in jobs}
    }
    libraries = json.dumps({name: version(name) for name in LIBRARIES})
    digests = []
    for job in jobs:
        function = job.train.func
        parts = [repr(job.fit), f"{function.__module__}.{function.__qualname__}", libraries]
        for name, value in sorted(job.train.keywords.items()):
            # Which seeds there are is no input of a single fit: adding one redoes no other.
            section = isinstance(value, BaseModel)
            parts += [name, value.model_dump_json(exclude={"seeds"}) if section else repr(value)]
        digest = hashlib.sha256(code[function] + records[job.layout] + json.dumps(parts).encode())
        digests.append(digest.hexdigest()[:32])
    return digests


def _digest_files(paths: Iterable[Path]) -> bytes:
    """Of the names and contents of files, in the order of their paths."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.digest()
