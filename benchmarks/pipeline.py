"""The pipeline under DVC, in a clone without cache: all, nothing to do, another loss weight."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from tqdm import tqdm

from benchmarks.repeats import spread
from benchmarks.workspace import CHECKOUT, Workspace, write_params

SAMPLING_SECONDS = 2  # each look at the memory stops the fits for some milliseconds
COMMANDS = {
    "full": ("repro",),
    "nothing_to_do": ("repro",),
    "loss_weight": ("exp", "run", "-S", "mtl.loss_weight=0.3"),
}


def measure(workspace: Workspace) -> dict[str, Any]:
    """Once only, since it takes long; what is run is the last commit."""
    clone, changes = workspace.root / "clone", workspace.scale.changes
    committer = ("--config", "user.name=benchmark", "--config", "user.email=benchmark@example.org")
    subprocess.run(["git", "clone", "--quiet", *committer, CHECKOUT.root, clone], check=True)
    if changes:
        write_params(clone, changes | {"data": {"n_records": workspace.scale.n_records}})
    seconds, measured = {}, {}
    for name, arguments in tqdm(COMMANDS.items(), desc="pipeline", disable=None):
        seconds[name], peak = observe([sys.executable, "-m", "dvc", *arguments], folder=clone)
        measured[name] = {"wall_seconds": spread([seconds[name]])}
        if name != "nothing_to_do":  # over before the first look at its memory
            measured[name]["peak_mib"] = spread([peak])
        # As a user would before an experiment, and the results of one run are the next's base.
        commit = ["git", "commit", "--quiet", "--all", "--allow-empty", "--message", name]
        subprocess.run(commit, cwd=clone, check=True)
    ratio = spread([seconds["loss_weight"] / seconds["full"]])
    return {"loss_weight_against_full": ratio} | measured | {"repeats": 1}


def observe(command: list[str], *, folder: Path) -> tuple[float, float]:
    """Wall seconds of a command, and the most MiB that it and its descendants held at once.

    Raises
    ------
    RuntimeError
        If it fails; the message ends with what it printed last.
    """
    python = Path(sys.executable).parent  # which the stages are to run with
    path = f"{python}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1"}
    log, peak, start = folder.parent / "command.log", 0.0, time.perf_counter()
    with log.open("w", encoding="utf-8") as printed:
        process = psutil.Popen(
            command, cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT
        )
        while process.poll() is None:
            try:
                process.wait(SAMPLING_SECONDS)
            except psutil.TimeoutExpired:
                peak = max(peak, memory_of_tree(process))
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        last = log.read_text(encoding="utf-8")[-2000:]
        raise RuntimeError(f"{' '.join(command)} exited {process.returncode}\n{last}")
    return seconds, peak


def memory_of_tree(process: psutil.Process) -> float:
    """Memory of a process and its descendants in MiB; pages that they share are counted once.

    By proportional set size, or by unique set size where the system knows no other.
    """
    tree, total = [process], 0
    with suppress(psutil.Error):  # as below: it has just ended
        tree += process.children(recursive=True)
    for member in tree:
        with suppress(psutil.Error):
            memory = member.memory_full_info()
            total += getattr(memory, "pss", memory.uss)
    return total / 2**20
