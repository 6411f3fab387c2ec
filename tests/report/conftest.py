"""The committed run."""

from pathlib import Path

import pytest

from intake_triage.report.brief.inputs import Run, read_run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def run() -> Run:
    """The committed run of the synthetic clinic."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return read_run(Path("."))
