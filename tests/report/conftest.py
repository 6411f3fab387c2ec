"""The committed run."""

from pathlib import Path

import pytest

from intake_triage.layout import Layout
from intake_triage.report.pages.run import Run, read_run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def run() -> Run:
    """The committed run of the synthetic clinic."""
    return read_run(Layout(ROOT), Layout(ROOT))
