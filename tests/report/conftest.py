"""The committed runs: the made-up clinic's, and the survey's, which stands beside it."""

import contextlib
import functools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import vl_convert

from intake_triage.layout import Layout
from intake_triage.report.pages.read import read_run
from intake_triage.report.pages.run import Run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def drawn_once() -> Iterator[None]:
    """Draw each picture once: the briefs that tests make differ in few of them."""
    draw = vl_convert.vegalite_to_svg

    @functools.cache
    def draw_once(specification: str, vl_version: str) -> str:
        return draw(json.loads(specification), vl_version=vl_version)

    def look_up(specification: dict, *, vl_version: str) -> str:
        return draw_once(json.dumps(specification), vl_version)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vl_convert, "vegalite_to_svg", look_up)
        yield


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
