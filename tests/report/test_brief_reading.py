"""The brief can be read by all: no jargon, no script, names for pictures, one colour a system."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from html_page import Element, parse_page, split_at_annex
from recommendations import TABLES, recommending

from intake_triage.report.pages.build import build_brief
from intake_triage.systems import FORECASTERS, SYSTEMS

ROOT = Path(__file__).resolve().parents[2]
JARGON = re.compile(
    r"macro-?F1|log-?loss|calibrat|\bnats?\b|logit|\bECE\b|Brier|argmax|hyper-?param|softmax|"
    r"\bmtl\b|\bgbm\b|\bst\b|triage\w*_|_",
    re.IGNORECASE,
)


@pytest.fixture(scope="module", params=["committed", *TABLES])
def page(request, run) -> Element:
    given = run if request.param == "committed" else recommending(run, TABLES[request.param])
    return parse_page(build_brief(given))


def test_no_jargon_before_the_annex(page):
    pages, _ = split_at_annex(page)
    assert JARGON.findall(pages.text) == []


def test_nothing_runs_and_nothing_is_fetched(page, run):
    assert not page.all("script", "link", "iframe", "img", "object", "a")
    html = build_brief(run)
    assert len(html.encode()) < 2**20
    addresses = set(re.findall(r"https?://[^\"'<\s]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    assert not re.search(r"\son\w+=", html)


def test_headings_come_in_order(page):
    levels = [int(each.tag[1]) for each in page.walk() if re.fullmatch("h[1-6]", each.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_and_pictures_have_names(page):
    (html,) = page.all("html")
    assert html.attributes["lang"] == "en"
    tables, pictures = page.all("table"), page.all("svg")
    assert len(tables) > 10
    assert all(table.all("caption")[0].text for table in tables)
    assert all("scope" in cell.attributes for table in tables for cell in table.all("th"))
    ids = [each.attributes["id"] for each in page.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    assert len(pictures) >= 6
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        texts = {each.attributes.get("id"): each.text for each in picture.all("title", "desc")}
        assert all(texts[name] for name in picture.attributes["aria-labelledby"].split())
    pages, _ = split_at_annex(page)
    assert len(pages.all("svg")) <= 4


def test_colours_tell_systems_and_no_template_names_one(run):
    """A new system is in no template; pictures of the page colour it as the registry says."""
    templates = [path.read_text() for path in (ROOT / ".dvc/plots").glob("*.json")]
    assert len(templates) > 5
    known = {**SYSTEMS, **FORECASTERS}
    for text in templates:
        named = re.findall(r"\w+", text)
        assert not {*known, *(each.colour[1:] for each in known.values())} & {*named}
    html = build_brief(recommending(run, TABLES["mixed pair"]))
    assert all(each.colour in html for each in FORECASTERS.values())
    assert len({each.colour for each in known.values()}) == len(known)
