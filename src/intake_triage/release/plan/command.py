"""`intake-triage plan BUNDLE --forms-a-week N`: what a pilot of a year can show, by simulation."""

import argparse
from pathlib import Path

from intake_triage.errors import InputError
from intake_triage.release.bundle.load import load_bundle
from intake_triage.release.plan.plan import plan_pilot, say_plan
from intake_triage.release.watch.reference import read_reference


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `plan`."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of the bundle")
    parser.add_argument(
        "--forms-a-week",
        type=int,
        required=True,
        metavar="N",
        help="how many forms a week staff will label",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the table; 0.

    Raises
    ------
    InputError
        In one line, if the bundle is not as it was made, or there are no forms.
    """
    if arguments.forms_a_week < 1:
        raise InputError("--forms-a-week: at least 1")
    bundle = load_bundle(arguments.bundle)
    reference = read_reference(arguments.bundle)
    plan = plan_pilot(
        reference,
        bundle.schema,
        bundle.settings.decision,
        forms_a_week=arguments.forms_a_week,
    )
    print(say_plan(plan))
    return 0
