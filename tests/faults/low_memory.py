"""The default pipeline's dearest stage in little memory: done, or refused in a line.

Run     python -m tests.faults.low_memory [<GiB>]    by default 1.5; with the right to bound memory
Prints  what the stage said with all cores, and with one
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.checkout import Checkout, environment, make_small
from tests.faults.limits import little_memory

STAGE = (sys.executable, "-m", "stages.train_mtl")


def main() -> None:
    size = int(2**30 * float(sys.argv[1] if len(sys.argv) > 1 else 1.5))
    with tempfile.TemporaryDirectory() as place:
        default = make_small(Path(place, "default").resolve(), {})
        default.run(sys.executable, "-m", "stages.prepare")
        cores = sorted(os.sched_getaffinity(0))
        well = [ends_well(default, size, chosen) for chosen in (cores, cores[:1])]
    sys.exit(not all(well))


def ends_well(checkout: Checkout, size: int, cores: Collection[int]) -> bool:
    """Whether the stage is done, or says in one line what to do; print what it said."""
    done = run_bounded(checkout, size, cores)
    said = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    print(
        f"{len(cores)} cores:",
        *(said or ["done" if done.returncode == 0 else done.stderr]),
        flush=True,
    )
    told = len(said) == 1 and "for want of memory" in said[0] and "taskset" in said[0]
    return told or done.returncode == 0


def run_bounded(
    checkout: Checkout, size: int, cores: Collection[int]
) -> subprocess.CompletedProcess[str]:
    """The stage on these cores, and in little memory together with all its processes."""
    with little_memory(size) as group:

        def be_bounded() -> None:
            group.write_text("0")
            os.sched_setaffinity(0, cores)

        return subprocess.run(
            STAGE,
            cwd=checkout.root,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=be_bounded,
        )


if __name__ == "__main__":
    try:
        main()
    except pytest.skip.Exception as unable:
        sys.exit(f"error: {unable}")
