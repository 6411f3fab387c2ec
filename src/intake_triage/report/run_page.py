"""Write a page about one run beside its metrics: what `make brief` calls for each page."""

import argparse
from collections.abc import Callable
from pathlib import Path

from intake_triage.files import replacing
from intake_triage.report.brief.inputs import Run, read_run


def write_run_page(build: Callable[[Run], str], place: Path) -> None:
    """Read the run that the command line names, and write what `build` makes of it.

    Parameters
    ----------
    place : below the run's folder
    """
    parser = argparse.ArgumentParser(prog="make brief", description=__doc__)
    parser.add_argument(
        "--run", type=Path, default=Path("."), help="the run's folder, such as results/namcs"
    )
    folder = parser.parse_args().run
    page = build(read_run(folder))
    with replacing(folder / place) as temporary:
        temporary.write_text(page, encoding="utf-8")
