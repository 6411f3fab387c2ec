"""What a change did: the working tree compared with a committed revision.

No stage of the pipeline; `make review BASE=main` runs it.

Reads   params, metrics, plots and results/ of both revisions
Writes  review/comment.md, review/plots/index.html (where plots changed)
"""

import argparse
from pathlib import Path

from intake_triage.errors import run_stage
from intake_triage.files import replacing
from intake_triage.report.review.changes import compare_with
from intake_triage.report.review.commands import run_dvc
from intake_triage.report.review.comment import build_comment, summarise

FOLDER = Path("review")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make review", description=__doc__)
    parser.add_argument("base", help="the revision to compare the working tree with")
    review = compare_with(parser.parse_args().base)
    with replacing(FOLDER) as temporary:
        temporary.mkdir()
        (temporary / "comment.md").write_text(build_comment(review), encoding="utf-8")
        if review.plots:
            run_dvc("plots", "diff", review.base, "--out", str(temporary / "plots"))
    print(*summarise(review), sep="\n")
    print("Written:", *sorted(str(path) for path in FOLDER.rglob("*.*")))


if __name__ == "__main__":
    run_stage(main)
