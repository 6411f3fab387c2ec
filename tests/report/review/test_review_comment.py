"""Sentences, tables and length of the comment, from differences made by hand."""

import pytest

from intake_triage.report.review.changes import Change, Review, diff_leaves
from intake_triage.report.review.comment import LONGEST, MARK, build_comment, summarise

LIMIT_OF_GITHUB = 65_536


def make_review(**changes: list) -> Review:
    """A review of which only these changed."""
    empty = {"verdicts": [], "recommendation": [], "params": [], "metrics": [], "plots": []}
    return Review("main", **(empty | changes))


def recommend(key: str, old: object, new: object) -> Change:
    return Change("compare.json", tuple(f"recommendation.{key}".split(".")), old, new)


def test_leaves_that_differ_are_found_in_the_order_of_the_new() -> None:
    old = {"gone": 1, "same": {"deep": [1, 2]}, "mtl": {"weight": 0.5, "tasks": ["a"]}}
    new = {"mtl": {"tasks": ["a", "b"], "weight": 0.3}, "same": {"deep": [1, 2]}, "added": None}
    assert diff_leaves(old, new, file="f") == [
        Change("f", ("mtl", "tasks"), ["a"], ["a", "b"]),
        Change("f", ("mtl", "weight"), 0.5, 0.3),
        Change("f", ("gone",), 1, None),
    ]


def test_set_ups_of_a_list_are_known_by_their_names() -> None:
    old = {"tied": [{"urgency": "gbm", "specialty": "st", "parts": 2}], "halves": []}
    new = {"tied": [{"urgency": "mtl", "parts": 1}, *old["tied"]], "halves": [{"n": 1}]}
    assert diff_leaves(old, new, file="f") == [
        Change("f", ("tied", "mtl", "urgency"), None, "mtl"),
        Change("f", ("tied", "mtl", "parts"), None, 1),
        Change("f", ("halves",), [], [{"n": 1}]),
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            recommend("decision", "release", "do_not_release"),
            "compare.json: recommendation.decision: release → do_not_release",
        ),
        (recommend("parts", 2, 1), "compare.json: recommendation.parts: 2 → 1"),
        (
            recommend("ceilings.ece_urgency.status", "met", None),
            "compare.json: recommendation.ceilings.ece_urgency.status: met → –",
        ),
        (
            recommend("ceilings.ece_urgency.value", 0.1, 0.2),
            "The recommendation stays; figures behind it changed.",
        ),
        (
            recommend("tied.gbm / st.within_margin", None, True),
            "compare.json: recommendation.tied.gbm / st.within_margin: – → True",
        ),
        *(
            (recommend(key, old, new), "The recommendation stays; figures behind it changed.")
            for key, old, new in (
                ("flips.cost.urgency", "gbm", "mtl"),
                ("tied.gbm / st.parts", None, 2),
                ("halves.set_ups.gbm / st.urgency", None, "gbm"),
                ("needed.tied", None, 9.5),
            )
        ),
    ],
)
def test_choices_are_named_and_figures_are_not(change, sentence) -> None:
    assert summarise(make_review(recommendation=[change]))[0] == sentence


@pytest.mark.parametrize(
    ("old", "new", "cells"),
    [
        (0.3, 0.5, "0.3 | 0.5 | +0.2"),
        (12000, 333340, "12000 | 333340 | +321340"),
        (True, False, "True | False | "),
        (None, 2, "– | 2 | "),
        ([0, 1], [0], r"\[0, 1\] | \[0\] | "),
        ("a|b\nc", "<img src=x> @someone", r"a\|b c | \<img src=x\> \@someone | "),
        ("*a* _b_ ~c~ `d`", "&lt; #1", r"\*a\* \_b\_ \~c\~ \`d\` | \&lt; \#1 | "),
    ],
)
def test_a_row_stays_one_row_and_shows_its_values_as_they_stand(old, new, cells) -> None:
    comment = build_comment(make_review(params=[Change("p.yaml", ("data", "path"), old, new)]))
    (row,) = [line for line in comment.splitlines() if "data.path" in line]
    assert row == f"| p.yaml | data.path | {cells} |"


def test_a_long_table_says_how_much_of_it_is_left_out() -> None:
    metrics = [Change("m.json", (f"score_{n}",), n, n + 1) for n in range(130)]
    comment = build_comment(make_review(metrics=metrics))
    assert "Metrics (130)" in comment
    assert comment.count("| m.json |") == 100
    assert "… and 30 more." in comment


def test_comment_is_short_enough_however_much_changed() -> None:
    params = [Change("p.yaml", (f"key_{n}",), "a" * 2000, "b|`c\n" * 500) for n in range(2000)]
    choices = [recommend(f"ceilings.{n}", "met", "broken") for n in range(100)]
    plots = [f"results/{n}/plots/macro_f1.json" for n in range(2000)]
    for changes in ({"params": params, "recommendation": choices}, {"plots": plots}):
        comment = build_comment(make_review(**changes))
        assert LONGEST - 2_000 < len(comment) <= LONGEST < LIMIT_OF_GITHUB
        assert comment.startswith(MARK + "\n")
        assert comment.count("<details>") == comment.count("</details>")
        assert comment.endswith("\n\nThe rest is too long for a comment.\n")
