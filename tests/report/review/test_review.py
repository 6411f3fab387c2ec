"""A review of two real revisions: its comment, its page of plots, its refusals."""

import re

import pytest
from checkout import Checkout
from reviewed_pipeline import edit, run_script

NOTHING = "No params, metrics or plots differ from other."
CHANGED = [
    "metrics/compare.json: recommendation.urgency: gbm → mtl",
    "metrics/compare.json: recommendation.specialty: gbm → mtl",
    "results/survey/metrics/compare.json: recommendation.urgency: gbm → mtl",
    "results/survey/metrics/compare.json: recommendation.specialty: gbm → mtl",
    "metrics/compare.json: transfer.urgency.verdict: equivalent → positive",
    "results/survey/metrics/compare.json: transfer.urgency.verdict: equivalent → positive",
    "Changed: params 2, metrics 2, plots 2.",
]


def read_comment(checkout: Checkout) -> str:
    """The comment as Markdown shows it."""
    return (checkout.root / "review/comment.md").read_text(encoding="utf-8").replace("\\", "")


def review(checkout: Checkout, base: str) -> str:
    """What a review that succeeds prints."""
    done = run_script(checkout, "review", base)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def reviewed(two_revisions: Checkout, tmp_path_factory) -> tuple[Checkout, str]:
    """A clone without cache in which `other` was reviewed against `main`, and what was printed."""
    clone = two_revisions.clone_to(tmp_path_factory.mktemp("review") / "clone")
    return clone, review(clone, "origin/main")


def test_console_and_comment_name_changed_verdicts_and_choices_of_every_run(reviewed) -> None:
    clone, printed = reviewed
    *changed, written = printed.splitlines()
    assert changed == CHANGED
    assert written == "Written: review/comment.md review/plots/index.html"
    bullets = [line for line in read_comment(clone).splitlines() if line.startswith("- ")]
    assert bullets[: len(CHANGED)] == [f"- {line}" for line in CHANGED]


def test_comment_shows_what_changed_and_nothing_else(reviewed) -> None:
    comment = read_comment(reviewed[0])
    assert "| file | key | origin/main | now | difference |" in comment
    for root in ("", "results/survey/"):
        for row in (
            "params.yaml | mtl.loss_weight | 0.5 | 0.3 | -0.2",
            "metrics/summary.json | mtl.macro_f1 | 0.625 | 0.575 | -0.05",
            "metrics/compare.json | recommendation.cost_per_1000 | 1300.5 | 1300.3 | -0.2",
        ):
            assert f"| {root}{row} |" in comment
        assert f"- {root}plots/macro_f1.json" in comment
    for same in ("balancing", "gbm.macro_f1", "log_loss", "plots/still.json"):
        assert same not in comment


def test_page_draws_both_revisions_without_cache_or_network(reviewed) -> None:
    clone, _ = reviewed
    page = (clone.root / "review/plots/index.html").read_text(encoding="utf-8")
    assert "Macro-F1 by seed" in page
    for revision in ("workspace", "origin/main"):
        assert f'"rev": "{revision}"' in page
    assert not re.search(r"<(script|link|img)\b[^>]*(src|href)\s*=\s*[\"']?(https?:)?//", page)
    assert not (clone.root / ".dvc/cache").exists()


def test_nothing_changed_is_said_and_an_earlier_page_is_gone(clone: Checkout) -> None:
    review(clone, "main")
    printed = review(clone, "other")
    assert printed == f"{NOTHING}\nWritten: review/comment.md\n"
    assert NOTHING in read_comment(clone)
    assert not (clone.root / "review/plots").exists()


def test_code_alone_is_no_change_of_results(clone: Checkout) -> None:
    (clone.root / "new.py").write_text("pass\n")
    edit(clone, "score.py", "0.6", "0.61")
    assert NOTHING in review(clone, "other")


@pytest.mark.parametrize("root", ["", "results/survey/"])
def test_uncommitted_changes_are_reviewed(clone: Checkout, root) -> None:
    edit(clone, f"{root}params.yaml", "fixed", "uncertainty")
    assert "Changed: params 1, metrics 0, plots 0." in review(clone, "other")
    assert f"| {root}params.yaml | mtl.balancing | fixed | uncertainty |  |" in read_comment(clone)


def test_figures_behind_a_recommendation_that_stays_are_shown(clone: Checkout) -> None:
    edit(clone, "metrics/compare.json", "1300.3", "1310.3")
    printed = review(clone, "other").splitlines()
    assert printed[:2] == [
        "The recommendation stays; figures behind it changed.",
        "No verdict on transfer changed.",
    ]
    assert "| recommendation.cost_per_1000 | 1300.3 | 1310.3 | +10 |" in read_comment(clone)


def test_a_run_without_results_any_more_is_shown(clone: Checkout) -> None:
    clone.run("git", "rm", "-r", "--quiet", "results/survey")
    printed = review(clone, "other")
    assert "results/survey/metrics/compare.json: transfer.urgency.verdict: positive → –" in printed
    assert "\nmetrics/compare.json" not in printed


def test_a_base_without_results_is_reviewed(clone: Checkout) -> None:
    printed = review(clone, "start")
    assert "metrics/compare.json: recommendation.urgency: – → mtl" in printed
    assert "| metrics/summary.json | mtl.macro_f1 | – | 0.575 |  |" in read_comment(clone)


def test_a_base_with_fewer_figures_is_reviewed(clone: Checkout) -> None:
    (clone.root / "metrics/compare.json").write_text('{"transfer": {"urgency": {}}}')
    clone.commit("an older layout")
    clone.run("git", "checkout", "--quiet", "main", "--", "metrics/compare.json")
    printed = review(clone, "HEAD")
    assert "metrics/compare.json: transfer.urgency.verdict: – → equivalent" in printed
    assert "metrics/compare.json: recommendation.urgency: – → gbm" in printed


def test_a_base_may_be_named_as_a_folder_is(clone: Checkout) -> None:
    clone.run("git", "branch", "metrics", "main")
    assert CHANGED[0] in review(clone, "metrics")


def test_unknown_revision_is_refused_in_one_line(clone: Checkout) -> None:
    done = run_script(clone, "review", "nowhere")
    assert done.returncode == 1
    assert done.stderr == "error: BASE=nowhere: no such revision here; fetch it or name another\n"
    assert not (clone.root / "review").exists()


def test_a_review_that_fails_leaves_the_earlier_one(clone: Checkout) -> None:
    review(clone, "other")
    (clone.root / ".dvc/plots/offline.html").unlink()
    done = run_script(clone, "review", "main")
    assert done.returncode == 1
    assert done.stderr.startswith("error: dvc plots diff main failed: ")
    assert done.stderr.count("\n") == 1
    assert NOTHING in read_comment(clone)
    assert not list(clone.root.glob(".review*"))
