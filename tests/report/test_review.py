"""A review of two real revisions: its page, its comment, its refusals."""

import base64
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from checkout import Checkout

from intake_triage.report.review.comment import build_comment
from intake_triage.report.review.contents import compare_with
from intake_triage.report.review.page import build_page

SOURCE = Path(__file__).resolve().parents[2] / "src"
FETCHING = ("src", "srcset", "href", "xlink:href", "data", "action", "poster")
DATA = "data:image/svg+xml;base64,"


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.text += data

    def handle_endtag(self, tag) -> None:
        self.text += " " if tag in ("td", "th", "li") else ""

    @property
    def pictures(self) -> list[str]:
        sources = [attributes["src"] for tag, attributes in self.tags if tag == "img"]
        return [base64.b64decode(source.removeprefix(DATA)).decode() for source in sources]


def review(checkout: Checkout, base: str, *, module: str = "review"):
    """Run `make review` or `make check-lock` as the Makefile does."""
    command = (sys.executable, "-m", f"intake_triage.report.{module}", *([base] if base else []))
    return checkout.run("env", f"PYTHONPATH={SOURCE}", *command, check=False)


def set_loss_weight(checkout: Checkout, weight: float) -> None:
    """Edit params.yaml; nothing is run."""
    params = checkout.root / "params.yaml"
    params.write_text(re.sub(r"loss_weight: .*", f"loss_weight: {weight}", params.read_text()))


def check_lock(checkout: Checkout):
    return review(checkout, "", module="review.lock")


@pytest.fixture(scope="module")
def written(two_revisions: Checkout, tmp_path_factory) -> tuple[str, str]:
    """Page and comment of `other` against `main`, made in a clone without cache."""
    clone = two_revisions.clone_to(tmp_path_factory.mktemp("review") / "clone")
    done = review(clone, "origin/main")
    assert done.returncode == 0, done.stderr
    folder = clone.root / "review"
    return (folder / "review.html").read_text(), (folder / "comment.md").read_text()


def test_page_asks_the_network_for_nothing(written) -> None:
    page = Tags(written[0])
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object", "embed", "base")
        for name in FETCHING:
            assert (attributes.get(name) or DATA).startswith(DATA), (tag, name)
    for text in (written[0], *page.pictures):
        assert not re.search(r"@import|url\(\s*[\"']?(https?:)?//", text)
    for svg in page.pictures:
        assert not re.search(r"<(script|image|foreignObject)\b|href=", svg)


def test_page_draws_changed_plots_of_both_revisions_alone(written) -> None:
    pictures = Tags(written[0]).pictures
    assert len(pictures) == 2  # the pipeline's and the survey's
    for svg in pictures:
        assert svg.startswith("<svg")
        assert "Macro-F1 by seed" in svg
        assert "workspace" in svg
        assert "origin/main" in svg


@pytest.mark.parametrize("kind", ["page", "comment"])
def test_changed_params_and_scores_are_shown(written, kind) -> None:
    text = Tags(written[0]).text if kind == "page" else written[1].replace("\\", "")
    assert re.search(r"mtl\.loss_weight\W+0\.5\W+0\.3\W+−0\.2\b", text)
    assert re.search(r"mtl macro-F1\W+0\.625\W+0\.575\W+−0\.05\b", text)
    assert re.search(r"mtl cpu_seconds\W+100\.5\W+100\.3\W+−0\.2\b", text)
    for same in ("mtl.balancing", "gbm macro-F1", "gbm cpu_seconds", "What never changes"):
        assert same not in text


@pytest.mark.parametrize("kind", ["page", "comment"])
def test_changed_verdict_and_recommendation_are_named_for_each_run(written, kind) -> None:
    text = Tags(written[0]).text if kind == "page" else written[1]
    changed = "The recommendation changed: urgency: gbm → mtl; specialty: gbm → mtl."
    assert text.count(changed) == 2
    assert text.count("Verdict on transfer to urgency, macro-F1: equivalent → positive.") == 2
    assert "urgency, log-loss" not in text
    assert text.index("The pipeline's run") < text.index(changed) < text.index("results/survey/")


def test_page_shows_an_interval_beside_its_figure(written) -> None:
    assert "0.025 [−0.01, 0.09]" in Tags(written[0]).text


def test_nothing_changed_is_said(clone: Checkout) -> None:
    done = review(clone, "other")
    assert done.returncode == 0, done.stderr
    said = "No params, metrics or plots differ from other."
    assert said in done.stdout
    page = Tags((clone.root / "review/review.html").read_text())
    assert said in page.text
    assert not page.pictures
    assert said in (clone.root / "review/comment.md").read_text()


def test_code_alone_is_no_change_of_results(clone: Checkout) -> None:
    (clone.root / "new.py").write_text("pass\n")
    found = compare_with("other")
    assert not found.runs
    assert "1 other file differs" in build_page(found)
    assert "1 other file differs" in build_comment(found)


def test_uncommitted_changes_are_reviewed(clone: Checkout) -> None:
    params = clone.root / "params.yaml"
    params.write_text(params.read_text().replace("fixed", "uncertainty"))
    (run,) = compare_with("other").runs
    assert [(c.key, c.old, c.new) for c in run.params] == [
        ("mtl.balancing", "fixed", "uncertainty")
    ]
    assert not run.metrics


def test_a_plot_of_the_same_name_elsewhere_is_left_alone(clone: Checkout) -> None:
    study = clone.root / "studies/weights"
    study.mkdir(parents=True)
    plots = "plots:\n  - macro_f1:\n      x: seed\n      y: {rows.json: macro_f1}\n"
    (study / "dvc.yaml").write_text(plots)
    (study / "rows.json").write_text('[{"seed": 0, "macro_f1": 0.9}]')
    pipeline, survey = compare_with("main").runs
    for run in (pipeline, survey):
        (picture,) = run.plots
        assert picture.title == "Macro-F1 by seed"
        assert all(revision in picture.svg for revision in ("workspace", "main"))


def test_a_run_without_results_any_more_is_shown(clone: Checkout) -> None:
    clone.run("git", "rm", "-r", "--quiet", "results/survey")
    (run,) = compare_with("other").runs
    assert run.title == "results/survey/"
    assert "Verdict on transfer to urgency, macro-F1: positive → –." in build_comment(
        compare_with("other")
    )


def test_a_new_file_of_metrics_in_a_folder_and_a_removed_one_are_shown(clone: Checkout) -> None:
    (clone.root / "metrics/by_system").mkdir()
    clone.run("git", "mv", "metrics/cost.json", "metrics/by_system/seconds.json")
    (run,) = compare_with("other").runs
    rows = {
        file: [row for table in run.metrics[file] for row in table.rows] for file in run.metrics
    }
    assert rows == {
        "metrics/cost.json": [("cpu_seconds", "20.5", "–"), ("cpu_seconds", "100.3", "–")],
        "metrics/by_system/seconds.json": [
            ("cpu_seconds", "–", "20.5"),
            ("cpu_seconds", "–", "100.3"),
        ],
    }


def test_unknown_revision_is_refused_in_one_line(clone: Checkout) -> None:
    done = review(clone, "nowhere")
    assert done.returncode != 0
    assert done.stderr == "error: BASE=nowhere: no such revision here; fetch it or name another\n"
    assert not (clone.root / "review").exists()


def test_lock_in_step_is_accepted_without_cache_and_data(clone: Checkout) -> None:
    done = check_lock(clone)
    assert done.returncode == 0, done.stderr
    assert not (clone.root / ".dvc/cache").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("params.yaml", "0.3", "0.4", "score (params.yaml: mtl)"),
        ("score.py", "0.75", "0.76", "score (score.py)"),
        ("make.py", '"made"', '"other"', "make (make.py)"),
        ("dvc.yaml", "python score.py", "python -O score.py", "score (changed command)"),
        ("metrics/compare.json", "positive", "negative", "score (metrics/compare.json)"),
    ],
)
def test_lock_out_of_step_is_refused_in_one_line(clone: Checkout, file, old, new, message) -> None:
    path = clone.root / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    done = check_lock(clone)
    assert done.returncode != 0
    assert done.stderr.startswith(f"error: dvc.lock is out of step: {message}. Run `dvc repro`")
    assert done.stderr.count("\n") == 1


def test_lock_out_of_step_is_refused_where_the_data_are_there(clone: Checkout) -> None:
    clone.dvc("repro", "--force", "--quiet")
    assert check_lock(clone).returncode == 0
    set_loss_weight(clone, 0.4)
    done = check_lock(clone)
    assert done.returncode != 0
    assert "score (params.yaml: mtl)" in done.stderr
