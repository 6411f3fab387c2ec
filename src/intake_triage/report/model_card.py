"""The model card of a run, reports/model-card.md: `make brief` writes it beside the brief."""

from pathlib import Path

import jinja2

from intake_triage.errors import run_stage
from intake_triage.report.brief import findings, groups, recommendation, rule_tables, score_tables
from intake_triage.report.brief.formats import capitalise
from intake_triage.report.brief.inputs import Run
from intake_triage.report.brief.table import Table
from intake_triage.report.markdown import markdown_table
from intake_triage.report.run_page import write_run_page
from intake_triage.report.wording import describe_set_up

CARD = Path("reports/model-card.md")
TEMPLATE = "model-card.md.jinja"
LABELS = {
    "synthetic": "Labels are drawn by the generator, noise included; docs/data-card.md says how.",
    "namcs": "Urgency is the major reason for the visit, a proxy; the sub-specialty is the "
    "physician's own. Records are split by physician and unweighted.",
    "file": "Labels are those of the clinic's own table; docs/own-data.md says how it is read.",
}


def build_card(run: Run) -> str:
    """The card as Markdown."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["capitalise"] = capitalise
    judged = {"urgency": run.judged.urgency, "specialty": run.judged.specialty}
    return environment.get_template(TEMPLATE).render(
        run=run,
        name=describe_set_up(judged | {"models": run.judged.models}),
        labels=LABELS,
        say=findings,
        groups=groups,
        recommend=recommendation,
        tables={
            "data": score_tables.data_table(run),
            "cost": rule_tables.cost_table(run),
            "per_1000": rule_tables.per_1000_table(run),
            "scores": score_tables.score_table(run),
            "ceilings": rule_tables.ceiling_table(run),
        },
        markdown=_markdown,
    )


def _markdown(table: Table) -> str:
    return f"{table.caption}:\n\n{markdown_table([table.heading, *table.rows])}"


def main() -> None:
    write_run_page(build_card, CARD)


if __name__ == "__main__":
    run_stage(main)
