"""What a cluster's worker is sent. It has no checkout: Dask sends the code of this file by value.

So nothing here imports the project, and a job and what became of it pass through as bytes.
"""

import asyncio
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from multiprocessing.connection import Client
from pathlib import Path
from threading import Lock

from distributed import Worker, WorkerPlugin, get_worker

SERVE = "import sys; from intake_triage.models.fits import pool; pool.serve(*sys.argv[1:])"


class Host(WorkerPlugin):
    """On each worker: the code of one run, unpacked, and the process that runs its fits.

    `code` is a tar, `roots` the folders in it where Python looks for modules.
    """

    def __init__(self, code: bytes, roots: list[str], modules: list[str]) -> None:
        self.code, self.roots, self.modules = code, roots, modules

    async def setup(self, worker: Worker) -> None:
        self.lock = Lock()
        self.folder = Path(worker.local_directory, f"{worker.id}-{id(self)}")
        await asyncio.to_thread(self._start, worker.state.nthreads)

    async def teardown(self, worker: Worker) -> None:
        self.server.stdin.close()  # which ends it
        self.server.wait()
        shutil.rmtree(self.folder)

    def _start(self, processes: int) -> None:
        unpack(self.code, self.folder)
        paths = os.pathsep.join(str(self.folder / root) for root in self.roots)
        command = [sys.executable, "-c", SERVE, str(processes), *self.modules]
        environment, pipe = os.environ | {"PYTHONPATH": paths}, subprocess.PIPE
        self.server = subprocess.Popen(
            command, cwd=self.folder, env=environment, stdin=pipe, stdout=pipe
        )
        said = self.server.stdout.readline()  # nothing, where the code cannot be imported
        self.address, self.about = json.loads(said) if said else ("", {})

    def run(self, job: bytes, name: str, sets: Mapping[str, bytes]) -> tuple[str, bytes]:
        """Have folder `name` filled: a tar of it, or the exception that the fit raised, pickled."""
        for place, content in sets.items():
            with self.lock:
                if not (self.folder / place).exists():
                    unpack(content, self.folder / place)
        with Client(self.address) as server:
            server.send_bytes(job)
            answer = server.recv_bytes()
        folder = self.folder / name
        if not folder.exists():
            return "failed", answer
        content = pack(sorted(folder.rglob("*")), folder)
        shutil.rmtree(folder)
        return "done", content


def run_on_worker(host: str, wanted: dict[str, str], *job) -> tuple[str, bytes | str]:
    """A task: `Host.run`, where the worker is as `wanted`."""
    plugin = get_worker().plugins.get(host)
    if plugin is None:  # another driver that wants the fit sends it anew
        raise ConnectionError("who sent this fit has ended")
    difference = find_difference(plugin.about, wanted)
    return ("refused", difference) if difference else plugin.run(*job)


def describe(host: str, dask_worker: Worker) -> dict[str, str]:
    """What `pool.describe_host` says on the worker."""
    return dask_worker.plugins[host].about


def find_difference(about: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """The first version in which a worker differs, or nothing; another processor is no fault."""
    for name, version in wanted.items():
        if name != "processor" and about.get(name) != version:
            return f"a worker has {name} {about.get(name, 'missing')}, this machine {version}"
    return ""


def pack(files: list[Path], root: Path) -> bytes:
    """A tar of files by their names below `root`: the same bytes for the same contents."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for path in files:
            member = archive.gettarinfo(path, str(path.relative_to(root)))
            member.mtime = member.uid = member.gid = 0
            member.uname = member.gname = ""
            with path.open("rb") if path.is_file() else io.BytesIO() as content:
                archive.addfile(member, content)
    return out.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Below a temporary name first, so that what is there is whole."""
    part = folder.with_name(f"{folder.name}.part")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(part, filter="data")
    part.rename(folder)
