"""Write review/review.html and review/comment.md: `make review BASE=main`."""

import argparse
from pathlib import Path

from intake_triage.errors import run_stage
from intake_triage.files import replacing
from intake_triage.report.review.comment import build_comment
from intake_triage.report.review.contents import compare_with
from intake_triage.report.review.page import build_page
from intake_triage.report.review.summary import say_nothing_changed, summarise

FOLDER = Path("review")


def main() -> None:
    """Compare the working tree with the revision named on the command line."""
    parser = argparse.ArgumentParser(prog="make review", description=__doc__)
    parser.add_argument("base", help="the revision to compare the working tree with")
    review = compare_with(parser.parse_args().base)
    for name, text in {
        "review.html": build_page(review),
        "comment.md": build_comment(review),
    }.items():
        with replacing(FOLDER / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    for run in review.runs:
        print(f"{run.title}:", *summarise(run), sep="\n  ")
    if not review.runs:
        print(say_nothing_changed(review))
    print(f"Written: {FOLDER}/review.html, {FOLDER}/comment.md")


if __name__ == "__main__":
    run_stage(main)
