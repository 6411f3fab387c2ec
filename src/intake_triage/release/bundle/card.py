"""The model card: what a bundle is and does, on some two pages, for whoever finds it.

Its headings are those of the applied model card of the Coalition for Health AI
(https://mc.chai.org/v0.2/schema.xsd). Nothing is computed here: every figure is one of the run's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from intake_triage.evaluation.table import Results, read_results
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.params import Params
from intake_triage.recommendation.candidates import SetUp
from intake_triage.release.bundle.card_figures import (
    GROUP_FIGURES,
    SAFETY,
    USEFULNESS,
    list_coverage,
    list_figures,
    list_groups,
    list_shape,
)
from intake_triage.release.bundle.load import Bundle
from intake_triage.release.words import TASK_WORDS, escape, name_class, name_column
from intake_triage.systems import FORECASTERS

CARD = "model-card.md"
TO_BE_NAMED = "to be named by the clinic"
OTHER = {"choice": "runner-up", "runner_up": "choice"}


@dataclass(frozen=True)
class RunFigures:
    """What a run found out, as far as a card shows it.

    Attributes
    ----------
    results : Results
        metrics/results.csv.
    coverage : sequence of mappings
        plots/conformal.json: how often prediction sets hold the true class.
    records : mapping
        By split, how many; a small number of people in words.
    statuses : mapping
        By ceiling, that of the choice on test, as metrics/compare.json has it; empty where nothing
        was chosen.
    """

    results: Results
    coverage: Sequence[Mapping[str, Any]]
    records: Mapping[str, int | str]
    statuses: Mapping[str, str]


def read_figures(layout: Layout) -> RunFigures:
    """That of the run at `layout`."""
    ceilings = read_json(layout.metrics("compare"))["recommendation"]["ceilings"]
    return RunFigures(
        read_results(layout.results),
        read_json(layout.plots("conformal")),
        read_json(layout.metrics("prepare"))["records"],
        {name: judged["status"] for name, judged in ceilings.items()},
    )


def write_card(bundle: Bundle, other: SetUp | None, params: Params, figures: RunFigures) -> str:
    """The card as Markdown.

    Parameters
    ----------
    bundle : Bundle
    other : SetUp or None
        The set-up whose figures stand beside the bundle's: the runner-up, or the choice.
    params : Params
        Those of the run.
    figures : RunFigures
    """
    manifest, settings, card = bundle.manifest, bundle.settings, params.release.card
    set_up = SetUp(**manifest.forecasters)
    classes = {task: bundle.schema.classes(task) for task in manifest.forecasters}
    compared = [set_up] if other is None else [set_up, other]
    statuses = figures.statuses if manifest.name == "choice" else {}
    told = (figures.results, compared, classes, settings.decision, statuses)
    return (
        _environment()
        .get_template("card.md.jinja")
        .render(
            about=manifest,
            intended_use=card.intended_use,
            named={
                "Date": card.date,
                "Owner, who answers for it": card.owner,
                "Contact": card.contact,
                "Licence": card.licence,
            },
            data=params.data,
            pretrained=params.encoder.pretrained is not None,
            name=name_set_up(set_up),
            other=other and name_set_up(other),
            other_is=OTHER[manifest.name],
            systems=sorted(set_up.systems),
            parts=set_up.parts,
            starts=len(params.train.seeds),
            classes=classes,
            fields=[field.name for field in bundle.schema.fields],
            subgroups=bundle.schema.subgroups,
            records=figures.records,
            decision=settings.decision,
            threshold=settings.nurse_threshold,
            unknown=settings.unknown_words,
            safety=list_figures(SAFETY, *told),
            usefulness=list_figures(USEFULNESS, *told),
            shape=list_shape(figures.results, set_up, classes, settings.decision, statuses),
            coverage=list_coverage(figures.coverage, set_up),
            group_figure=GROUP_FIGURES["urgency" if "urgency" in classes else "specialty"],
            groups=list_groups(figures.results, compared, classes),
        )
    )


def name_set_up(set_up: SetUp) -> str:
    """A set-up's models in words."""
    labels = {task: FORECASTERS[name].label for task, name in set_up.forecasters.items()}
    if len(labels) == 1:
        return f"{next(iter(labels.values()))} for {TASK_WORDS[next(iter(labels))]}"
    if set_up.uniform is None:
        return " and ".join(f"{label} for {TASK_WORDS[task]}" for task, label in labels.items())
    label = labels["urgency"]
    if len(FORECASTERS[set_up.uniform].members) > 1:
        return f"{label}, for {'both tasks' if set_up.joint else 'each task'}"
    return f"one {label} for both tasks" if set_up.joint else f"two {label} models, one a task"


def _whole(count: int | str) -> str:
    """A number of forms; a small one of people is told in words (`hide_small`)."""
    return count if isinstance(count, str) else f"{count:,}"


def _environment() -> Environment:
    """Whatever a template is given is escaped, so that no name of the user's table is markup."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        finalize=lambda value: escape(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["to_be_named"] = TO_BE_NAMED
    environment.filters |= {"words": name_class, "column": name_column, "whole": _whole}
    return environment
