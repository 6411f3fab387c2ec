"""Which ceilings there are, and what an interval says of each."""

import pytest
from made_tables import CEILINGS, INSIDE

from intake_triage.recommendation.ceilings import (
    CeilingFigure,
    judge_ceilings,
    list_broken,
    list_ceilings,
)


def test_a_ceiling_a_measure_task_and_cut_in_the_order_of_the_protocol(decision):
    tiers, specialties = ("emergent", "urgent", "semi", "routine"), ("heart", "skin")
    ceilings = list_ceilings({"urgency": tiers, "specialty": specialties}, urgent_tiers=2)
    names = [each.name for each in ceilings]
    assert names == [
        *("under_triage", "most_urgent_missed", "severe_under_triage", "over_triage"),
        *("urgent_load", "ece_urgency", "ece_specialty"),
        *("slope_emergent", "slope_urgent_or_above", "slope_semi_or_above", "intercept"),
    ]
    assert ceilings[-1].class_name == "urgent_or_above", "the cut below the urgent tiers"
    figures = dict.fromkeys(names) | {"intercept": 9.0, "over_triage": 0.9, "urgent_load": 1.0}
    assert [each.name for each in list_broken(ceilings, figures, decision)] == [
        "over_triage",
        "intercept",
    ]


def test_what_is_not_there_has_no_ceiling():
    two = list_ceilings({"urgency": ("now", "later")}, urgent_tiers=1)
    names = [each.name for each in two]
    assert "severe_under_triage" not in names
    assert names[-2:] == ["slope_now", "intercept"]
    alone = list_ceilings({"specialty": ("heart", "skin")}, urgent_tiers=2)
    assert [each.name for each in alone] == ["ece_specialty"]


@pytest.mark.parametrize(
    ("name", "figure", "status"),
    [
        ("over_triage", CeilingFigure(0.4, 0.3, 0.5), "met"),
        ("over_triage", CeilingFigure(0.45, 0.4, 0.51), "not_shown"),
        ("over_triage", CeilingFigure(0.6, 0.501, 0.7), "broken"),
        ("slope_now", CeilingFigure(1.0, 0.8, 1.25), "met"),
        ("slope_now", CeilingFigure(0.85, 0.79, 0.9), "not_shown"),
        ("slope_now", CeilingFigure(1.0, 0.5, 1.5), "not_shown"),
        ("slope_now", CeilingFigure(0.7, 0.6, 0.79), "broken"),
        ("slope_now", CeilingFigure(1.4, 1.26, 1.6), "broken"),
        ("slope_now", None, "not_shown"),
        ("intercept", CeilingFigure(0.0, -0.22, 0.22), "met"),
        ("intercept", CeilingFigure(-0.2, -0.3, -0.1), "not_shown"),
        ("intercept", CeilingFigure(-0.5, -0.7, -0.23), "broken"),
        ("intercept", CeilingFigure(0.5, 0.23, 0.7), "broken"),
    ],
)
def test_an_interval_meets_breaks_or_straddles_its_bounds(decision, name, figure, status):
    judged = judge_ceilings(CEILINGS, INSIDE | {name: figure}, decision)
    assert judged.pop(name)["status"] == status
    assert {each["status"] for each in judged.values()} == {"met"}


def test_the_bounds_are_shown_beside_the_figure(decision):
    judged = judge_ceilings(CEILINGS, INSIDE, decision)
    assert judged["urgent_load"]["limit"] == 2.0
    assert (judged["slope_now"]["least"], judged["slope_now"]["most"]) == (0.8, 1.25)
    assert (judged["intercept"]["least"], judged["intercept"]["most"]) == (-0.22, 0.22)


def test_a_figure_of_few_people_is_judged_but_not_shown(decision):
    few = INSIDE | {"under_triage": CeilingFigure(0.5, 0.4, 0.6, shown=False)}
    about = {"measure": "under_triage", "task": "urgency", "class_name": "", "limit": 0.1}
    nothing = {"value": None, "low": None, "high": None}
    shown = judge_ceilings(CEILINGS, few, decision)["under_triage"]
    assert shown == about | nothing | {"status": "broken"}
