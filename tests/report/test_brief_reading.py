"""The brief can be read by all: no jargon, no script, names for pictures, one colour a system."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from html_page import Element, parse_page, split_at_annex
from recommendations import TABLES, recommending

from intake_triage.report.brief import svg
from intake_triage.report.brief.page import build_page
from intake_triage.report.palette import SYSTEM_COLOURS, colour_of

ROOT = Path(__file__).resolve().parents[2]
JARGON = re.compile(
    r"macro-?F1|log-?loss|calibrat|\bnats?\b|logit|\bECE\b|Brier|argmax|hyper-?param|softmax|"
    r"\bmtl\b|\bgbm\b|\bst\b|triage\w*_|_",
    re.IGNORECASE,
)


@pytest.fixture(scope="module", params=["committed", *TABLES])
def page(request, run) -> Element:
    given = run if request.param == "committed" else recommending(run, TABLES[request.param])
    return parse_page(build_page(given))


def test_no_jargon_before_the_annex(page):
    pages, _ = split_at_annex(page)
    assert JARGON.findall(pages.text) == []


def test_nothing_runs_and_nothing_is_fetched(page, run):
    assert not page.all("script", "link", "iframe", "img", "object", "a")
    html = build_page(run)
    assert len(html.encode()) < 2**20
    addresses = set(re.findall(r"https?://[^\"'<\s]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    assert not re.search(r"\son\w+=", html)


def test_headings_come_in_order(page):
    levels = [int(it.tag[1]) for it in page.walk() if re.fullmatch("h[1-6]", it.tag)]
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
    ids = [it.attributes["id"] for it in page.walk() if "id" in it.attributes]
    assert len(ids) == len(set(ids))
    assert len(pictures) >= 6
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        texts = {it.attributes.get("id"): it.text for it in picture.all("title", "desc")}
        assert all(texts[name] for name in picture.attributes["aria-labelledby"].split())
    pages, _ = split_at_annex(page)
    assert len(pages.all("svg")) <= 4


def scales_of(specification: object) -> list[dict]:
    """Scales that give names colours, anywhere in a Vega-Lite specification."""
    if isinstance(specification, list):
        return [scale for item in specification for scale in scales_of(item)]
    if not isinstance(specification, dict):
        return []
    scale = specification.get("scale")
    own = []
    if isinstance(scale, dict) and str(scale.get("range", [""])[0]).startswith("#"):
        own = [scale] if isinstance(scale["domain"][0], str) else []
    return own + [found for item in specification.values() for found in scales_of(item)]


def test_a_system_has_one_colour_everywhere(run, monkeypatch):
    drawn = []
    convert = svg.vl_convert.vegalite_to_svg

    def note(specification, **options):
        drawn.append(specification)
        return convert(specification, **options)

    monkeypatch.setattr(svg.vl_convert, "vegalite_to_svg", note)
    build_page(recommending(run, TABLES["mixed pair"]))
    templates = [json.loads(path.read_text()) for path in (ROOT / ".dvc/plots").glob("*.json")]
    for specifications, at_least in ((drawn, 5), (templates, 4)):
        scales = scales_of(specifications)
        assert len(scales) >= at_least
        for scale in scales:
            pairs = dict(zip(scale["domain"], scale["range"], strict=True))
            assert pairs == {label: colour_of(label) for label in pairs}
    assert len(set(SYSTEM_COLOURS.values())) == len(SYSTEM_COLOURS)
