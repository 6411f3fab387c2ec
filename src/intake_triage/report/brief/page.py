"""The brief as one HTML page: no script, no network, pictures inside."""

from pathlib import Path

import jinja2

from intake_triage.report.brief import annex, deferral, findings, groups, provenance, recommendation
from intake_triage.report.brief.annex_figures import draw_annex_figures
from intake_triage.report.brief.figures import draw_page_figures
from intake_triage.report.brief.inputs import Run
from intake_triage.report.brief.provenance import read_tripod

FOLDER = Path(__file__).parent


def build_page(run: Run) -> str:
    """The page as text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja").render(
        run=run,
        style=(FOLDER / "style.css").read_text(encoding="utf-8"),
        say=findings,
        groups=groups,
        deferral=deferral,
        recommend=recommendation,
        annex=annex,
        provenance=provenance,
        figures=draw_page_figures(run),
        annex_figures=draw_annex_figures(run),
        tripod=read_tripod(),
    )
