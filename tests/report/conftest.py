"""The committed runs: the made-up clinic's, and the survey's, which stands beside it."""

import contextlib
from pathlib import Path

import pytest

from intake_triage.layout import Layout
from intake_triage.report.pages.read import read_run
from intake_triage.report.pages.run import Run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def run() -> Run:
    """The committed run of the made-up clinic."""
    with contextlib.chdir(ROOT):
        return read_run(Layout())


@pytest.fixture(scope="session")
def survey() -> Run:
    """The committed run of the survey."""
    with contextlib.chdir(ROOT):
        return read_run(Layout(Path("results/namcs")))
