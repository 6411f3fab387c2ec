"""Names of classes stand in Markdown as they are, whatever it would make of them."""

import re

import pytest

from intake_triage.release.words import escape
from intake_triage.report.markdown import markdown_table

NAMES = (
    "skin | day",
    "a*b*",
    "T6_a_b",
    "<b>",
    "R&D",
    "`code`",
    "[x](y)",
    "#1",
    "$x$",
    "![x](y)",
    "급함",
    "two\nlines",
)


@pytest.mark.parametrize("name", NAMES)
def test_an_escaped_name_is_one_cell_of_plain_text(name):
    row = markdown_table([["class"], [escape(name)]]).splitlines()[-1]
    (cell,) = re.split(r"(?<!\\)\|", row)[1:-1]
    assert re.sub(r"\\(.)", r"\1", cell).strip() == " ".join(name.split())
    assert not re.search(r"(?<!\\)[|*_<&`\[\]#$!]", cell)
