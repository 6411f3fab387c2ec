"""The brief's prose follows the choice, on tables whose right answer is known."""

from dataclasses import replace

import pytest
from html_page import parse_page
from recommendations import (
    MULTI_TASK_RELEASE,
    NOTHING_PASSES,
    PAIR_NOT_SHOWN,
    VETOED,
    recommending,
    with_figures,
)

from intake_triage.evaluation.table import Result, Results
from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.report.pages.build import build_brief, say_of
from intake_triage.report.pages.data_tables import data_table
from intake_triage.report.pages.rule_tables import flip_table, limit_table, list_steady
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.words import decimals, name_set_up
from intake_triage.tasks import TASKS


def test_a_multi_task_release_is_told(run):
    given = recommending(run, MULTI_TASK_RELEASE)
    told = say_of(given)
    assert told["recommendation"].startswith("Use one multi-task Transformer for both tasks")
    assert "within 15 points of the lowest (two LightGBM models, 1,320)" in told["choice"]
    assert "is one model fewer to maintain" in told["choice"]
    assert told["how_sure"].startswith("In 97 of 100 samples drawn anew")
    assert "helped by our preference for one model" in told["how_sure"]
    assert "The choice is stable." in told["how_sure"]
    assert "None was broken. Every safety limit was shown to be met for all" in told["limits"]
    assert (
        "up to 15 more harm points per 1,000 forms for one model instead of two" in (told["choice"])
    )
    flip = ("Harm points for any other form sent too late", "2", "4.4", "Two LightGBM models")
    assert flip in flip_table(given).rows


def test_a_pair_with_a_limit_not_shown_is_told(run):
    given = recommending(run, PAIR_NOT_SHOWN)
    told = say_of(given)
    assert told["recommendation"].startswith("Use two LightGBM models in a pilot")
    assert "it did 1,320 harm points" in told["choice"]
    assert "The runner-up, two models, Transformer for urgency and LightGBM" in (told["choice"])
    assert "least harm" not in told["choice"]
    final = [
        given.find("set_ups", split="test", label=label) for label in ("gbm + gbm", "st + gbm")
    ]
    for row in final:
        said = f"{row['cost_per_1000']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})"
        assert said in told["choice"].partition("In the final check")[2]
    assert "In 70 of 100" in told["how_sure"]
    assert "preference" not in told["how_sure"]
    assert "another sample of forms could change it" in told["how_sure"]
    assert "Not shown to be within its limit: the share of urgent forms" in told["limits"]
    assert "The other limits were shown to be met for all patients" in told["limits"]
    assert flip_table(given).rows == [
        ("Harm points for any other form sent too late", "2", "1.28", "Multi-task Transformer"),
        ("Limit for urgent forms sent too late", "10.0 of 100", "8.6 of 100", "Do not release"),
    ]
    assert list_steady(given) == ["harm points for a form sent to the wrong sub-specialty"]


def test_a_veto_is_told(run):
    given = recommending(run, VETOED)
    told = say_of(given)
    said = told["recommendation"]
    assert said.startswith("Do not release: the rule picks two LightGBM models, but")
    assert "the caution of the stated chances of urgency broke" in said
    assert "Broken: the caution of the stated chances of urgency." in told["limits"]
    assert told["runner_up_in_pilot"] == ""
    page = parse_page(build_brief(given)).text
    assert "There is no pilot yet." in page
    assert "in a pilot that starts silent, beside" not in page


def test_nothing_that_passes_is_told(run):
    given = recommending(run, NOTHING_PASSES)
    told = say_of(given)
    assert told["recommendation"].startswith("Do not release: none of the set-ups")
    assert (
        "Least harm, 1,331 harm points (explained below) per 1,000 forms, was done by one"
        in told["choice"]
    )
    assert "also nothing passed. The limits for the chances" in told["how_sure"]
    assert "were not redrawn" in told["how_sure"]
    assert "stable" not in told["how_sure"]
    assert "No set-up reached the final check" in told["limits"]
    assert flip_table(given).rows[0][-1] == "Multi-task Transformer"
    page = parse_page(build_brief(given)).text
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
        first = next(parse_page(build_brief(given)).texts())
        assert all(word in first for word in words)


def missed(column: str, subgroup: str = "", **figures: float | None) -> Result:
    """The share of urgent forms sent too late, of a group; hidden if nothing is given."""
    figures = {"n": 1313, "shown": True} | figures if figures else {"value": None, "shown": False}
    kind = {"task": "urgency", "system": "", "measure": "under_triage"}
    return Result(**kind, column=column, subgroup=subgroup, **figures)


def without_groups(run: Run) -> Run:
    return replace(run, results=Results(row for row in run.results.rows if not row.column))


def test_groups_are_compared_by_what_would_be_sent(run):
    rows = [
        missed("sex", "female", value=0.31, low=0.3, high=0.32),
        missed("sex", "male", value=0.01, low=0.0, high=0.02),
        missed("", value=0.09, low=0.08, high=0.1),
        missed("sex", "missing"),
    ]
    whole = without_groups(run)
    said = say_of(with_figures(whole, *rows))["who_is_worse"]
    assert "too late most often for sex female (31 of 100, 30 to 32)" in said
    assert "overall 9 of 100, 8 to 10." in said
    assert "Clearly worse than average: sex female." in said
    assert "Shown to keep the limit of 10 of 100: sex male. Clearly beyond it: sex female." in said
    assert said.endswith("11 people (a rule for real forms, kept here too): sex not recorded.")
    said = say_of(with_figures(whole, rows[0], *rows[2:]))["who_is_worse"]
    assert said == "Groups of patients cannot be compared: too few of their figures can be shown."


def test_children_who_are_not_shown_are_told_of(run):
    whole = without_groups(run)
    for hidden, told in (("0-17", True), ("18-39", False)):
        bands = [band for band in ("0-17", "18-39", "40-64", "65+") if band != hidden]
        rows = [missed("age_band", band, value=0.05, low=0.02, high=0.08) for band in bands]
        said = say_of(with_figures(whole, *rows, missed("age_band", hidden)))["who_is_worse"]
        assert "Shown to keep the limit of 10 of 100: all of them." in said
        assert ("children may fare worse unseen" in said) == told


def test_severe_misses_have_an_upper_bound_where_they_are_hidden(run):
    late = missed("", value=0.08, low=0.07, high=0.09)
    severe = replace(missed(""), measure="severe_under_triage")
    shown = replace(severe, value=0.02, low=0.01, high=0.03)
    for figures, said in (
        ((late, severe), "too few to show among the 1,313 urgent forms"),
        ((missed(""), severe), "cannot be shown"),
        ((replace(late, value=1.0), severe), "too low cannot be shown"),
        ((late, shown), "2.0 (1.0 to 3.0) of 100"),
    ):
        assert said in say_of(with_figures(run, *figures))["worst_misses"]


def test_the_leads_of_choice_and_runner_up_are_told_apart(run):
    given = recommending(run, PAIR_NOT_SHOWN)
    figures = {"low": 1000.0, "high": 1500.0}
    own, other = (
        {"split": split, "label": label, **figures}
        for split, label in (("calibrate", "gbm + gbm"), ("calibrate", "st + gbm"))
    )

    def say(final_own, final_other):
        rows = [
            own | {"cost_per_1000": 1320.1},
            other | {"cost_per_1000": 1325.1},
            own | {"split": "test", **final_own},
            other | {"split": "test", **final_other},
        ]
        told = replace(given, plots={**given.plots, "set_ups": rows})
        return say_of(told)["choice"], say_of(told)["runner_up_in_pilot"]

    said, pilot = say({"cost_per_1000": 1350.0}, {"cost_per_1000": 1316.0})
    assert "the runner-up did less, by more than 15 points" in said
    assert "which does less harm is not settled" in said
    assert "it should run the runner-up (two models, Transformer for urgency" in pilot
    assert said.count("practically level") == 1
    said, _ = say({"cost_per_1000": 1316.0}, {"cost_per_1000": 1350.0})
    assert "the choice did less, by more than 15 points" in said
    apart = {"low": 1300.0, "high": 1320.0}, {"low": 1340.0, "high": 1360.0}
    said, _ = say({"cost_per_1000": 1310.0, **apart[0]}, {"cost_per_1000": 1350.0, **apart[1]})
    assert "not settled" not in said


def test_chances_that_err_to_one_side_within_the_limit_are_told(run):
    slope = {"measure": "slope", "task": "urgency", "class_name": "emergent"}
    slope |= {"least": 0.8, "most": 1.25, "status": "met"}
    for low, high, status in (
        (0.88, 0.97, "met, but over-confident"),
        (1.03, 1.2, "met, but over-cautious"),
        (0.95, 1.05, "met"),
    ):
        ceiling = slope | {"value": (low + high) / 2, "low": low, "high": high}
        ceilings = {"slope_emergent": ceiling}
        given = recommending(run, MULTI_TASK_RELEASE | {"ceilings": ceilings})
        assert [row[-1] for row in limit_table(given).rows] == [status]


def deferring(run: Run, *rows: dict) -> str:
    return say_of(replace(run, plots={**run.plots, "risk_coverage": rows}))["deferral"]


def test_deferral_is_not_said_to_protect_urgent_patients_where_that_is_not_shown(run):
    row = {"task": "urgency", "measure": "under-triage", "system": run.system("urgency")}
    before = row | {"coverage": 1.0, "risk": 0.08, "low": 0.07, "high": 0.09, "of": 900}
    for low, high, verdict in (
        (0.04, 0.06, None),
        (0.06, 0.08, "not shown to protect"),
        (0.1, 0.12, "does not protect urgent patients: the misses seem to rise"),
    ):
        after = before | {"coverage": 0.8, "risk": (low + high) / 2, "low": low, "high": high}
        said = say_of(replace(run, plots={**run.plots, "risk_coverage": [before, after]}))[
            "deferral"
        ]
        risk = f"{(low + high) / 2:.0%}".rstrip("%")
        assert f"urgent forms sent too late {risk} of 100 times instead of 8." in said
        assert "not part of this pilot" in said
        assert (verdict in said) if verdict else ("protect" not in said)
    half = after | {"coverage": 0.5, "risk": 0.13}
    said = deferring(run, before, after, half)
    assert "instead of 8 (13, if it decided 50 of 100)." in said


def test_a_difference_that_rounds_to_nothing_is_not_called_negative():
    form = decimals(3, signed=True)
    assert [form(each) for each in (-0.0002, -0.0006, 0.0)] == ["+0.000", "-0.001", "+0.000"]


def test_set_ups_have_names_of_their_own():
    for short in (True, False):
        names = {name_set_up(set_up, short=short) for set_up in list_set_ups(TASKS)}
        assert len(names) == len(list_set_ups(TASKS))


def with_prepare(run: Run, **figures) -> Run:
    """The same run where stage prepare says other things."""
    prepare = run.metrics["prepare"] | figures
    return replace(run, metrics={**run.metrics, "prepare": prepare})


@pytest.mark.parametrize(
    ("urgent_tiers", "words"), [(1, "tier “emergent” is"), (3, "and “semi-urgent” are")]
)
def test_how_many_tiers_are_urgent_is_told(run, urgent_tiers, words):
    decision = run.params["decision"] | {"urgent_tiers": urgent_tiers}
    given = replace(run, params={**run.params, "decision": decision})
    assert say_of(given)["tiers"].endswith(f"{words} called urgent.")
    told = say_of(given)
    assert ("of them urgent" in told["per_1000"]) == (urgent_tiers == 1)
    assert ("for another" in told["caution"]) == (urgent_tiers == 1)


def test_an_older_run_has_two_urgent_tiers(run):
    decision = dict(run.params["decision"])
    decision.pop("urgent_tiers", None)
    given = replace(run, params={**run.params, "decision": decision})
    assert "tiers “emergent” and “urgent” are called urgent" in say_of(given)["tiers"]


def test_a_class_that_a_split_lacks_is_told(run):
    absent = {"valid": {"urgency": ["emergent"]}, "test": {"specialty": ["skin_day", "heart"]}}
    given = with_prepare(run, absent_classes=absent)
    unknown = "How it does for forms of “skin day” and “heart”: the final check has none."
    assert unknown in say_of(given)["unknowns"]
    note = data_table(given).note
    assert "No form of valid has urgency “emergent”." in note
    assert "No form of test has sub-specialty “skin day” and “heart”." in note
    assert not any("final check has none" in each for each in say_of(run)["unknowns"])


def test_the_data_are_told_by_split_and_what_is_hidden_is_said(run):
    tiers = run.tiers
    by_split = {"train": 0.25, "valid": None, "calibrate": 0.25, "test": 0.0}
    shares = {**run.metrics["prepare"]["label_shares"], "urgency": dict.fromkeys(tiers, by_split)}
    cut = {"max_tokens": 48, "cut_share": 0.125, "pieces_cut_share": 0.0625}
    records = {"train": 1200, "valid": "under 11", "calibrate": 400, "test": 500}
    given = with_prepare(run, label_shares=shares, texts=cut, records=records)
    table = data_table(given)
    assert table.heading[:5] == ("what", "train", "valid", "calibrate", "test")
    rows = {row[0]: row[1:5] for row in table.rows}
    assert rows[f"urgency: {tiers[0]}"] == ("0.250", "not shown", "0.250", "0.000")
    assert rows["forms"] == ("1,200", "under 11", "400", "500")
    assert "read 48 tokens of a text at most; share of texts that are longer: 0.125" in table.note
