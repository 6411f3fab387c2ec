"""Fits that do next to nothing, for processes of their own to import."""

import os
import shutil
import sys
import time
from pathlib import Path

from dvclive import Live

from intake_triage.errors import InputError
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit

IMPORTED_BY = os.getpid()


def tell_who_imported(fit: Fit, layout: Layout, folder: Path, **params) -> int:
    """Write whether all was there before the fit's own process began, what follows too."""
    before = set(sys.modules)
    from intake_triage.records import folds

    (folder / "imported_before").write_text(
        str(os.getpid() != IMPORTED_BY and folds.__name__ in before)
    )
    return 0


def train_tiny(fit: Fit, layout: Layout, folder: Path, **params) -> int:
    """Say in the records' root that it was trained, and fill `folder`."""
    with (layout.root / "trained.log").open("a") as log:
        log.write(f"{fit.name}\n")
    (folder / "model").mkdir()
    (folder / "model/name").write_text(fit.name)
    return 7


def fail_at_seed_1(fit: Fit, layout: Layout, folder: Path, **params) -> int:
    """Break off after half of the files, as long as the records' root says so."""
    train_tiny(fit, layout, folder)
    if fit.seed == 1 and (layout.root / "broken").exists():
        raise RuntimeError("out of patience")
    return 7


def beat_for_ever(fit: Fit, layout: Layout, folder: Path, **params) -> int:
    """Show every moment that it is alive."""
    while True:
        with Path("heartbeat").open("a") as heart:
            heart.write(".")
        time.sleep(0.02)


def end_together(fit: Fit, layout: Layout, folder: Path, **params) -> int:
    """Log a step, and end the log only when the other fit ends its own."""
    remove = os.remove

    def remove_late(path: str) -> None:
        """Both have seen by then what there is to remove."""
        time.sleep(0.3)
        remove(path)

    with Live(str(folder / "live"), dvcyaml=None, save_dvc_exp=False, report=None) as live:
        live.next_step()
        Path(f"ready_{fit.seed}").touch()
        while len(list(Path().glob("ready_*"))) < 2:
            time.sleep(0.001)
        os.remove = remove_late
    return 0


def note_and_wait(
    fit: Fit, layout: Layout, folder: Path, *, log: str, wait: float = 0, until: str = ""
) -> int:
    """Say outside the folder that the fit has begun; end after a while, or when a file is there."""
    with Path(log).open("a") as notes:
        notes.write(f"{fit.name}\n")
    time.sleep(wait)
    while until and not Path(until).exists():
        time.sleep(0.02)
    (folder / "model").mkdir()
    (folder / "model/name").write_text(f"{fit.name} {(layout.prepared / 'records').read_text()}")
    return 7


def keep_source(fit: Fit, layout: Layout, folder: Path, *, log: str, until: str) -> int:
    """What this file is where the fit runs, at its end."""
    note_and_wait(fit, layout, folder, log=log, until=until)
    (folder / "source").write_text(Path(__file__).read_text())
    return 0


def copy_start(fit: Fit, layout: Layout, folder: Path, *, start: Path) -> int:
    """Go on from a fitted model."""
    shutil.copytree(start / "model", folder / "model")
    return 0


def refuse_seed_1(fit: Fit, layout: Layout, folder: Path) -> int:
    """Find at the seed of 1 that params.yaml is wrong."""
    if fit.seed == 1:
        raise InputError("params.yaml: gbm: seed 1 is out of luck")
    return 0
