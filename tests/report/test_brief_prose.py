"""The brief's prose follows the choice, on tables whose right answer is known."""

from dataclasses import replace

from html_page import parse_page
from recommendations import MULTI_TASK_RELEASE, NOTHING_PASSES, PAIR_NOT_SHOWN, VETOED, recommending

from intake_triage.report.brief.findings import say_deferral, say_who_is_worse
from intake_triage.report.brief.page import build_page
from intake_triage.report.brief.recommendation import (
    explain_choice,
    flip_rows,
    list_steady,
    say_how_sure,
    say_limits,
    state_recommendation,
)


def test_a_multi_task_release_is_told(run):
    given = recommending(run, MULTI_TASK_RELEASE)
    assert state_recommendation(given).startswith("Use one multi-task Transformer for both tasks")
    assert "within 15 points of the lowest (two LightGBM models, 1,320)" in explain_choice(given)
    assert "is one model fewer to maintain" in explain_choice(given)
    assert say_how_sure(given).startswith("In 97 of 100 re-drawn samples")
    assert "The choice is stable." in say_how_sure(given)
    assert "every safety limit was shown to be met" in say_limits(given)
    flip = ("Harm points for any other form sent too late", "2", "4.4", "Two LightGBM models")
    assert flip in list(flip_rows(given))


def test_a_pair_with_a_limit_not_shown_is_told(run):
    given = recommending(run, PAIR_NOT_SHOWN)
    assert state_recommendation(given).startswith("Use two LightGBM models in a pilot")
    assert "it did the least harm: 1,320 harm points" in explain_choice(given)
    assert "Runner-up: two models, Transformer for urgency and LightGBM" in explain_choice(given)
    final = [given.find("set_ups", split="test", label=it) for it in ("gbm + gbm", "st + gbm")]
    harms = " and ".join(f"{row['cost_per_1000']:,.0f}" for row in final)
    assert f"In the final check the harm of the two was {harms}" in explain_choice(given)
    runner_up_did_less = final[1]["cost_per_1000"] < final[0]["cost_per_1000"]
    assert ("there the runner-up did less" in explain_choice(given)) == runner_up_did_less
    assert "In 70 of 100" in say_how_sure(given)
    assert "not settled" in say_how_sure(given)
    assert "Not shown to be within its limit: the share of urgent forms" in say_limits(given)
    assert "The other limits were met." in say_limits(given)
    assert list(flip_rows(given)) == [
        ("Harm points for any other form sent too late", "2", "1.28", "Multi-task"),
        ("Limit for urgent forms sent too late", "10.0 of 100", "8.6 of 100", "Do not release"),
    ]
    assert list_steady(given) == ["harm points for a form sent to the wrong sub-specialty"]


def test_a_veto_is_told(run):
    given = recommending(run, VETOED)
    said = state_recommendation(given)
    assert said.startswith("Do not release: the rule picks two LightGBM models, but")
    assert "the boldness of the stated chances of urgency broke" in said
    assert "Broken on forms kept for the final check: the boldness" in say_limits(given)
    page = parse_page(build_page(given)).text
    assert "There is no pilot yet." in page
    assert "in a pilot that starts silent, beside" not in page


def test_nothing_that_passes_is_told(run):
    given = recommending(run, NOTHING_PASSES)
    assert state_recommendation(given).startswith("Do not release: none of the set-ups")
    assert (
        "Least harm, 1,331 harm points (explained below) per 1,000 forms, was done by one"
        in explain_choice(given)
    )
    assert "also nothing passed" in say_how_sure(given)
    assert "No set-up reached the final check" in say_limits(given)
    assert next(flip_rows(given))[-1] == "Multi-task"
    page = parse_page(build_page(given)).text
    assert "(chosen)" not in page
    assert "none has a figure here" in page


def test_the_first_line_says_what_the_data_are(run):
    sources = {
        "synthetic": ("no patient was involved", "cannot justify a release"),
        "namcs": ("real survey", "proxy", "demonstrates the method"),
        "file": ("the clinic’s own forms",),
    }
    for source, words in sources.items():
        data = run.params["data"] | {"source": source}
        given = replace(run, params={**run.params, "data": data})
        first = next(parse_page(build_page(given)).texts())
        assert all(word in first for word in words)


def test_groups_are_compared_by_what_would_be_sent(run):
    overall = run.metrics["safety"]["decisions"][run.system("urgency")]["cost"]["under_triage"]
    row = {"task": "urgency", "system": run.system("urgency"), "column": "sex", "forms": 900}
    late = row | {"measure": "under_triage"}
    rows = [
        *(row | {"measure": "log_loss", "subgroup": it} for it in ("female", "male", "missing")),
        late | {"subgroup": "female", "value": 0.31, "low": 0.3, "high": 0.32},
        late | {"subgroup": "male", "value": 0.01, "low": 0.0, "high": 0.02},
    ]
    said = say_who_is_worse(replace(run, plots={**run.plots, "subgroups": rows}))
    assert "too late most often for sex female (31 of 100, 30 to 32)" in said
    assert f"overall {overall['value']:.0%}".rstrip("%") in said
    assert "Clearly worse than average: sex female." in said
    assert said.endswith("Not shown, since it would tell of few people: sex not recorded.")
    said = say_who_is_worse(replace(run, plots={**run.plots, "subgroups": rows[:4]}))
    assert said == "Too few people are concerned for groups of patients to be compared."


def test_deferral_is_not_said_to_save_urgent_forms_where_that_is_not_shown(run):
    row = {"task": "urgency", "measure": "under-triage", "system": run.system("urgency")}
    before = row | {"coverage": 1.0, "risk": 0.08, "low": 0.07, "high": 0.09, "of": 900}
    for low, high, shown in ((0.04, 0.06, True), (0.07, 0.09, False), (0.1, 0.12, False)):
        after = before | {"coverage": 0.8, "risk": (low + high) / 2, "low": low, "high": high}
        said = say_deferral(replace(run, plots={**run.plots, "risk_coverage": [before, after]}))
        risk = f"{(low + high) / 2:.0%}".rstrip("%")
        assert f"urgent forms are sent too late {risk} of 100 times instead of 8." in said
        assert ("not shown to catch more urgent forms" not in said) == shown
