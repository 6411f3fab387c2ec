"""Write reports/brief.html of a run: `make brief`."""

import argparse
from pathlib import Path

from intake_triage.errors import run_stage
from intake_triage.files import replacing
from intake_triage.report.brief.inputs import read_run
from intake_triage.report.brief.page import build_page

PAGE = Path("reports/brief.html")


def main() -> None:
    """Read the run named on the command line, and write its page beside its metrics."""
    parser = argparse.ArgumentParser(prog="make brief", description=__doc__)
    parser.add_argument(
        "--run", type=Path, default=Path("."), help="the run's folder, such as results/namcs"
    )
    folder = parser.parse_args().run
    page = build_page(read_run(folder))
    with replacing(folder / PAGE) as temporary:
        temporary.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
