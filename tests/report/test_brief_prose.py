"""The brief's prose follows the choice, on tables whose right answer is known."""

from dataclasses import replace

import pytest
from html_page import parse_page
from recommendations import (
    FEWER_PARTS,
    LOWEST_NOT_SHOWN,
    NOTHING_PASSES,
    SHIFT,
    TABLES,
    USELESS,
    VETOED,
    missed,
    recommending,
    with_figures,
    with_prepare,
    without_groups,
)

from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.report.pages.build import build_brief, say_of
from intake_triage.report.pages.choice_tables import sure_table
from intake_triage.report.pages.data_tables import data_table
from intake_triage.report.pages.limit_tables import limit_table
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.words import name_set_up, say_verdict
from intake_triage.statistics.verdicts import NOT_JUDGED
from intake_triage.tasks import TASKS

SILENT = "No release. First repeat this on your own forms. After that, at most a silent pilot"


def with_source(run: Run, source: str) -> Run:
    return replace(run, params={**run.params, "data": run.params["data"] | {"source": source}})


def test_tied_set_ups_are_offered_as_one_pilot(run):
    told = say_of(recommending(run, FEWER_PARTS))
    assert told["decision"] == f"{SILENT}."
    assert told["conditions"] == ""


def test_a_clear_choice_is_told_with_what_is_not_shown(run):
    given = recommending(run, LOWEST_NOT_SHOWN)
    told = say_of(given)
    assert told["decision"] == f"{SILENT} of two LightGBM models."
    assert told["conditions"] == "Every other set-up within the limits does more harm."
    assert told["watch_first"] == ""
    hidden = SHIFT | {"status": "not_shown"}
    ceilings = LOWEST_NOT_SHOWN["ceilings"] | {"intercept": hidden}
    both = say_of(recommending(run, LOWEST_NOT_SHOWN | {"ceilings": ceilings}))["watch_first"]
    assert both.startswith("Not shown to be kept: the")
    alone = LOWEST_NOT_SHOWN | {"runner_up": None}
    assert say_of(recommending(run, alone))["conditions"].startswith("No other set-up keeps")
    rows = {row[0]: row[1:] for row in limit_table(given).rows}
    late = rows["Urgent forms sent too late, of 100 of them"]
    assert late == ("above 10 of 100", "9.5 (8.0 to 11.6)", "not shown", "3.6")
    load = rows["Forms placed in urgent tiers, for each that belongs there"]
    assert load == ("above 2", "1.71 (1.62 to 1.83)", "met", "")


def test_a_veto_is_told(run):
    for table, broken in (
        (VETOED, "the caution of the stated chances of urgency"),
        (USELESS, "the floor of usefulness"),
    ):
        given = recommending(run, table)
        told = say_of(given)
        lost = f"Do not release: two LightGBM models broke {broken} in the final check."
        assert told["decision"] == lost
        assert "can only reject" in told["conditions"]
        assert told["watch_first"] == ""
        page = parse_page(build_brief(given)).text
        assert "There is none yet." in page
        assert "at most a silent pilot" not in page


def test_nothing_that_passes_is_told_with_what_is_missing(run):
    given = recommending(run, NOTHING_PASSES)
    told = say_of(given)
    assert told["decision"] == ("Do not release: no set-up keeps within the safety limits.")
    assert told["conditions"] == (
        "One multi-task Transformer for both tasks comes nearest. It still breaks a limit: for "
        "each form that belongs in an urgent tier 2.31 are placed there, and at most 2.00 may be, "
        "on the forms used to choose; the shift of stated chances of “urgent or above” is a number "
        "that cannot be shown, and -0.22 to 0.22 may be, on the forms used to choose."
    )
    assert ("Nothing passes", "91") in [(row[0], row[-1]) for row in sure_table(given).rows]
    assert told["one_or_two"].startswith("Nothing passes. Nearest comes one model for both.")
    page = parse_page(build_brief(given)).text
    assert "(the choice)" not in page
    assert "(nearest)" in page
    below = NOTHING_PASSES["nearest"] | {"floor": ["cost_urgent_for_all"]}
    said = say_of(recommending(run, NOTHING_PASSES | {"nearest": below}))["conditions"]
    assert "; the floor of usefulness: no less harm is shown than by rules that" in said


def test_made_up_real_and_own_forms_are_told_apart(run, survey):
    assert "No patient was involved." in say_of(run)["what_data"]
    assert "Urgency here is only the kind of visit" in say_of(survey)["what_data"]
    own = say_of(with_source(recommending(run, LOWEST_NOT_SHOWN), "file"))
    assert own["decision"] == "A silent pilot of two LightGBM models."
    assert own["not_yet"] == ""
    for said in (run, survey):
        tiers = ", ".join(tier.replace("_", "-") for tier in said.tiers)
        assert (
            f"most urgent first: {tiers}. “Urgent forms” are those of the first 2"
            in say_of(said)["what_data"]
        )


def test_one_label_asks_no_multi_task_model(run):
    compare = run.metrics["compare"]
    test = {"urgency": compare["test"]["urgency"]}
    alone = {"urgency": "gbm", "specialty": None, "parts": 1}
    choice = LOWEST_NOT_SHOWN | {"lowest": alone, "runner_up": None} | alone
    choice |= {"tied": [alone | LOWEST_NOT_SHOWN["tied"][0] | alone]}
    given = replace(run, metrics={**run.metrics, "compare": compare | {"test": test}})
    told = say_of(recommending(given, choice))
    assert told["question"] == "which model for urgency"
    assert told["one_or_two"] == "No multi-task model was asked, since one label was mapped."
    assert told["transfer"] == ""


@pytest.mark.parametrize(
    ("table", "answer"),
    [
        ("fewer parts", "One model for both, by default. No set-up is shown to be the best."),
        ("cheaper to run", "Two models, one for each: two logistic regression models."),
        ("mixed pair", "Two models, one for each: Transformer for urgency, and for the sub-spec"),
    ],
)
def test_two_models_or_one_is_answered_plainly(run, table, answer):
    assert say_of(recommending(run, TABLES[table]))["one_or_two"].startswith(answer)


def test_an_average_with_another_kind_is_answered_plainly(run):
    blend = {"urgency": "gbm+mtl", "specialty": "gbm+mtl", "parts": 3}
    said = say_of(recommending(run, LOWEST_NOT_SHOWN | blend))["one_or_two"]
    assert said.startswith("One model for both, averaged with another: LightGBM and multi-task")


def test_groups_that_are_hidden_are_told_of(run):
    rows = [
        missed("sex", "female", value=0.31, low=0.3, high=0.32),
        missed("sex", "male", value=0.01, low=0.0, high=0.02),
        missed("", value=0.09, low=0.08, high=0.1),
        missed("sex", "missing"),
    ]
    whole = without_groups(run)
    said = say_of(with_figures(whole, *rows))["who_is_worse"]
    assert said.endswith("Too few to show: sex not recorded.")
    said = say_of(with_figures(whole, rows[0], *rows[2:]))["who_is_worse"]
    assert "Groups of patients cannot be compared: too few of their figures can be shown." in said


def test_children_who_are_not_shown_are_told_of(run):
    whole = without_groups(run)
    for hidden, told in (("0-17", True), ("18-39", False)):
        bands = [band for band in ("0-17", "18-39", "40-64", "65+") if band != hidden]
        rows = [missed("age_band", band, value=0.05, low=0.02, high=0.08) for band in bands]
        said = say_of(with_figures(whole, *rows, missed("age_band", hidden)))["who_is_worse"]
        assert ("How children fare is not known." in said) == told


def test_one_training_seed_is_not_judged(run):
    transfer = {
        task: values | {"verdict": NOT_JUDGED}
        for task, values in run.metrics["compare"]["transfer"].items()
    }
    compare = run.metrics["compare"] | {"transfer": transfer}
    said = say_of(replace(run, metrics={**run.metrics, "compare": compare}))["transfer"]
    assert said.startswith("Not judged: each model was trained from one random start")
    assert "shown" not in said


def test_set_ups_have_names_of_their_own():
    for short in (True, False):
        names = {name_set_up(set_up, short=short) for set_up in list_set_ups(TASKS)}
        assert len(names) == len(list_set_ups(TASKS))


@pytest.mark.parametrize(
    ("urgent_tiers", "words"), [(1, "the first tier."), (3, "the first 3 tiers.")]
)
def test_how_many_tiers_are_urgent_is_told(run, urgent_tiers, words):
    decision = run.params["decision"] | {"urgent_tiers": urgent_tiers}
    told = say_of(replace(run, params={**run.params, "decision": decision}))
    assert words in told["what_data"]


def test_a_class_that_a_split_lacks_is_told(run):
    absent = {"valid": {"urgency": ["emergent"]}, "test": {"specialty": ["skin_day", "heart"]}}
    given = with_prepare(run, absent_classes=absent)
    unknown = "How it does for “skin day” and “heart”: the final check has none."
    assert unknown in say_of(given)["unknowns"]
    note = data_table(given).note
    assert "No form of valid has urgency “emergent”." in note
    assert "No form of test has sub-specialty “skin day” and “heart”." in note
    assert not any("final check has none" in each for each in say_of(run)["unknowns"])


def test_a_gain_that_may_be_too_small_to_notice_is_not_oversold():
    def say(verdict, low, high):
        return say_verdict({"verdict": verdict, "low": low, "high": high}, 0.02)

    assert say("positive", 0.009, 0.045) == "helps, perhaps too little to be noticed"
    assert say("positive", 0.021, 0.045) == "helps"
    assert say("negative", -0.045, -0.009) == "hurts, perhaps too little to be noticed"
    assert say("negative", -0.045, -0.021) == "hurts"
    assert say("equivalent", -0.01, 0.01) == "no difference that is noticed"
