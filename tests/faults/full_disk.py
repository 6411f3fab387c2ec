"""A disk that is full at each stage of a small run, which is taken up again once there is space.

Run     python -m tests.faults.full_disk [<stages>]    all, by default; with the right to mount
Prints  what each stage said, and how the results differ from those of a run that had space

Each stage finds `LEFT` bytes on the disk that the checkout lies on.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml

from tests.checkout import Checkout, environment, make_small
from tests.faults.kill_anywhere import RESULTS, SMALL, compare
from tests.faults.limits import small_disk

LEFT = 32 * 1024
FULL = "No space left on device"


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        alone = make_small(Path(place, "alone").resolve(), SMALL)
        alone.dvc("repro", *sys.argv[1:])
        lock = yaml.safe_load((alone.root / "dvc.lock").read_text(encoding="utf-8"))
        stages = {name: stage["cmd"] for name, stage in lock["stages"].items()}
        disk = Path(place, "disk").resolve()
        with small_disk(disk, size="1g"):
            clone = alone.clone_to(disk / "clone")
            found = {stage: fill(clone, stage, command) for stage, command in stages.items()}
            wrong = [f"{stage}: {said}" for stage, said in found.items() if said]
            wrong += compare(clone, alone)
    print(f"{len(wrong)} wrong", *wrong, sep="\n", flush=True)
    sys.exit(bool(wrong))


def fill(checkout: Checkout, stage: str, command: str) -> str:
    """Run a stage on a full disk, then with space; what was wrong, if anything."""
    ballast = checkout.root.parent / "ballast"
    free = os.statvfs(checkout.root)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - LEFT)
    done = subprocess.run(
        command.split(),
        cwd=checkout.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    left = [str(path) for name in RESULTS for path in (checkout.root / name).rglob("*.part")]
    ballast.unlink()
    checkout.dvc("repro", stage)
    said = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    print(f"{stage}: {said[0] if said else 'had enough'}", flush=True)
    if done.returncode == 0:
        return " ".join(left)
    one_line = len(said) == 1 and FULL in said[0] and "Traceback" not in done.stderr
    return "" if one_line and not left else done.stderr[-500:] + " ".join(left)


if __name__ == "__main__":
    try:
        main()
    except pytest.skip.Exception as unable:
        sys.exit(f"error: {unable}")
