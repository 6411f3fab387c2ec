"""Verdicts, recommendation, tables and the comment of a review, from differences made by hand."""

import pytest

from intake_triage.report.review.changes import Change
from intake_triage.report.review.comment import LONGEST, MARK, build_comment
from intake_triage.report.review.contents import Review, RunReview
from intake_triage.report.review.summary import summarise
from intake_triage.report.review.tables import (
    Table,
    metric_tables,
    recommendation_table,
    score_tables,
    show,
    show_difference,
)
from intake_triage.report.review.verdicts import changed_recommendation, changed_verdicts

LIMIT_OF_GITHUB = 65_000


def change(key: str, old, new) -> Change:
    """With a difference where both are numbers, as DVC gives it."""
    numbers = all(isinstance(value, int | float) for value in (old, new))
    return Change(key, old, new, new - old if numbers else None)


def make_run(compare: list[Change], **others) -> RunReview:
    """A run of which only metrics/compare.json is given."""
    empty = {"params": [], "scores": [], "metrics": {}, "plots": []}
    return RunReview(
        title="The pipeline's run",
        verdicts=changed_verdicts(compare),
        recommendation=changed_recommendation(compare),
        recommendation_table=recommendation_table(compare, base="main"),
        **(empty | others),
    )


NOW = [
    change("recommendation.urgency", "gbm", "mtl"),
    change("recommendation.models", 2, 1),
    change("recommendation.log_loss", 1.5, 1.25),
    change("recommendation.sentence", "Use two gbm models.", "Use one mtl model."),
]
LATER = [
    change("recommendation.decision", "release", "do_not_release"),
    change("recommendation.reason", "All met.", "Under-triage is 0.2."),
    change("recommendation.urgency", "mtl", "mtl"),
    change("recommendation.cost_per_1000", 1750.0, 1751.5),
    change("recommendation.ceilings.under_triage.limit", 0.15, 0.15),
    change("recommendation.ceilings.under_triage.value", 0.1, 0.2),
    change("recommendation.ceilings.under_triage.low", 0.08, 0.16),
    change("recommendation.ceilings.under_triage.high", 0.12, 0.24),
    change("recommendation.ceilings.under_triage.status", "met", "broken"),
    change("recommendation.flips", [{"what": "misroute", "at": 7.0}], []),
]


@pytest.mark.parametrize(
    ("compare", "sentence"),
    [
        (NOW, "The recommendation changed: urgency: gbm → mtl; models: 2 → 1."),
        (
            LATER,
            "The recommendation changed: decision: release → do_not_release; "
            "ceilings.under_triage.status: met → broken.",
        ),
        (NOW[2:], "The recommendation stays; figures behind it changed."),
        (LATER[2:3], "The recommendation did not change."),
        ([], "The recommendation did not change."),
    ],
)
def test_recommendation_is_read_whatever_its_entries(compare, sentence) -> None:
    assert summarise(make_run(compare))[0] == sentence


def test_recommendation_table_shows_what_changed_with_intervals() -> None:
    table = recommendation_table(LATER, base="main")
    assert table.rows == [
        ("decision", "release", "do_not_release", ""),
        ("reason", "All met.", "Under-triage is 0.2.", ""),
        ("cost_per_1000", "1750", "1751.5", "+1.5"),
        ("ceilings.under_triage", "0.1 [0.08, 0.12]", "0.2 [0.16, 0.24]", "+0.1"),
        ("ceilings.under_triage.status", "met", "broken", ""),
        ("flips", "what misroute, at 7", "–", ""),
    ]


def test_verdicts_of_every_score_are_named() -> None:
    compare = [
        change("transfer.urgency.verdict", "equivalent", "positive"),
        change("transfer.urgency.delta", 0.0, 0.1),
        change("transfer.specialty.verdict", "equivalent", "equivalent"),
        change("transfer.specialty.log_loss.verdict", "inconclusive", "negative"),
    ]
    assert summarise(make_run(compare))[1:3] == [
        "Verdict on transfer to urgency, macro-F1: equivalent → positive.",
        "Verdict on transfer to specialty, log-loss: inconclusive → negative.",
    ]
    assert summarise(make_run(compare[2:3]))[1] == "No verdict on transfer changed."


def test_metrics_are_grouped_by_system_and_task() -> None:
    metrics = [
        change("records.test", 10, 20),
        change("systems.mtl.specialty.brier", 0.5, 0.25),
        change("systems.mtl.urgency.f1.routine", 0.5, 0.75),
        change("systems.gbm.urgency.brier", 0.5, 0.5),
        change("decisions.mtl.cost.macro_f1.urgency.value", 0.5, 0.5),
        change("decisions.mtl.cost.macro_f1.urgency.low", 0.4, 0.45),
        change("decisions.mtl.cost.macro_f1.urgency.high", 0.6, 0.6),
    ]
    tables = {table.title: table.rows for table in metric_tables(metrics, base="main")}
    assert tables == {
        "all": [("records test", "10", "20", "+10")],
        "mtl · cost": [("decisions macro_f1 urgency", "0.5 [0.4, 0.6]", "0.5 [0.45, 0.6]", "+0")],
        "mtl · urgency": [("systems f1 routine", "0.5", "0.75", "+0.25")],
        "mtl · specialty": [("systems brier", "0.5", "0.25", "−0.25")],
    }


def test_scores_are_those_that_changed() -> None:
    compare = [
        change("systems.mtl.urgency.ece", 0.01, 0.02),
        change("systems.mtl.urgency.macro_f1", 0.5, 0.6),
        change("systems.st.urgency.macro_f1", 0.5, 0.5),
        change("systems.mtl.urgency.f1.routine", 0.5, 0.6),
    ]
    (table,) = score_tables(compare, base="main")
    assert [row[0] for row in table.rows] == ["mtl macro-F1", "mtl ECE"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (True, "yes"), (12345678, "12345678"), (-0.00001234, "−0.00001234"), ([], "–")],
)
def test_values_are_shown_plainly(value, shown) -> None:
    assert show(value) == shown


def test_differences_have_a_sign_and_no_noise() -> None:
    assert show_difference(0.3 - 0.5) == "−0.2"
    assert show_difference(2.062669999999997) == "+2.06"
    assert show_difference(None) == ""


def test_comment_is_short_enough_however_much_changed() -> None:
    params = [change(f"section.key_{n}", "a" * 2000, "b|`c\n" * 500) for n in range(2000)]
    heading = ("figure", "main", "now", "difference")
    table = Table("urgency", heading, [("x" * 900, "1", "2", "+1")] * 900)
    run = make_run(LATER, params=params, scores=[table] * 40)
    comment = build_comment(Review("main", [run] * 3, other_files=0))
    assert len(comment) <= LONGEST < LIMIT_OF_GITHUB
    assert comment.startswith(MARK + "\n")
    assert comment.count("<details>") == comment.count("</details>")
    assert "on the page" in comment


def test_comment_keeps_its_tables_whole() -> None:
    params = [change("data.path", "a|b\nc", "<img src=x> @someone")]
    comment = build_comment(Review("main", [make_run(LATER, params=params)], other_files=0))
    (row,) = [line for line in comment.splitlines() if "data.path" in line]
    assert row == r"| data.path | a\|b c | \<img src=x\> \@someone |"
