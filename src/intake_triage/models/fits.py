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
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import BaseContext
from pathlib import Path

from pydantic import BaseModel
from tqdm import tqdm

from intake_triage.files import replacing, write_json
from intake_triage.records.prepared import PREPARED
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


def run_fits(
    fits: list[Fit], train: TrainFit, params: tuple[BaseModel, ...], *, code: Path
) -> dict[Fit, Path]:
    """Train every fit that no earlier, interrupted run has finished.

    Parameters
    ----------
    train : function at the top level of a module, run in a process of its own
    params : the params sections that `train` takes
    code : folder of the package that `train` is in; another version of it is another fit

    Returns
    -------
    dict of fit to the folder that `train` filled, plus its `cost.json`
        CPU and wall seconds, the process's peak memory in MiB, the number of parameters.
    """
    base = _digest_inputs(params, code)
    folders = {fit: FITS / _digest_fit(fit, base) for fit in fits}
    for leftover in FITS.glob(".*.part"):  # of a run that was killed
        shutil.rmtree(leftover)
    open_fits = [fit for fit in fits if not folders[fit].exists()]
    bar = tqdm(total=len(fits), initial=len(fits) - len(open_fits), unit="fit", disable=None)
    for name in THREAD_VARIABLES:  # read by the libraries when the new processes load them
        os.environ[name] = "1"
    with (
        bar,
        ProcessPoolExecutor(
            max_workers=_count_processes(len(open_fits)),
            mp_context=_context_with(train),
            max_tasks_per_child=1,  # so that peak memory is that of one fit
        ) as pool,
    ):
        running = [pool.submit(_run_fit, fit, train, params, folders[fit]) for fit in open_fits]
        try:
            for finished in as_completed(running):
                finished.result()
                bar.update()
        finally:
            pool.shutdown(cancel_futures=True)  # where one fails, those not begun stay so
    return folders


def forget_fits(folders: dict[Fit, Path]) -> None:
    """Remove what `run_fits` kept, once the stage has written its outputs."""
    for folder in folders.values():
        shutil.rmtree(folder)


def _run_fit(fit: Fit, train: TrainFit, params: tuple[BaseModel, ...], folder: Path) -> None:
    """In the fit's own process: train, measure, and only then let the folder appear."""
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    wall, cpu = time.perf_counter(), time.process_time()
    with replacing(folder) as temporary:
        temporary.mkdir()
        parameters = train(fit, params, temporary)
        cost = {
            "tasks": list(fit.tasks),
            "seed": fit.seed,
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


def _context_with(train: TrainFit) -> BaseContext:
    """New processes are forked from one that has already imported what `train` needs."""
    context = get_context("forkserver")
    context.set_forkserver_preload([train.__module__])
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


def _digest_inputs(params: tuple[BaseModel, ...], code: Path) -> bytes:
    """Everything besides the fit itself that its result depends on."""
    digest = hashlib.sha256()
    for section in params:
        # Which seeds there are is no input of a single fit: adding one must not redo the others.
        digest.update(section.model_dump_json(exclude={"seeds"}).encode())
    digest.update(json.dumps({name: version(name) for name in LIBRARIES}).encode())
    for root in (code, PREPARED):
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.name.encode())
                digest.update(path.read_bytes())
    return digest.digest()


def _digest_fit(fit: Fit, base: bytes) -> str:
    return hashlib.sha256(base + repr(fit).encode()).hexdigest()[:32]
