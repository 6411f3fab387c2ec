"""Run fits, wherever; the finished ones survive a killed stage.

A fit with a single thread gives the same bytes whatever else runs and however many cores there are,
so where it runs is no parameter: on this machine's cores, or on the cluster that Dask's own setting
names (docs/cluster.md).
"""

import hashlib
import inspect
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, as_completed
from contextlib import closing
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel
from tqdm import tqdm

from intake_triage.errors import InputError
from intake_triage.files import remove_leftovers
from intake_triage.imports import import_closure
from intake_triage.models.fits.jobs import Job
from intake_triage.models.fits.pool import LIBRARIES, Pool

DASK_SETTINGS = {"DASK_SCHEDULER_ADDRESS": "address", "DASK_SCHEDULER_FILE": "scheduler_file"}


class Workers(Protocol):
    """Where fits run: a `Pool` of this machine's processes, or a `Cluster`."""

    def ship(self, jobs: Sequence[Job]) -> None:
        """Bring there the code and the records that the jobs need."""

    def submit(self, job: Job, folder: Path) -> Future[None]:
        """Train; done once `folder` is here, filled as by `pool.run_job`."""

    def close(self) -> None:
        """Begin no further fit, end those that run, and leave nothing there."""


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
        CPU and wall seconds, the process's peak memory in MiB, the number of parameters, the kind
        of processor.

    Raises
    ------
    InputError
        If a fit's process is killed, or a cluster is asked for that cannot be used, or is lost;
        finished fits are kept.
    """
    folders = [kept.absolute() / digest for digest in _digest_jobs(jobs)]
    remove_leftovers(kept)
    # Equal jobs have one folder: whoever asks for a fit that is there already gets that one.
    waiting = {place: job for job, place in zip(jobs, folders, strict=True) if not place.exists()}
    if waiting:
        total = len(set(folders))
        bar = tqdm(total=total, initial=total - len(waiting), unit="fit", disable=None)
        with bar, closing(_find_workers()) as workers:
            workers.ship(list(waiting.values()))
            running = [workers.submit(job, place) for place, job in waiting.items()]
            for finished in as_completed(running):
                finished.result()
                bar.update()
    return folders


def forget_fits(folders: Iterable[Path]) -> None:
    """Remove what `run_fits` kept, once the stage has written its outputs."""
    for folder in folders:
        shutil.rmtree(folder)


def _find_workers() -> Workers:
    asked = [name for name in DASK_SETTINGS if os.environ.get(name)]
    if not asked:
        return Pool()
    if find_spec("distributed") is None:
        mend = "pip install -r requirements-cluster.txt, or unset it"
        raise InputError(f"{asked[0]} is set, and Dask.distributed is not installed; {mend}")
    from intake_triage.models.fits.cluster import Cluster

    return Cluster(**{DASK_SETTINGS[asked[0]]: os.environ[asked[0]]})


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
