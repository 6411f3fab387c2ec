"""The pipeline under DVC, in a clone without cache: all, nothing to do, another loss weight."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from tqdm import tqdm

from benchmarks import ROOT
from benchmarks.spread import spread
from benchmarks.workspace import Workspace, changed_params
from intake_triage.params import PARAMS_FILE

SAMPLING_SECONDS = 2  # each look at the memory stops the fits for some milliseconds
WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "benchmark"), ("EMAIL", "benchmark@example.org"))
}
COMMANDS = {
    "full": ("repro",),
    "nothing_to_do": ("repro",),
    "loss_weight": ("exp", "run", "-S", "mtl.loss_weight=0.3"),
}


@dataclass(frozen=True)
class Observed:
    """How long a command ran, and the most memory that it and its descendants held at once."""

    wall_seconds: float
    peak_mib: float


def measure(workspace: Workspace) -> dict[str, Any]:
    """Once only, since it takes long; what is run is the last commit."""
    clone = workspace.root / "clone"
    environment = os.environ | WHO
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["DVC_NO_ANALYTICS"] = "1"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    changes = workspace.scale.changes
    if changes:
        changes = changes | {"data": {"n_records": workspace.scale.n_records}}
        (clone / PARAMS_FILE).write_text(changed_params(changes), encoding="utf-8")
    observed = {}
    for name, arguments in tqdm(COMMANDS.items(), desc="pipeline", disable=None):
        command = [sys.executable, "-m", "dvc", *arguments]
        observed[name] = observe(command, folder=clone, environment=environment)
        # As a user would before an experiment, and the results of one run are the next's base.
        commit = ["git", "commit", "--quiet", "--all", "--allow-empty", "--message", name]
        subprocess.run(commit, cwd=clone, env=environment, check=True)
    full = observed["full"].wall_seconds
    return {
        "loss_weight_against_full": spread([observed["loss_weight"].wall_seconds / full]),
        **{
            name: {
                "wall_seconds": spread([run.wall_seconds]),
                "peak_mib": spread([run.peak_mib]),
            }
            for name, run in observed.items()
        },
        "repeats": 1,
    }


def observe(command: list[str], *, folder: Path, environment: dict[str, str]) -> Observed:
    """Run a command to its end, looking at its memory all the while.

    Raises
    ------
    RuntimeError
        If it fails; the message ends with what it printed last.
    """
    log = folder.parent / "command.log"
    peak = 0.0
    start = time.perf_counter()
    with log.open("w", encoding="utf-8") as printed:
        process = psutil.Popen(
            command, cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT
        )
        while True:
            try:
                status = process.wait(SAMPLING_SECONDS)
                break
            except psutil.TimeoutExpired:
                peak = max(peak, memory_of_tree(process))
    seconds = time.perf_counter() - start
    if status != 0:
        last = log.read_text(encoding="utf-8")[-2000:]
        raise RuntimeError(f"{' '.join(command)} exited {status}\n{last}")
    return Observed(seconds, peak)


def memory_of_tree(process: psutil.Process) -> float:
    """Memory of a process and its descendants in MiB; pages that they share are counted once.

    By proportional set size, or by unique set size where the system knows no other.
    """
    total = 0
    try:
        tree = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for member in tree:
        try:
            memory = member.memory_full_info()
        except psutil.Error:  # it has just ended
            continue
        total += getattr(memory, "pss", memory.uss)
    return total / 2**20
