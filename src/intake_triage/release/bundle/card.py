"""The model card that lies in a bundle: what it is, on one page, for whoever finds the folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from intake_triage.release.bundle.load import Bundle
from intake_triage.release.bundle.manifest import Manifest
from intake_triage.systems import FORECASTERS
from intake_triage.tasks import TASKS

# By the key of a set-up's row in plots/set_ups.json: in words, and the key of its limit.
FIGURES = {
    "under_triage": ("urgent forms placed too low, of all urgent ones", "max_under_triage"),
    "most_urgent_missed": (
        "forms of the most urgent tier placed lower, of all of that tier",
        "max_most_urgent_missed",
    ),
    "over_triage": ("forms that are not urgent placed too high, of all these", "max_over_triage"),
    "urgent_load": (
        "forms placed in the urgent tiers, for each that belongs there",
        "max_load",
    ),
    "ece_urgency": ("stated chances of a tier are off, on average, by", "max_ece"),
    "ece_specialty": ("stated chances of a sub-specialty are off, on average, by", "max_ece"),
}


def write_card(
    bundle: Bundle, *, records: Mapping[str, int], set_ups: Sequence[Mapping[str, Any]]
) -> str:
    """The card as Markdown.

    Parameters
    ----------
    records : mapping
        By split, how many.
    set_ups : sequence of mappings
        The rows of plots/set_ups.json.
    """
    manifest, settings = bundle.manifest, bundle.settings
    (row,) = (row for row in set_ups if row["split"] == "test" and _is_of(row, manifest))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("card.md.jinja").render(
        about=manifest,
        source=manifest.source,
        models={task: FORECASTERS[name].label for task, name in manifest.forecasters.items()},
        classes={task: bundle.schema.classes(task) for task in bundle.schema.tasks},
        records=records,
        figures=[
            (
                words,
                "too few to show" if row[key] is None else row[key],
                getattr(settings.decision, limit),
            )
            for key, (words, limit) in FIGURES.items()
            if key in row
        ],
        threshold=settings.nurse_threshold,
        unknown=settings.unknown_words,
    )


def _is_of(row: Mapping[str, Any], manifest: Manifest) -> bool:
    return all(row.get(task) == manifest.forecasters.get(task) for task in TASKS)
