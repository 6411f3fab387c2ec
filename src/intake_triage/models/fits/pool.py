"""Fits on one machine: each in a process of its own, with one thread."""

import inspect
import json
import os
import platform
import re
import resource
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from importlib.metadata import version
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.util import get_temp_dir
from pathlib import Path

from intake_triage.errors import InputError, tell
from intake_triage.files import discard, replacing, write_json
from intake_triage.imports import import_closure, module_name
from intake_triage.models.fits.jobs import Job

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
LIBRARIES = ["torch", "torchjd", "transformers", "lightgbm", "scikit-learn", "scipy", "numpy"]
CPU_INFO = Path("/proc/cpuinfo")


def list_modules(jobs: Sequence[Job]) -> list[str]:
    """All of the checkout that fits import, be it only as they run."""
    names = set()
    for run in {job.train.func for job in jobs}:
        start = Path(inspect.getfile(run))
        others = set(import_closure(start)) - {start}
        names |= {run.__module__, *map(module_name, others)}
    return sorted(names)


class Pool:
    """The processes of this machine; a fit runs on one core, in a process of its own.

    A thread waits for each, so that the one that dies is known by name, and no other is the worse.
    """

    def __init__(self, processes: int | None = None) -> None:
        # Each has a core to itself: what its seconds are compared with had one too.
        self._threads = ThreadPoolExecutor(processes or _count_cores())
        self._running: set[BaseProcess] = set()
        self._closing = False
        # Starting a process looks after all others, and so does waiting for one: one at a time.
        self._lock = threading.Lock()

    def ship(self, jobs: Sequence[Job]) -> None:
        """All is here already; see `preload`."""
        self.preload(list_modules(jobs))

    def preload(self, modules: Iterable[str]) -> None:
        """Let new processes be forked from one that has imported what the fits need."""
        for name in THREAD_VARIABLES:  # read by the libraries when they are loaded
            os.environ[name] = "1"
        self._context = _context_with(modules)

    def submit(self, job: Job, folder: Path) -> Future[None]:
        return self._threads.submit(self._run, job, folder)

    def close(self) -> None:
        """Begin no further fit, and end those that run."""
        with self._lock:
            self._closing = True
            for process in self._running:
                process.kill()
        self._threads.shutdown(cancel_futures=True)

    def _run(self, job: Job, folder: Path) -> None:
        receiving, telling = self._context.Pipe(duplex=False)
        with receiving:
            with telling, self._lock:
                if self._closing:
                    raise CancelledError
                process = self._context.Process(target=_run_and_tell, args=(job, folder, telling))
                process.start()
                self._running.add(process)
            try:
                ended, told = receiving.recv()
            except EOFError:  # it could not even tell
                ended, told = "killed", ""
        connection.wait([process.sentinel])
        with self._lock:
            process.join()
            self._running.remove(process)
        if ended == "killed":
            discard(folder, process.pid)
            raise InputError(f"{job.fit.name}: {_tell_death(process.exitcode)}")
        if ended == "refused":
            raise InputError(told)
        if ended == "failed":
            raise RuntimeError(f"{job.fit.name} failed:\n{told}")


def _run_and_tell(job: Job, folder: Path, telling: connection.Connection) -> None:
    """What a fit's process does: `run_job`, and say in words how it ended."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the stage's to hear, which then ends its fits
    _end_with_parent()
    try:
        run_job(job, folder)
        telling.send(("done", ""))
    except InputError as error:
        telling.send(("refused", str(error)))
    except Exception as error:
        told = tell(error)
        if told is None:
            telling.send(("failed", traceback.format_exc()))
        else:
            telling.send(("refused", f"{job.fit.name}: {told}"))


def _tell_death(status: int) -> str:
    """Why a process is gone that said nothing, by its exit status, and what to do."""
    cause = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    # The system kills what wants more memory than there is; libraries abort.
    for_memory = status in (-signal.SIGKILL, -signal.SIGABRT)
    why = ", most likely for want of memory" if for_memory else ""
    mend = "free memory, or use fewer cores (Linux: `taskset -c 0 dvc repro`), " if why else ""
    return f"its process was ended by {cause}{why}; finished fits are kept: {mend}run this again"


def run_job(job: Job, folder: Path) -> None:
    """In the fit's own process: train, measure, and only then let the folder appear."""
    wall, cpu = time.perf_counter(), time.process_time()
    with replacing(folder) as temporary:
        # dvclive signals each step to an editor through one file of the whole repository, and of
        # two fits that end together one would find it gone: each gets a place of its own.
        signals = temporary / "signals"
        signals.mkdir(parents=True)
        os.environ["DVC_ROOT"] = str(signals)
        parameters = job.train(job.fit, job.layout, temporary)
        shutil.rmtree(signals)
        cost = {
            "tasks": list(job.fit.tasks),
            "seed": job.fit.seed,
            "cpu_seconds": round(time.process_time() - cpu, 2),
            "wall_seconds": round(time.perf_counter() - wall, 2),
            "peak_mib": round(_peak_bytes() / 2**20, 1),
            "parameters": parameters,
            "processor": name_processor(),
        }
        write_json(temporary / "cost.json", cost)


def describe_host() -> dict[str, str]:
    """Versions of what a fit's bytes depend on, and the kind of processor."""
    versions = {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}
    return versions | {"processor": name_processor()}


def name_processor() -> str:
    """As the system calls it."""
    listed = CPU_INFO.read_text(encoding="utf-8") if CPU_INFO.exists() else ""
    model = re.search(r"^model name\s*:\s*(.+)", listed, re.MULTILINE)
    return model[1].strip() if model else platform.processor() or "unknown"


def _peak_bytes() -> int:
    """The most memory that this process has held at once."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in KiB


def _context_with(modules: Iterable[str]) -> BaseContext:
    """New processes then start at once, and share the memory that the libraries take."""
    context = get_context("forkserver")
    # Python 3.11's forkserver gets sys.path only through PYTHONPATH, and silently skips modules it
    # cannot preload.
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    context.set_forkserver_preload(sorted(modules))
    return context


def _count_cores() -> int:
    """Cores that this process may use, where the system tells; else all of the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _end_with_parent() -> None:
    """A killed stage must not leave its fits running, nor processes that wait for one."""

    def end() -> None:
        connection.wait([parent_process().sentinel])
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


def serve(processes: str, *modules: str) -> None:
    """Run the fits that a worker asks for, until it closes standard input, or dies."""
    threading.Thread(target=_end_with_worker, daemon=True).start()
    pool = Pool(int(processes))
    pool.preload(modules)
    with connection.Listener() as listener:
        print(json.dumps([listener.address, describe_host()]), flush=True)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nobody reads what a library may print
        while True:
            threading.Thread(target=_answer, args=(listener.accept(), pool), daemon=True).start()


def _end_with_worker() -> None:
    """The fits end with this process; the folder of its sockets would stay."""
    sys.stdin.read()
    shutil.rmtree(get_temp_dir())
    os._exit(0)


def _answer(asking: connection.Connection, pool: Pool) -> None:
    """Take a job and the name of its folder; say what went wrong, or None."""
    with asking:
        try:
            pool.submit(*asking.recv()).result()
            asking.send(None)
        except Exception as error:  # of any kind: it is raised where the fit was asked for
            asking.send(error)
