"""Forms over HTTP: how soon a service is ready, a form alone, and many clients at once.

The service is a process of its own on the loopback, and so are its clients, on the same cores.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.processes import run_apart
from benchmarks.repeats import spread, take_turns
from benchmarks.score_table import load_as_bundle, save_forecaster
from benchmarks.workspace import CHECKOUT, Workspace
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.recommendation.candidates import SetUp
from intake_triage.records.prepared import read_prepared
from intake_triage.release.bundle.build import copy_fits, write_parts
from intake_triage.release.bundle.manifest import seal

BUNDLE = "bundle"
CLIENTS = 50
LONGEST_START = 120  # seconds
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Served:
    """What one client after the other was given, or all at once.

    Attributes
    ----------
    seconds : float array of shape (n_requests,)
        From a request to the whole of its answer.
    wall_seconds : from the first request to the last answer
    failed : requests that were not answered with 200
    """

    seconds: np.ndarray
    wall_seconds: float
    failed: int

    def milliseconds(self, share: float) -> float:
        """A quantile of what the requests took."""
        return 1000 * float(np.quantile(self.seconds, share))


def measure(workspace: Workspace) -> dict[str, Any]:
    """mtl with all its seeds: seconds to ready, milliseconds of a form alone and among many."""
    scale, folder = workspace.scale, workspace.prepared()
    run_apart(save_forecaster, ("mtl",), folder=folder)
    run_apart(save_bundle, (), folder=folder)
    bodies = list_bodies(folder, scale.scored_forms[1])
    runs = take_turns("serve", scale.repeats, {"alone": partial(ask_alone, folder, bodies)})
    with serving(folder) as (address, _):
        together = ask_together(address, bodies, scale.load_seconds)
    return {
        "seconds_to_ready": spread([start for start, _ in runs["alone"]]),
        "alone": describe([served for _, served in runs["alone"]]),
        "together": describe([together]),
        "clients": CLIENTS,
        "load_seconds": scale.load_seconds,
        "seeds": len(load_params(Layout(folder).params).train.seeds),
        "repeats": scale.repeats,
    }


def describe(runs: list[Served]) -> dict[str, Any]:
    """What the runs of one kind took."""
    return {
        "median_ms": spread([run.milliseconds(0.5) for run in runs]),
        "p99_ms": spread([run.milliseconds(0.99) for run in runs]),
        "forms_per_second": spread([len(run.seconds) / run.wall_seconds for run in runs]),
        "failed": sum(run.failed for run in runs),
    }


def save_bundle() -> Callable[[], None]:
    """A bundle of the current folder's mtl, as `intake-triage` loads it."""

    def save() -> None:
        bundle = replace(load_as_bundle("mtl"), folder=Path(BUNDLE))
        about = bundle.manifest.model_dump(exclude={"files"})
        copy_fits(SetUp(**about["forecasters"]), Layout(), Layout(bundle.folder))
        write_parts(bundle)
        seal(bundle.folder, about)

    return save


def list_bodies(folder: Path, n_forms: int) -> list[bytes]:
    """Requests with a form each, of all splits but train."""
    prepared = read_prepared(Layout(folder))
    frame = prepared.frame[prepared.frame["split"] != "train"].head(n_forms)
    names = ["record_id", "text", *(field.name for field in prepared.schema.fields)]
    rows = frame[names].astype(object).where(frame[names].notna(), None)
    return [json.dumps(form).encode() for form in rows.to_dict("records")]


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, float]]:
    """A service of the folder's bundle; gives its address and how many seconds it took to ready."""
    command = [sys.executable, "-m", "intake_triage", "serve", BUNDLE, "--port", "0"]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT.root / "src")}
    start = time.perf_counter()
    log = folder / "serve.log"
    with log.open("w", encoding="utf-8") as told:
        service = subprocess.Popen(
            [*command, "--audit-log", "audit.jsonl"], cwd=folder, env=environment, stderr=told
        )
    try:
        while "ready" not in log.read_text(encoding="utf-8"):
            if service.poll() is not None or time.perf_counter() - start > LONGEST_START:
                raise RuntimeError(f"no service: {log.read_text(encoding='utf-8')}")
            time.sleep(0.01)
        seconds = time.perf_counter() - start
        yield re.search(r"http://(\S+)", log.read_text(encoding="utf-8"))[1], seconds
    finally:
        service.terminate()
        service.wait()


def ask_alone(folder: Path, bodies: list[bytes]) -> tuple[float, Served]:
    """Seconds to ready of a new service, and what a single client is given form by form."""
    with serving(folder) as (address, seconds):
        return seconds, ask(address, bodies)


def ask(address: str, bodies: list[bytes], until: float = np.inf) -> Served:
    """Send one request after the other, over one connection, at most until a time of the clock."""
    connection = HTTPConnection(address, timeout=60)
    seconds, failed, begin = [], 0, time.perf_counter()
    for body in bodies:
        start = time.perf_counter()
        if start > until:
            break
        connection.request("POST", "/score", body, JSON)
        reply = connection.getresponse()
        reply.read()
        failed += reply.status != 200
        seconds.append(time.perf_counter() - start)
    connection.close()
    return Served(np.array(seconds), time.perf_counter() - begin, failed)


def ask_together(address: str, bodies: list[bytes], seconds: float) -> Served:
    """What `CLIENTS` clients are given for so long, each with a connection of its own."""
    begin = time.perf_counter()
    many = bodies * (1 + 10_000 // len(bodies))
    with ThreadPoolExecutor(CLIENTS) as clients:
        asked = [clients.submit(ask, address, many[i:], begin + seconds) for i in range(CLIENTS)]
        served = [each.result() for each in asked]
    return Served(
        np.concatenate([each.seconds for each in served]),
        time.perf_counter() - begin,
        sum(each.failed for each in served),
    )
