"""Write reports/brief.html of a run: `make brief`."""

from pathlib import Path

from intake_triage.errors import run_stage
from intake_triage.report.brief.page import build_page
from intake_triage.report.run_page import write_run_page

PAGE = Path("reports/brief.html")


def main() -> None:
    write_run_page(build_page, PAGE)


if __name__ == "__main__":
    run_stage(main)
