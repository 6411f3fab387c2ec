"""The default pipeline's dearest stage in 1.5 GiB: refused in a line, and done on a single core.

Run     python -m tests.faults.low_memory    ten minutes; with the right to bound memory
Prints  what the stage said with all cores and with one, each beginning anew
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.checkout import Checkout, environment, make_small
from tests.faults.limits import little_memory

SIZE = 3 * 2**29  # bytes
STAGE = (sys.executable, "-m", "stages.train_mtl")


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        default = make_small(Path(place, "default").resolve(), {})
        default.run(sys.executable, "-m", "stages.prepare")
        cores = sorted(os.sched_getaffinity(0))
        crowded, alone = (run_bounded(default, chosen) for chosen in (cores, cores[:1]))
        said = [line for line in crowded.stderr.splitlines() if line.startswith("error: ")]
        print(f"{len(cores)} cores:", *(said or ["had enough"]), flush=True)
        print("1 core:", alone.stderr[-500:] if alone.returncode else "done", flush=True)
    one_line = len(said) == 1 and "for want of memory" in said[0] and "taskset" in said[0]
    sys.exit(bool(alone.returncode) or not (one_line or crowded.returncode == 0))


def run_bounded(checkout: Checkout, cores: Iterable[int]) -> subprocess.CompletedProcess[str]:
    """The stage on these cores, and in little memory together with all its processes."""
    with little_memory(SIZE) as group:

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
