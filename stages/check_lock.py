"""Refuse a dvc.lock that is out of step with the code, the params or the committed results.

No stage of the pipeline; `make check-lock` runs it. With --all it looks at the studies and at the
runs below results/ as well, which may be of earlier code.
"""

import argparse

from intake_triage.errors import run_stage
from intake_triage.report.review.lock import check_all_locks, check_lock


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", help="of studies and kept runs, too")
    if parser.parse_args().all:
        check_all_locks()
        print("every dvc.lock is in step with the code, the params and the committed results")
    else:
        check_lock()
        print("dvc.lock is in step with the code, the params and the committed results")


if __name__ == "__main__":
    run_stage(main)
