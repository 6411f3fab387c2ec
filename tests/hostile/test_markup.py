"""Names full of markup, on every page, in Chromium: no script runs, and nothing is asked for.

Pages in Markdown are shown as by a viewer that lets HTML through.
"""

import functools
import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest
from markdown_it import MarkdownIt

from tests.hostile.hostile_table import (
    MARKUP,
    RAN,
    SPECIALTIES,
    TIERS,
    VERSION,
    make_table,
    write_table,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
# Shows each page in a frame, follows links that are scripts, hovers over all, and tells what ran.
AROUND = """<!doctype html><title>around</title>
<script>
var pwned = 0; alert = confirm = prompt = () => { pwned = 1 };
function poke(frame) {
  for (const node of frame.contentDocument.querySelectorAll("*"))
    for (const kind of ["mouseover", "focus", "toggle"])
      node.dispatchEvent(new Event(kind, {bubbles: true, cancelable: true}));
  for (const link of frame.contentDocument.querySelectorAll("a"))
    if (link.protocol == "javascript:") link.click();
}
addEventListener("load", () => setTimeout(() => {
  document.querySelectorAll("iframe").forEach(poke);
  setTimeout(() => document.body.dataset.told = pwned ? "it ran" : "nothing ran", 500);
}, 500));
</script>
<body>%s</body>
"""
# Shows what is around others, and repeats what each tells.
AROUND_ALL = """<!doctype html><title>around all</title>
<script>
addEventListener("load", () => setTimeout(() => {
  const told = [...document.querySelectorAll("iframe")].map(
    (frame) => frame.contentDocument.body.dataset.told);
  document.body.dataset.told = told.join();
}, 2000));
</script>
<body>%s</body>
"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and notes what it is asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def frame_all(places: Iterable[str]) -> str:
    return "".join(f'<iframe src="{place}"></iframe>' for place in places)


def show(folder: Path, around: str) -> tuple[str, set[str]]:
    """Show a page of a folder in Chromium: what it tells, and what else was asked for."""
    handler = type("Noting", (Handler,), {"asked": []})
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=folder)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", f"--user-data-dir={folder / 'profile'}"),
            *("--virtual-time-budget=20000", "--dump-dom"),
            f"http://127.0.0.1:{server.server_port}/{around}",
        ]
        shown = subprocess.run(command, text=True, capture_output=True, timeout=240, check=True)
        server.shutdown()
    (told,) = re.findall(r'data-told="([^"]*)"', shown.stdout)
    return told, {path.lstrip("/") for path in handler.asked} - {around, "favicon.ico"}


def as_page(markdown: str) -> str:
    """Markdown as HTML, with all markup in it let through, and links of any kind."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.validateLink = lambda url: True
    return f"<!doctype html><meta charset=utf-8>{parser.render(markdown)}"


def test_all_of_it_would_run_or_ask_where_nothing_escapes_it(tmp_path):
    """But for what only a template engine or a script would take for code."""
    markup = [name for name in MARKUP if name not in TIERS[2:]]
    for i, name in enumerate(markup):
        page = as_page(name) if name.startswith("[") else f"<title>{name}" * name.startswith("1")
        (tmp_path / f"{i}").mkdir()
        (tmp_path / f"{i}/page.html").write_text(page or name, encoding="utf-8")
        (tmp_path / f"{i}/around.html").write_text(AROUND % frame_all(["page.html"]))
    frames = frame_all(f"{i}/around.html" for i in range(len(markup)))
    (tmp_path / "all.html").write_text(AROUND_ALL % frames)
    told, asked = show(tmp_path, "all.html")
    for i, (name, ran) in enumerate(zip(markup, told.split(","), strict=True)):
        assert ran == "it ran" or f"{i}/pwned" in asked, name


@pytest.fixture(scope="module")
def pages(hostile_run, tmp_path_factory) -> Path:
    """Every page that a run and its bundle give, as HTML, in one folder."""
    folder, root = tmp_path_factory.mktemp("pages"), hostile_run.root
    sources = {
        "brief": root / "reports/brief.html",
        "card": root / "reports/model-card.md",
        "results": root / "docs/results.md",
        "bundle": root / "release/choice/model-card.md",
    }
    sources |= {path.stem: path for path in (root / "reports").glob("*.html")}
    forms = make_table(seed=1).drop(columns="patient")
    write_table(folder / "in/forms.csv", forms.drop(columns=["tier", "place"]))
    write_table(folder / "in/labels.csv", forms[["id", "tier", "place"]])
    made = folder / "in/out.csv"
    score = hostile_run.intake_triage("score", "release/choice", folder / "in/forms.csv", made)
    assert score.returncode == 0, score.stderr
    watch = hostile_run.intake_triage(
        *("watch", "release/choice", made, folder / "in/labels.csv", "--out", folder / "in")
    )
    assert watch.returncode in (0, 3), watch.stderr
    sources["watch"] = folder / "in/watch.html"
    for name, path in sources.items():
        text = path.read_text(encoding="utf-8")
        page = as_page(text) if path.suffix == ".md" else text
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


def test_no_script_of_a_name_runs_on_any_page_and_nothing_is_asked_for(pages):
    names = sorted(path.name for path in pages.glob("*.html") if path.name != "around.html")
    assert {"brief.html", "card.html", "results.html", "bundle.html", "watch.html"} <= set(names)
    (pages / "around.html").write_text(AROUND % frame_all(names))
    told, asked = show(pages, "around.html")
    assert told == "nothing ran"
    assert {path for path in asked if not path.endswith(".svg")} == set(names)


@pytest.mark.parametrize("name", ["brief", "card", "bundle", "watch"])
def test_the_names_stand_on_the_page_as_they_are(pages, name):
    """So that the test above looks at pages that hold them; and no template evaluates one."""
    text = (pages / f"{name}.html").read_text(encoding="utf-8")
    assert "parent.pwned" in text
    assert RAN in text.replace("\\", "") or "pwned" in text
    assert "{{7*7}}" in text.replace("\\", "")
    assert not re.search(r"<(script|iframe)[^>]*>\s*parent|<img src=pwned", text)


def test_a_row_of_suggestions_has_its_columns_whatever_the_names(pages):
    """A cell is one cell; a bundle's version is text in it."""
    rows = pd.read_csv(pages / "in/out.csv", dtype=str, keep_default_na=False)
    assert set(rows["urgency"]) <= {*TIERS, *(f"'{tier}" for tier in TIERS)}
    assert set(rows["specialty"]) <= set(SPECIALTIES)
    assert set(rows["bundle"]) == {f"choice {VERSION}"}
