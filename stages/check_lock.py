"""Refuse a dvc.lock that is out of step with the code, the params or the committed results.

No stage of the pipeline; `make check-lock` runs it.
"""

from intake_triage.errors import run_stage
from intake_triage.report.review.lock import check_lock


def main() -> None:
    check_lock()
    print("dvc.lock is in step with the code, the params and the committed results")


if __name__ == "__main__":
    run_stage(main)
