"""The sentences say what the values say, for every reason and status."""

import pytest

from intake_triage.report.wording import describe_recommendation, describe_set_up

GBM = {"urgency": "gbm", "specialty": "gbm", "models": 2, "cost_per_1000": 1000.4}
MIXED = {"urgency": "st", "specialty": "gbm", "models": 2, "cost_per_1000": 1010.0}
MTL = {"urgency": "mtl", "specialty": "mtl", "models": 1, "cost_per_1000": 1012.0}
UNDER_TRIAGE = {"limit": 0.1, "value": 0.0951, "low": 0.08, "high": 0.11, "status": "not_shown"}
SLOPE = {"least": 0.8, "most": 1.25, "value": 1.0, "low": 0.9, "high": 1.1, "status": "met"}


@pytest.fixture
def say():
    """A function that describes a release of two gbm models, but for what is given."""

    def say(choice=GBM, **changed) -> str:
        recommendation = {
            "decision": "release",
            "reason": "lowest_cost",
            **choice,
            "lowest": GBM,
            "runner_up": MIXED,
            "won_share": 0.695,
            "ceilings": {"under_triage": UNDER_TRIAGE, "slope_urgent_or_above": SLOPE},
            "flips": {"cost_margin": {"now": 15}},
        }
        return describe_recommendation(recommendation | changed)

    return say


def test_the_lowest_cost_is_said_with_the_runner_up(say):
    said = say()
    assert said.startswith("Use two LightGBM models: ")
    assert "is 1000 per 1,000 forms, the lowest of the set-ups that break no ceiling" in said
    assert "Transformer for urgency and LightGBM for the sub-specialty, at 1010." in said
    assert "70%" in say(won_share=0.7)
    assert "runner-up" not in say(runner_up=None)


def test_the_margin_and_what_it_buys_are_said(say):
    fewer = say(MTL, reason="fewer_models")
    assert fewer.startswith("Use one multi-task Transformer for both tasks: ")
    assert "within 15 of the lowest (two LightGBM models, 1000), and it takes fewer models" in fewer
    assert "it is cheaper to run" in say(MIXED, reason="cheaper")


def test_a_ceiling_that_is_not_shown_is_named(say):
    said = say()
    assert "under-triage (0.0951, 95 % interval 0.0800 to 0.1100; at most 0.1) is not shown" in said
    assert "slope" not in said
    assert "shown to meet every ceiling" in say(ceilings={"slope_now": SLOPE})
    hidden = UNDER_TRIAGE | dict.fromkeys(("value", "low", "high"))
    assert "under-triage (at most 0.1) is" in say(ceilings={"under_triage": hidden})


def test_a_veto_names_what_is_broken(say):
    broken = {"under_triage": UNDER_TRIAGE, "slope_urgent_or_above": SLOPE | {"status": "broken"}}
    said = say(decision="do_not_release", reason="vetoed_by_test", ceilings=broken)
    assert said.startswith("Do not release: the rule takes two LightGBM models, but on the test")
    assert "the calibration slope at urgent or above (1.0000, " in said
    assert "under-triage" not in said


def test_nothing_passes(say):
    nothing = dict.fromkeys(GBM)
    said = say(nothing, decision="do_not_release", reason="nothing_passes", ceilings={})
    assert said.startswith("Do not release: on the calibrate split every set-up breaks a ceiling")
    assert "two LightGBM models, 1000 per 1,000 forms" in said


def test_set_ups_have_names():
    names = {describe_set_up(it) for it in (GBM, MIXED, MTL)}
    assert len(names) == 3
