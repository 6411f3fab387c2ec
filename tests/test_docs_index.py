"""docs/: every page in the index, links that lead somewhere, and pages that can be read at once."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
PAGES = sorted(set(DOCS.glob("*.md")) - {INDEX})
LINKING = [ROOT / "README.md", INDEX, *PAGES]
LONG = {"protocol.md", "data-card.md", "results.md"}  # to look things up in
MOST_WORDS = 1500
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def prose(page: Path) -> str:
    """The page without its fenced code, in which a `#` is a comment."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def links_of(page: Path) -> list[str]:
    """Where the page's links and pictures lead, within the repository."""
    return [link for link in LINK.findall(prose(page)) if "://" not in link]


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = [re.sub(r"\]\([^)]*\)", "", text).lower() for text in HEADING.findall(prose(page))]
    return {re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-") for text in headings}


def dead_links(page: Path) -> list[str]:
    """The links of a page that lead to no file of the repository, or to no heading of it."""
    dead = []
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        leads = target.exists() and target.is_relative_to(ROOT)
        if not leads or (anchor and anchor not in anchors_of(target)):
            dead.append(link)
    return dead


def test_the_index_has_every_page_once():
    assert sorted(links_of(INDEX)) == [page.name for page in PAGES]


@pytest.mark.parametrize("page", LINKING, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    assert not dead_links(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_short(page):
    if page.name not in LONG:
        assert len(page.read_text(encoding="utf-8").split()) < MOST_WORDS


def test_a_dead_link_is_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# One `key`, two\n[a](#one-key-two) [b](#none) [c](none.md) [d](page.md#one-key-two)\n"
        "![e](../page.md) [f](https://example.org/none)\n```\n# code\n[g](none.md)\n```\n[h](#code)"
    )
    assert dead_links(page) == ["#none", "none.md", "../page.md", "#code"]
