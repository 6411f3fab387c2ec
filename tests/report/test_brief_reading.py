"""The brief can be read by all: plain words, no script, names for pictures, one page each."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from html_page import Element, find_page, parse_page
from readability import count_syllables, grade
from recommendations import TABLES, recommending

from intake_triage.report.pages.build import build_brief
from intake_triage.systems import FORECASTERS, SYSTEMS

ROOT = Path(__file__).resolve().parents[2]
JARGON = re.compile(
    r"log-?loss|\bnats?\b|logit|\bECE\b|Brier|argmax|hyper-?param|softmax|"
    r"\bmtl\b|\bgbm\b|\bst\b|triage\w*_|_",
    re.IGNORECASE,
)
ON_PAGE_TWO = re.compile(r"macro-?F1|calibrat", re.IGNORECASE)
HARDEST = 10  # years of school
KIB = 1024


@pytest.fixture(scope="module", params=["committed", *TABLES])
def page(request, run, survey) -> Element:
    given = run if request.param == "committed" else recommending(run, TABLES[request.param])
    return parse_page(build_brief(given, [survey]))


def test_no_jargon_before_the_annex(page):
    pages = [find_page(page, name).text for name in ("page-one", "page-two")]
    assert [JARGON.findall(each) for each in pages] == [[], []]
    assert ON_PAGE_TWO.findall(pages[0]) == []


def test_syllables_are_counted():
    counted = {"the": 1, "make": 1, "people": 2, "urgency": 3, "placed": 1, "needed": 2}
    assert {word: count_syllables(word) for word in counted} == counted


@pytest.mark.parametrize("name", ["page-one", "page-two"])
def test_both_pages_are_easy_to_read(page, name):
    said = [
        each.text
        for each in find_page(page, name).all("p", "li")
        if each.attributes.get("class") not in ("of", "line")
    ]
    assert len(said) > 5
    assert grade(" ".join(said)) <= HARDEST
    assert not re.search(r" [.,;:]|\.\.|\(\)|  ", " ".join(said))


def test_nothing_runs_and_nothing_is_fetched(page, run, survey):
    assert not page.all("script", "link", "iframe", "img", "object", "a")
    html = build_brief(run, [survey])
    assert len(html.encode()) < 400 * KIB
    addresses = set(re.findall(r"https?://[^\"'<\s]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    assert not re.search(r"\son\w+=", html)


def test_the_style_sheet_reaches_the_page_unescaped(run):
    (_, style), *_ = re.findall(r"<(style)>(.*?)</style>", build_brief(run), re.DOTALL)
    assert "&quot;" not in style
    assert '"Liberation Sans"' in style
    assert ".runs {" in style


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
    assert len(find_page(page, "page-one").all("svg")) == 2  # one of each run, on one scale


def test_colours_tell_systems_and_no_template_names_one(run):
    """A new system is in no template; pictures of the page colour it as the registry says."""
    templates = [path.read_text() for path in (ROOT / ".dvc/plots").glob("*.json")]
    assert len(templates) > 5
    known = {**SYSTEMS, **FORECASTERS}
    for text in templates:
        named = re.findall(r"\w+", text)
        assert not {*known, *(each.colour[1:] for each in known.values())} & {*named}
    html = build_brief(recommending(run, TABLES["mixed pair"]))
    assert FORECASTERS["st"].colour in html
    assert FORECASTERS["gbm"].colour in html
    assert len({each.colour for each in known.values()}) == len(known)
