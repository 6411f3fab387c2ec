"""What `dvc plots diff` draws, as pictures that need neither script nor network."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vl_convert
import yaml

from intake_triage.report.plot_page import VEGA_LITE
from intake_triage.report.review.changes import run_dvc

# Of a plot's definition in dvc.yaml, the option of `dvc plots diff` that says the same.
OPTIONS = {
    "template": "--template",
    "x": "-x",
    "y": "-y",
    "x_label": "--x-label",
    "y_label": "--y-label",
    "title": "--title",
}


@dataclass(frozen=True)
class Picture:
    """A plot of both revisions."""

    title: str
    svg: str


def draw_plots(base: str, changed: Collection[str], *, folder: Path) -> list[Picture]:
    """Draw the plots of one run whose files changed, in the order of dvc.yaml.

    Parameters
    ----------
    base : str
        A git revision.
    changed : collection of str
        Files that differ from it.
    folder : Path
        The run's: "." for the pipeline's own. Plots of a folder below results/ are defined as the
        pipeline's of the same name.
    """
    plots = [
        (name, str(folder / source), definition | {"y": y})
        for name, definition in _read_definitions()
        for source, y in definition["y"].items()
        if str(folder / source) in changed
    ]
    if not plots:
        return []
    if folder == Path("."):
        # By file and name, since another dvc.yaml may have a plot of the same name.
        content = _diff(base, *(f"dvc.yaml::{name}" for name, _, _ in plots))
    else:
        content = {
            name: _diff(base, file, *_options(definition)).get(file)
            for name, file, definition in plots
        }
    return [
        Picture(
            definition.get("title", name),
            vl_convert.vegalite_to_svg(content[name], vl_version=VEGA_LITE),
        )
        for name, _, definition in plots
        if content.get(name) is not None
    ]


def _diff(base: str, *targets_and_options: str) -> dict[str, dict[str, Any]]:
    """Vega-Lite specifications by target, each with the rows of both revisions."""
    printed = run_dvc("plots", "diff", base, "--json", "--targets", *targets_and_options)
    drawn = json.loads(printed).get("data", {})
    return {target: plots[0]["content"] for target, plots in drawn.items() if plots}


def _options(definition: dict[str, Any]) -> Iterator[str]:
    for key, option in OPTIONS.items():
        if key in definition:
            yield from (option, str(definition[key]))


def _read_definitions() -> list[tuple[str, dict[str, Any]]]:
    pipeline = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))
    return [item for plot in pipeline.get("plots", []) for item in plot.items()]
