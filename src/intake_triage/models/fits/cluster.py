"""Fits on the machines of a Dask cluster: code and records go there, and filled folders come back.

What is shipped is told apart by its content, and a worker unpacks it once: docs/cluster.md.
"""

import hashlib
import inspect
import ipaddress
import logging
import pickle
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import cloudpickle
from distributed import Client
from distributed import Future as Remote
from distributed.scheduler import KilledWorker
from tqdm import tqdm

from intake_triage.errors import InputError
from intake_triage.files import replacing
from intake_triage.imports import GROUND, SOURCE, import_closure
from intake_triage.layout import Layout
from intake_triage.models.fits import pool, worker
from intake_triage.models.fits.jobs import Job
from intake_triage.params import EncoderParams

CHECKOUT = SOURCE.parent
TRIES = 3  # of a fit that is lost with its worker, or with what it was sent


class Cluster:
    """The workers of a scheduler that somebody has started."""

    def __init__(self, **scheduler: str) -> None:
        """`address`, or `scheduler_file`, of `distributed.Client`."""
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is raised here
        cloudpickle.register_pickle_by_value(worker)
        try:
            if "scheduler_file" in scheduler:  # which would be waited for
                Path(scheduler["scheduler_file"]).open("rb").close()
            self._client = Client(**scheduler)
        except (OSError, TimeoutError) as error:
            raise InputError(f"no scheduler answers: {' '.join(str(error).split())}") from None
        self._host = f"fits-{uuid4().hex}"
        self._wanted = pool.describe_host()
        self._shipped: dict[Path, tuple[str, Remote]] = {}  # with the digest of what is in a folder
        self._closing = False
        self._collecting = Lock()

    def ship(self, jobs: Sequence[Job]) -> None:
        """Send the code; a folder of records follows with the first fit that reads it.

        Raises
        ------
        InputError
            If records would travel in the clear, or a worker's libraries are others.
        """
        self._wait_for_worker()
        check_addresses([self._client.scheduler.address, *self._client.scheduler_info()["workers"]])
        starts = {job.train.func: Path(inspect.getfile(job.train.func)) for job in jobs}
        files = set().union(*map(import_closure, [*starts.values(), Path(pool.__file__), *GROUND]))
        roots = {path.parents[run.__module__.count(".")] for run, path in starts.items()}
        host = worker.Host(
            worker.pack(sorted(files), CHECKOUT),
            sorted(str(root.relative_to(CHECKOUT)) for root in {SOURCE, CHECKOUT, *roots}),
            pool.list_modules(jobs),
        )
        self._client.register_plugin(host, name=self._host)
        about = self._client.run(worker.describe, self._host)
        for found in about.values():
            if difference := worker.find_difference(found, self._wanted):
                raise InputError(difference)
        kinds = sorted({found["processor"] for found in (self._wanted, *about.values())})
        if len(kinds) > 1:
            tqdm.write(f"processors that may round otherwise: {'; '.join(kinds)}")

    def submit(self, job: Job, folder: Path) -> Future[None]:
        done: Future[None] = Future()
        self._submit(job, folder, done, TRIES)
        return done

    def close(self) -> None:
        self._closing = True
        with self._collecting:  # Dask would wait for ever for what a closed client is asked
            pass
        if self._client.status == "running":
            with suppress(ValueError):  # nothing was shipped, by what is being raised
                self._client.unregister_worker_plugin(self._host)  # and end what still runs there
        self._client.close()

    def _submit(self, job: Job, folder: Path, done: Future[None], tries: int) -> None:
        sets: dict[str, Remote] = {}
        keywords = {name: self._send(value, sets) for name, value in job.train.keywords.items()}
        there = Job(job.fit, partial(job.train.func, **keywords), self._send(job.layout, sets))
        # Pickled, as all that Dask moves: who can send to these workers runs code there anyhow, and
        # a worker whose answer is read has our code and records. It is sound because nobody else
        # can, by TLS and on a trusted network (docs/cluster.md).
        message = pickle.dumps((there, Path(folder.name)))
        task = self._client.submit(
            _ByValue(worker.run_on_worker),
            self._host,
            self._wanted,
            message,
            folder.name,
            sets,
            # Another driver that asks for the same fit shares it; what became of an earlier try
            # Dask remembers by its key.
            key=f"fit-{folder.name}-{tries}",
        )
        task.add_done_callback(partial(self._collect, job, folder, done, tries))

    def _collect(
        self, job: Job, folder: Path, done: Future[None], tries: int, task: Remote
    ) -> None:
        with self._collecting:
            if not self._closing:
                self._take(job, folder, done, tries, task)

    def _take(self, job: Job, folder: Path, done: Future[None], tries: int, task: Remote) -> None:
        """Let the folder appear; a fit that was lost is sent again."""
        try:
            kind, content = task.result()
            if kind == "refused":
                raise InputError(content)
            if kind == "failed":
                raise pickle.loads(content)  # as in `_submit`
            with replacing(folder) as temporary:
                worker.unpack(content, temporary)
            done.set_result(None)
        except (CancelledError, EOFError, ConnectionError, KilledWorker) as error:
            gone = self._client.status != "running"
            if tries > 1 and not gone and not isinstance(error, KilledWorker):
                self._submit(job, folder, done, tries - 1)
            else:
                lost = "the scheduler" if gone else f"every worker that took {job.fit.name}"
                mend = "finished fits are kept, run this again"
                done.set_exception(InputError(f"{lost} is gone: {mend}"))
        except Exception as error:  # of any kind: it is raised where the fit was asked for
            done.set_exception(error)

    def _send(self, value: Any, sets: dict[str, Remote]) -> Any:
        """`value` as a worker has it: a folder lies below the name of its content."""
        if isinstance(value, Layout):
            return Layout(self._send_folder(value.prepared, value.root, sets))
        if isinstance(value, Path):
            return self._send_folder(value, value, sets)
        if isinstance(value, EncoderParams) and value.pretrained:
            place = self._send(Path(value.pretrained), sets)
            return value.model_copy(update={"pretrained": str(place)})
        return value

    def _send_folder(self, folder: Path, root: Path, sets: dict[str, Remote]) -> Path:
        name, task = self._shipped.get(folder, ("", None))
        if task is None or task.cancelled():
            content = worker.pack(sorted(folder.rglob("*")), root)
            self._wait_for_worker()
            task = self._client.scatter(content, hash=False)
            name = hashlib.sha256(content).hexdigest()
            self._shipped[folder] = name, task
        sets[name] = task
        return Path(name)

    def _wait_for_worker(self) -> None:
        if not self._count_running():
            tqdm.write("waiting for a worker of the cluster")
        while not self._count_running():
            if self._closing:
                raise CancelledError
            time.sleep(0.1)

    def _count_running(self) -> int:
        workers = self._client.scheduler_info()["workers"].values()
        return sum(worker["status"] == "running" for worker in workers)


class _ByValue:
    """A function whose module the other machines lack: pickled, it is its own code."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *values: Any) -> Any:
        return self.function(*values)

    def __reduce__(self) -> tuple[Any, ...]:
        return cloudpickle.loads, (cloudpickle.dumps(self.function),)


def check_addresses(addresses: Sequence[str]) -> None:
    """Raise an `InputError` unless what is sent there is encrypted, or stays on this machine."""
    for address in addresses:
        parts = urlsplit(address)
        host = ipaddress.ip_address(socket.getaddrinfo(parts.hostname, None)[0][4][0])
        if parts.scheme != "tls" and not host.is_loopback:
            mend = "start scheduler and workers with TLS (docs/cluster.md)"
            raise InputError(f"{address}: records would travel in the clear; {mend}")
