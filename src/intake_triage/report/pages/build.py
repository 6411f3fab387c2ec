"""The pages of a run: the brief for clinical leadership, the model card, docs/results.md.

Nothing is computed here: every figure is read, then rounded or given a unit.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import yaml

from intake_triage.report.markdown import escape, markdown_table
from intake_triage.report.pages import (
    curve_tables,
    data_tables,
    rule_tables,
    tables,
    training_tables,
    words,
)
from intake_triage.report.pages.pictures import draw_annex_pictures, draw_page_pictures
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import PageTable
from intake_triage.statistics.disclosure import SMALLEST_SHOWN
from intake_triage.statistics.estimates import POWER
from intake_triage.statistics.verdicts import NOT_JUDGED

FOLDER = Path(__file__).parent
FORMS = ("capitalise", "enumerate_words", "name_class", "name_set_up", "set_up_of", "range_of")
FORMS += ("more_or_fewer", "of_100", "of_100_finely", "plain", "share_limit", "whole")
FORMS += ("with_interval",)


def build_brief(run: Run) -> str:
    """One HTML page, some two printed pages in plain words and an annex: no script, no network."""
    return _render(
        "brief.html.jinja",
        run=run,
        say=say_of(run),
        style=(FOLDER / "brief.css").read_text(encoding="utf-8"),
        pictures={picture.name: picture for picture in draw_page_pictures(run)},
        annex_pictures=list(draw_annex_pictures(run)),
        tripod=read_tripod(run.source),
    )


def build_card(run: Run) -> str:
    """The model card as Markdown."""
    return _render("model-card.md.jinja", run=run, say=_say_in_markdown(run))


def build_results(runs: Mapping[str, Run]) -> str:
    """docs/results.md: the main tables of each run, by its name."""
    return _render("results.md.jinja", runs=runs)


def name_runs(runs: list[Run]) -> dict[str, Run]:
    """Each run by the name of its data; the last of one source stands for it."""
    return {words.SOURCE_WORDS[run.source]: run for run in runs}


def read_tripod(source: str) -> list[dict[str, str]]:
    """The items of TRIPOD+AI, each with its topic and where a run on such data answers it."""
    items = yaml.safe_load((FOLDER / "tripod.yaml").read_text(encoding="utf-8"))
    return [item | {"where": item.get(source, item["where"])} for item in items]


def say_of(run: Run) -> dict[str, Any]:
    """What sentences.jinja says of a run, each by the name of its macro, as one line."""
    module = _environment("").get_template("sentences.jinja").make_module({"run": run})
    macros = {name: macro for name, macro in vars(module).items() if not name.startswith("_")}
    return {
        name: " ".join(macro().split()) if isinstance(macro, jinja2.runtime.Macro) else macro
        for name, macro in macros.items()
        if not getattr(macro, "arguments", ())
    }


def _say_in_markdown(run: Run) -> dict[str, Any]:
    """The same, names of classes as they stand whatever Markdown would make of them."""
    return {
        name: escape(said) if isinstance(said, str) else [escape(each) for each in said]
        for name, said in say_of(run).items()
    }


def _render(template: str, **values: Any) -> str:
    return _environment(template).get_template(template).render(values)


def _environment(template: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=".html" in template,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    forms = {name: getattr(words, name) for name in FORMS}
    environment.filters |= forms | {"markdown": _markdown, "limits": rule_tables.list_limits}
    modules = {"tables": tables, "rules": rule_tables, "data_tables": data_tables}
    modules |= {"curves": curve_tables, "training": training_tables}
    environment.globals |= forms | modules | {"say_in_markdown": _say_in_markdown}
    environment.globals |= {"smallest_shown": SMALLEST_SHOWN, "quoted": _quoted}
    environment.globals |= {"not_judged": NOT_JUDGED, "power": POWER}
    return environment


def _quoted(names: list[str]) -> str:
    return words.enumerate_words(f"“{words.name_class(name)}”" for name in names)


def _markdown(table: PageTable) -> str:
    """Nothing of a table without rows."""
    if not table.rows:
        return ""
    rows = [[escape(cell) for cell in row] for row in (table.heading, *table.rows)]
    parts = [f"{escape(table.caption)}:", markdown_table(rows), escape(table.note)]
    return "\n\n".join(part for part in parts if part)
