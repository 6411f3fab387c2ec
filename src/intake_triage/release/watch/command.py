"""`intake-triage watch BUNDLE SUGGESTIONS LABELS`: how a pilot goes, and what sounds."""

import argparse
from pathlib import Path

from intake_triage.files import replacing, write_json
from intake_triage.release.bundle.load import load_bundle
from intake_triage.release.watch.forms import as_forms
from intake_triage.release.watch.page import build_page
from intake_triage.release.watch.reference import read_reference
from intake_triage.release.watch.state import describe_pilot
from intake_triage.release.watch.tables import read_labels, read_suggestions

SOUNDS = 3  # the exit status by which cron can tell


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `watch`."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of the bundle")
    parser.add_argument(
        "suggestions",
        type=Path,
        metavar="SUGGESTIONS",
        help="what `score` wrote since the pilot began: a table, or a folder of tables alone",
    )
    parser.add_argument(
        "labels",
        type=Path,
        metavar="LABELS",
        help="what staff decided later, in the clinic's own format: a table, or a folder",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="where watch.json and watch.html go; by default the current folder",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write both files; 3 where an alarm sounds, else 0.

    Raises
    ------
    InputError
        In one line a fault, if an input is wrong; then nothing is written.
    """
    bundle = load_bundle(arguments.bundle)
    reference = read_reference(arguments.bundle)
    suggestions = read_suggestions(arguments.suggestions, bundle)
    labels = read_labels(arguments.labels, bundle.mapping, list(bundle.rules))
    forms = as_forms(suggestions, labels, bundle.schema)
    unmatched = int((~labels["record_id"].isin(suggestions["record_id"])).sum())
    pilot = describe_pilot(forms, reference, bundle.schema, bundle.settings.decision)
    watched = {
        "bundle": bundle.manifest.label,
        "use": bundle.manifest.use,
        "labels_without_form": unmatched,
    } | pilot
    page = build_page(watched, reference)
    write_json(arguments.out / "watch.json", watched)
    with replacing(arguments.out / "watch.html") as temporary:
        temporary.write_text(page, encoding="utf-8")
    return SOUNDS if watched["sounds"] else 0
