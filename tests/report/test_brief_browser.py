"""The brief in a browser: nothing is wider than the page, and each page is one printed page."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from intake_triage.report.pages.build import build_brief

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
PDFTOTEXT = shutil.which("pdftotext")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
WIDTHS = (1200, 390, 320)  # CSS pixels: a desk, a phone, a narrow phone
# Loads the page in frames of these widths, and tells what sticks out of each.
AROUND = """<!doctype html><body>%s<script>
addEventListener("load", () => setTimeout(() => {
  const told = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument, width = frame.clientWidth;
    const out = [...page.querySelectorAll("body *")].filter(each => !each.closest(".scroll, svg")
      && each.getBoundingClientRect().right > width + 1);
    return page.documentElement.scrollWidth > width ? "the page" : out.map(e => e.tagName).join();
  });
  document.body.innerHTML = "<pre>" + JSON.stringify(told) + "</pre>";
}, 500));
</script></body>"""


def run_chromium(*arguments: str) -> subprocess.CompletedProcess:
    switches = ("--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr")
    command = [CHROMIUM, *switches, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def page(run, survey, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("brief") / "brief.html"
    path.write_text(build_brief(run, [survey]), encoding="utf-8")
    return path


def test_nothing_sticks_out_at_any_width_and_the_console_is_silent(page):
    frames = "".join(
        f'<iframe src="{page.name}" style="width:{width}px;height:900px;border:0"></iframe>'
        for width in WIDTHS
    )
    around = page.with_name("around.html")
    around.write_text(AROUND % frames, encoding="utf-8")
    switches = ("--allow-file-access-from-files", "--virtual-time-budget=8000", "--dump-dom")
    done = run_chromium(*switches, "--window-size=1400,1000", around.as_uri())
    (told,) = re.findall(r"<pre>(.*?)</pre>", done.stdout)
    assert json.loads(html.unescape(told)) == [""] * len(WIDTHS)
    assert "CONSOLE" not in done.stderr


@pytest.mark.skipif(PDFTOTEXT is None, reason="there is no pdftotext, of poppler-utils")
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_each_of_the_two_pages_is_one_printed_page_and_the_annex_at_most_eight(page, paper):
    printed = page.with_name(f"{paper}.html")
    text = page.read_text(encoding="utf-8")
    assert "size: auto" in text
    printed.write_text(text.replace("size: auto", f"size: {paper}"), encoding="utf-8")
    pdf = printed.with_suffix(".pdf")
    run_chromium("--no-pdf-header-footer", f"--print-to-pdf={pdf}", printed.as_uri())
    pages = subprocess.run([PDFTOTEXT, pdf, "-"], capture_output=True, text=True, check=True)
    first, second, *annex = pages.stdout.rstrip("\f").split("\f")
    assert first.startswith("Intake triage: two models")
    assert "Stop rule (suggested: that of docs/pilot.md" in first
    assert second.startswith("The models side by side")
    assert "What we do not know" in second
    assert annex[0].startswith("Annex: ")
    assert len(annex) <= 8
