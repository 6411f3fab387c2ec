"""Fits on a Dask cluster of this machine: against its pool, what a scheduler holds, what ships.

The fits sleep, so that little but what is around a fit is measured.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any
from unittest.mock import patch

from benchmarks.processes import peak_mib, run_apart
from benchmarks.repeats import ratios, spread, take_turns
from benchmarks.sleeping import sleep
from benchmarks.workspace import SLOW_REPEATS, Workspace
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit, Job
from intake_triage.models.fits.pool import Pool
from intake_triage.models.fits.run import Workers

PAIR, SHIPPED_TO = 2, (1, 8)  # workers of one thread
SCHEDULER_FILE = "scheduler.json"
LONG = 600.0  # seconds of a fit that is not waited for


def measure(workspace: Workspace) -> dict[str, Any]:
    """Wall seconds of many short fits, memory of the scheduler, seconds until records are there."""
    scale, root = workspace.scale, workspace.root / "cluster"
    large = root / "large"
    for folder, n_bytes in ((root, 1_000), (large, scale.shipped_mb * 1_000_000)):
        Layout(folder).prepared.mkdir(parents=True)
        (Layout(folder).prepared / "records").write_bytes(os.urandom(n_bytes))
    apart = partial(run_apart, folder=root, threads=None)
    with dask_cluster(root, PAIR) as scheduler:
        candidates = {
            name: partial(apart, fit_briefly, (name, scale.cluster_fits))
            for name in ("pool", "cluster")
        }
        turns = take_turns("cluster", SLOW_REPEATS, candidates)
        runs = {name: [run for (run,) in repeats] for name, repeats in turns.items()}
        after_fits = peak_mib(scheduler)
        (queue,) = apart(queue_fits, (scale.queued_fits,))
        after_queue = peak_mib(scheduler)
    shipping = {}
    for workers in SHIPPED_TO:
        with dask_cluster(root, workers) as scheduler:
            (run,) = apart(ship_records, (workers, large))
            shipping[str(workers)] = run.value | {"scheduler_peak_mib": round(peak_mib(scheduler))}
    seconds = {name: [run.wall_seconds for run in repeats] for name, repeats in runs.items()}
    return {
        "cluster_against_pool": ratios(seconds["cluster"], seconds["pool"]),
        "wall_seconds": {name: spread(values) for name, values in seconds.items()},
        "cpu_seconds_of_driver": spread([run.cpu_seconds for run in runs["cluster"]]),
        "scheduler_peak_mib": {"fits": round(after_fits), "queue": round(after_queue)},
        "queue": queue.value,
        "shipping": shipping,
        "fits": scale.cluster_fits,
        "queued_fits": scale.queued_fits,
        "shipped_mb": scale.shipped_mb,
        "workers": PAIR,
        "repeats": SLOW_REPEATS,
    }


def fit_briefly(where: str, n_fits: int) -> Callable[[], None]:
    """Fits of a second on two workers, or on two processes of this machine."""
    jobs, folder = list_jobs(n_fits, seconds=1), Path(mkdtemp(dir="."))

    def fit() -> None:
        # Each process of the pool imports the program anew, which is small where a stage runs.
        with (
            patch.dict(sys.modules, __main__=ModuleType("__main__")),
            closing(Pool(PAIR) if where == "pool" else find_cluster()) as workers,
        ):
            workers.ship(jobs)
            wait(submit(workers, jobs, folder))

    return fit


def queue_fits(n_fits: int) -> Callable[[], dict[str, float]]:
    """Have a scheduler hold so many fits that wait, and then forget them."""
    jobs, folder = list_jobs(n_fits, seconds=LONG), Path(mkdtemp(dir="."))

    def queue() -> dict[str, float]:
        import cloudpickle
        from distributed import Client

        cloudpickle.register_pickle_by_value(sys.modules[__name__])  # for a scheduler without it
        with closing(find_cluster()) as workers, Client(scheduler_file=SCHEDULER_FILE) as looking:
            workers.ship(jobs)
            begun = time.perf_counter()
            submit(workers, jobs, folder)
            while looking.run_on_scheduler(count_tasks) < n_fits:
                time.sleep(0.2)
            return {"seconds_to_submit": round(time.perf_counter() - begun, 2)}

    return queue


def ship_records(n_workers: int, large: Path) -> Callable[[], dict[str, float]]:
    """A fit for each worker, three times over: the first, with large records, with these again."""

    def ship() -> dict[str, float]:
        with closing(find_cluster()) as workers:
            begun = time.perf_counter()
            workers.ship(list_jobs(1, seconds=1))
            measured = {"servers": round(time.perf_counter() - begun, 2)}
            rounds = {"first_fit": Layout(), "records": Layout(large), "there": Layout(large)}
            for name, layout in rounds.items():
                jobs, folder = list_jobs(n_workers, seconds=3, layout=layout), Path(mkdtemp())
                asked = time.perf_counter()
                wait(submit(workers, jobs, folder))
                notes = [read_json(path) for path in folder.glob("*/begun.json")]
                measured[name] = round(max(note["time"] for note in notes) - asked, 2)
                measured[f"{name}_workers"] = len({note["where"] for note in notes})
            return measured

    return ship


def list_jobs(n_fits: int, *, seconds: float, layout: Layout = Layout()) -> list[Job]:
    train = partial(sleep, seconds=seconds)
    return [Job(Fit("gbm", ("urgency",), seed), train, layout) for seed in range(n_fits)]


def submit(workers: Workers, jobs: Sequence[Job], folder: Path) -> list[Future[None]]:
    """Each fit's folder has a name that no other run's has."""
    place = folder.absolute()
    return [workers.submit(job, place / f"{place.name}-{job.fit.seed}") for job in jobs]


def wait(running: Sequence[Future[None]]) -> None:
    for future in running:
        future.result()


def find_cluster() -> Workers:
    """That of the current folder; the library that it needs is not asked for before."""
    from intake_triage.models.fits.cluster import Cluster

    return Cluster(scheduler_file=SCHEDULER_FILE)


def count_tasks(dask_scheduler: Any) -> int:
    """How many fits the scheduler knows, finished ones aside."""
    return sum(str(key).startswith("fit-") for key in dask_scheduler.tasks)


@contextmanager
def dask_cluster(folder: Path, n_workers: int) -> Iterator[int]:
    """A scheduler, whose process id this gives, and workers of one thread."""
    scheduler_file = folder / SCHEDULER_FILE
    scheduler_file.unlink(missing_ok=True)
    place = ("--scheduler-file", str(scheduler_file))
    with ExitStack() as running:
        scheduler = start_dask(running, folder, "scheduler", "--port", "0", *place)
        while not scheduler_file.exists():
            time.sleep(0.1)
        for _ in range(n_workers):
            start_dask(running, folder, "worker", "--nthreads", "1", "--no-nanny", *place)
        from distributed import Client

        with Client(scheduler_file=str(scheduler_file)) as client:
            client.wait_for_workers(n_workers)
        yield scheduler.pid


def start_dask(
    running: ExitStack, folder: Path, kind: str, *options: str
) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "dask", kind, "--host", "127.0.0.1", "--no-dashboard"]
    with (folder / "dask.log").open("a", encoding="utf-8") as log:
        process = subprocess.Popen([*command, *options], cwd=folder, stdout=log, stderr=log)
    running.callback(process.wait)
    running.callback(process.terminate)
    return process
