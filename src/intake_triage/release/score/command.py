"""`intake-triage score BUNDLE TABLE OUT`."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from intake_triage.release.bundle.load import load_bundle
from intake_triage.release.score.run import check_paths, refused_beside, score_table


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of the bundle")
    parser.add_argument(
        "table",
        type=Path,
        metavar="TABLE",
        help="forms, as CSV, Excel, JSON or Parquet, with the columns that the bundle was made for",
    )
    parser.add_argument(
        "out",
        type=Path,
        metavar="OUT",
        help="where the suggestions go, .csv or .parquet; rows that cannot be read go beside it",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="tell which words and entries spoke for each suggestion: it writes words of the "
        "forms' texts into OUT, and takes many times as long",
    )


def run(arguments: Namespace) -> int:
    """Score a table and say on stderr what came of it; 1 where not one form could be scored."""
    check_paths(arguments.table, arguments.out)
    bundle = load_bundle(arguments.bundle)
    tally = score_table(bundle, arguments.table, arguments.out, explained=arguments.explain)
    print(
        f"{arguments.out}: {tally['scored']} forms scored, {tally['to_nurse']} of them to a nurse; "
        f"{tally['set_aside']} rows set aside, with reasons in {refused_beside(arguments.out)}",
        file=sys.stderr,
    )
    return 0 if tally["scored"] else 1
