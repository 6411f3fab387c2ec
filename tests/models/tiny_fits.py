"""Fits that do next to nothing, for processes of their own to import."""

import os
import time
from pathlib import Path

from dvclive import Live

from intake_triage.layout import Layout
from intake_triage.models.fits import Fit

IMPORTED_BY = os.getpid()


def tell_who_imported(fit: Fit, layout: Layout, folder: Path, **params) -> int:
    """Write whether this module was there before the fit's own process began."""
    (folder / "imported_before").write_text(str(os.getpid() != IMPORTED_BY))
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
