"""Fits that end badly, or not at all, for processes of their own to import."""

import os
import time
from pathlib import Path

import numpy as np

from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit


def beat(fit: Fit, layout: Layout, folder: Path) -> int:
    """Show every moment that it is alive, until a file says that it may end."""
    while not Path("enough").exists():
        with Path(f"beats_{fit.seed}").open("a") as heart:
            heart.write(".")
        time.sleep(0.05)
    return 0


def end_at_seed_1(fit: Fit, layout: Layout, folder: Path, *, signal: int) -> int:
    """Be ended as the system ends what wants too much memory, but for other seeds."""
    if fit.seed == 1 and not Path("mended").exists():
        os.kill(os.getpid(), signal)
    return 0


def ask_for_too_much(fit: Fit, layout: Layout, folder: Path) -> int:
    """More than the address space of a process has."""
    return len(np.ones(2**57, dtype=np.uint8))


def hold(fit: Fit, layout: Layout, folder: Path, *, mib: int) -> int:
    """So much memory, touched."""
    return len(np.ones(mib * 2**20, dtype=np.uint8))


def fill_the_disk(fit: Fit, layout: Layout, folder: Path, *, size: int) -> int:
    """A model of so many bytes."""
    (folder / "model").write_bytes(bytes(size))
    return 0


def open_many(fit: Fit, layout: Layout, folder: Path, *, count: int) -> int:
    """Hold many files open at once."""
    files = [(folder / str(number)).open("w") for number in range(count)]
    return len(files)
