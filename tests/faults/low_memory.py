"""The default pipeline's dearest stage in 1.5 GiB, which are too few for it, or just enough.

Run     python -m tests.faults.low_memory    a quarter of an hour; with the right to bound memory
Prints  what the stage said with all cores, and then with one, again and again until it is done

A run that is refused must say so in a line; on one core, each must have finished a further fit.
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
        fits, kept, cores = default.root / ".fits", -1, sorted(os.sched_getaffinity(0))
        done = run_bounded(default, cores)
        wrong = tell(f"{len(cores)} cores", done)
        while done.returncode and not wrong and kept < (now := len(list(fits.glob("[!.]*")))):
            kept, done = now, run_bounded(default, cores[:1])
            wrong = tell("1 core", done)
    sys.exit(wrong or bool(done.returncode))


def tell(where: str, done: subprocess.CompletedProcess[str]) -> bool:
    """Print what the stage said; whether that was anything but one line with the mend."""
    said = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    print(f"{where}:", *(said or ["done" if done.returncode == 0 else done.stderr]), flush=True)
    one_line = len(said) == 1 and "for want of memory" in said[0] and "taskset" in said[0]
    return bool(done.returncode) and not one_line


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
