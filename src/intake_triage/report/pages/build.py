"""The pages of a run: the brief for clinical leadership, and docs/results.md.

Nothing is computed here: every figure is read, then rounded or given a unit.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import yaml

from intake_triage.release.style import read_style
from intake_triage.release.words import escape, name_class
from intake_triage.report.markdown import markdown_table
from intake_triage.report.pages import (
    choice_tables,
    data_tables,
    limit_tables,
    pilot_tables,
    tables,
    trade_off,
    training_tables,
    words,
)
from intake_triage.report.pages.pictures import draw_annex_pictures
from intake_triage.report.pages.run import OWN, Run
from intake_triage.report.pages.tables import PageTable
from intake_triage.statistics.estimates import POWER
from intake_triage.statistics.verdicts import NOT_JUDGED

FOLDER = Path(__file__).parent
FORMS = (
    *("capitalise", "enumerate_words", "keep_together", "lower_first", "name_set_up"),
    *("name_source", "of_100", "plain", "set_up_of", "signed", "whole"),
)
OPEN = "–"


def build_brief(run: Run, beside: Sequence[Run] = ()) -> str:
    """One HTML page: two printed pages in plain words, and an annex; no script, no network.

    Runs on other data stand beside the run on the two pages. The annex is of the run alone.
    """
    runs = [run, *beside]
    return _render(
        "brief.html.jinja",
        run=run,
        say=say_of(run),
        columns=[{"run": each, "say": say_of(each)} for each in runs],
        asked={
            words.name_source(each.source): tables.asked_table(
                each, clock=any(other.clock for other in runs)
            )
            for each in runs
        },
        changes={
            words.name_source(each.source): choice_tables.nearest_flip_table(each) for each in runs
        },
        beside_names=[words.name_source(each.source) for each in beside],
        style=read_style(FOLDER / "brief.css"),
        trade_offs={
            each.source: trade_off.draw_trade_off(each) for each in runs if "urgency" in each.tasks
        },
        annex_pictures=list(draw_annex_pictures(run)),
        guidelines=list(list_guidelines(run.source)),
    )


def build_results(runs: Sequence[Run]) -> str:
    """docs/results.md: the main tables of each run."""
    return _render("results.md.jinja", runs=runs)


def write_hashes(runs: Sequence[Run]) -> str:
    """MD5 of every file that the pages were made from, as `md5sum --check` reads it."""
    return "".join(f"{md5}  {path}\n" for run in runs for path, md5 in run.hashes.items())


def list_guidelines(source: str) -> list[PageTable]:
    """Each guideline's items, with where a run on such data answers them; a dash: open."""
    read = yaml.safe_load((FOLDER / "guidelines.yaml").read_text(encoding="utf-8"))
    return [
        tables.tabulate(
            f"{guideline['name']}: {guideline['about']}",
            guideline["items"],
            {
                "item": lambda item: item["item"],
                "topic": lambda item: item["topic"],
                "where": lambda item: _say_where(item, source),
            },
        )
        for guideline in read
    ]


def _say_where(item: Mapping[str, Any], source: str) -> str:
    own = source == OWN and "file" in item
    where = item["file"] if own else item["where"]
    is_open = item.get("open_for_file") if own else item.get("open")
    return f"{OPEN} {where}" if is_open else where


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
    environment.filters |= {name: getattr(words, name) for name in FORMS}
    environment.filters |= {"markdown": _markdown, "name_class": name_class}
    modules = {
        "tables": tables,
        "limits": limit_tables,
        "choices": choice_tables,
        "pilots": pilot_tables,
        "data_tables": data_tables,
        "trade_off": trade_off,
        "training": training_tables,
    }
    environment.globals |= modules | {"say_in_markdown": _say_in_markdown}
    environment.globals |= {"quoted": _quoted, "not_judged": NOT_JUDGED, "power": POWER}
    return environment


def _quoted(names: list[str]) -> str:
    return words.enumerate_words(map(words.quote, names))


def _markdown(table: PageTable) -> str:
    """Nothing of a table without rows."""
    if not table.rows:
        return ""
    rows = [[escape(cell) for cell in row] for row in (table.heading, *table.rows)]
    parts = [f"{escape(table.caption)}:", markdown_table(rows), escape(table.note)]
    return "\n\n".join(part for part in parts if part)
