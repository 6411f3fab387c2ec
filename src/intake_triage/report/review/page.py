"""The review as one HTML page that asks the network for nothing and runs no script."""

import base64
from pathlib import Path

import jinja2

from intake_triage.report.review.contents import Review
from intake_triage.report.review.pictures import Picture
from intake_triage.report.review.summary import (
    SCORES_NOTE,
    introduce,
    say_nothing_changed,
    summarise,
)
from intake_triage.report.review.tables import change_table

TEMPLATE = "page.html.jinja"


def build_page(review: Review) -> str:
    """The page as text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"change_table": change_table, "summarise": summarise}
    environment.filters["as_source"] = _as_source
    return environment.get_template(TEMPLATE).render(
        review=review,
        introduction=introduce(review),
        nothing=say_nothing_changed(review),
        scores_note=SCORES_NOTE,
    )


def _as_source(picture: Picture) -> str:
    """A picture as the source of an `img`, where its ids meet no other picture's."""
    return "data:image/svg+xml;base64," + base64.b64encode(picture.svg.encode()).decode("ascii")
