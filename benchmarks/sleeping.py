"""A fit that sleeps, in a module that imports what real ones do."""

import time
from pathlib import Path

from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.transformer import train  # noqa: F401  so that its code is shipped too


def sleep(fit: Fit, layout: Layout, folder: Path, *, seconds: float) -> int:
    """Say when and where it began."""
    write_json(folder / "begun.json", {"time": time.perf_counter(), "where": str(Path.cwd())})
    time.sleep(seconds)
    return 0
