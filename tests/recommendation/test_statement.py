"""What is said of a choice, and of what comes nearest where nothing passes."""

import json

import numpy as np
import pytest
from made_tables import CEILINGS, FIGURES, INSIDE, N_UNITS, RESAMPLES, scored, table_of

from intake_triage.recommendation.candidates import SetUp
from intake_triage.recommendation.ceilings import CeilingFigure
from intake_triage.recommendation.floor import Gain
from intake_triage.recommendation.rule import choose_set_up, find_nearest
from intake_triage.recommendation.statement import OnTest, state_choice, state_nearest

GBM, ST, BLENDS, MTL = (SetUp(name, name) for name in ("gbm", "st", "gbm+st", "mtl"))
VARYING = np.linspace(-1, 1, RESAMPLES)


def gain(value: float) -> Gain:
    return Gain("cost", "now", "all", np.concatenate([[value], value + VARYING]), N_UNITS)


ABOVE = (gain(9.0),)


@pytest.fixture
def state(decision):
    """A function from rows of a table, and what test says of the choice, to what is said."""

    def state(*rows, figures=INSIDE, gains=ABOVE):
        table = table_of(*rows)
        choice = choose_set_up(table, CEILINGS, decision)
        return state_choice(choice, table, OnTest(figures, gains), CEILINGS, decision)

    return state


@pytest.fixture
def refuse(decision):
    """A function from rows of a table of which none passes to what is said."""

    def refuse(*rows, figures=INSIDE):
        table = table_of(*rows)
        assert choose_set_up(table, CEILINGS, decision) is None
        nearest = find_nearest(table, CEILINGS, decision)
        return state_nearest(nearest, table, figures, CEILINGS, decision)

    return refuse


@pytest.mark.parametrize(
    ("low", "high", "status", "says", "reason"),
    [
        (0.02, 0.1, "met", "release", "lowest_cost"),
        (0.09, 0.11, "not_shown", "release", "lowest_cost"),
        (0.1, 0.2, "not_shown", "release", "lowest_cost"),
        (0.101, 0.2, "broken", "do_not_release", "vetoed_by_test"),
    ],
)
def test_test_confirms_or_vetoes(state, low, high, status, says, reason):
    figures = INSIDE | {"under_triage": CeilingFigure(0.1, low, high)}
    said = state(scored(ST, 1000, error=1), scored(GBM, 1100, error=1), figures=figures)
    assert said["ceilings"]["under_triage"]["status"] == status
    assert (said["decision"], said["reason"]) == (says, reason)
    assert said["urgency"] == "st", "test never chooses another one"


@pytest.mark.parametrize(
    ("value", "status", "says"),
    [(9.0, "met", "release"), (0.1, "not_shown", "release"), (-9.0, "broken", "do_not_release")],
)
def test_a_floor_that_test_shows_to_fail_is_a_veto_too(state, value, status, says):
    said = state(scored(ST, 1000), gains=(gain(9.0), gain(value)))
    assert said["floor"]["cost_now_for_all"]["status"] == status
    assert said["decision"] == says


def test_a_set_up_without_urgency_has_no_floor(state):
    assert state(scored(ST, 1000), gains=())["floor"] == {}


def test_every_tied_set_up_has_its_paired_difference_from_the_lowest(state):
    """Errors of 3 and 4 make one of 5."""
    said = state(
        scored(BLENDS, 1000, error=4), scored(MTL, 1004, error=3), scored(GBM, 1200, error=3)
    )
    assert (said["urgency"], said["reason"], said["parts"]) == ("mtl", "fewer_parts", 1)
    blends, mtl = said["tied"]
    assert (blends["urgency"], blends["parts"], blends["cost_per_1000"]) == ("gbm+st", 4, 1000)
    assert blends["above_lowest"] == {"value": 0, "low": 0, "high": 0}
    assert mtl["above_lowest"] == {"value": 4, "low": -6, "high": 14}
    assert blends["within_margin"]
    assert mtl["within_margin"]


def test_the_forms_that_separate_the_tied_set_at_the_margin(state):
    """mtl costs 10 more, error 14.1, and 20 are left to the margin: 1.645 + 0.842 errors fit in."""
    said = state(scored(BLENDS, 1000, error=10), scored(MTL, 1010, error=10))
    assert said["reason"] == "too_few_forms"
    assert [each["needed"] for each in said["tied"]] == [0, 3.1]
    assert said["needed"]["tied"] == 3.1
    beyond = state(scored(BLENDS, 1000, error=40), scored(MTL, 1060, error=40))
    assert beyond["needed"]["tied"] == pytest.approx((2.487 * 56.57 / 30) ** 2, abs=0.1)


def test_the_forms_that_show_a_ceiling_met(state):
    figures = INSIDE | {
        "under_triage": CeilingFigure(0.08, 0.04, 0.12),  # 0.04 to shrink to 0.02
        "over_triage": CeilingFigure(0.6, 0.5, 0.7),
        "slope_now": CeilingFigure(0.9, 0.6, 1.2),  # 0.3 to 0.1 below; above it is met
        "urgent_load": CeilingFigure(1.5, 1.0, 2.0, shown=False),
        "ece_urgency": None,
        "intercept": CeilingFigure(-0.11, -0.22, 0.0),
    }
    needed = state(scored(ST, 1000), figures=figures)["needed"]["ceilings"]
    assert list(needed) == list(FIGURES)
    power = ((1.96 + 0.842) / 1.96) ** 2  # beside what makes it as likely as not
    assert needed["under_triage"] == pytest.approx(4 * power, abs=0.05)
    assert needed["slope_now"] == pytest.approx(9 * power, abs=0.05)
    assert needed["intercept"] == pytest.approx(1 * power, abs=0.05)
    assert [needed[name] for name in ("over_triage", "urgent_load", "ece_urgency")] == [None] * 3


def test_the_runner_up_is_what_the_rule_takes_without_the_choice(state):
    """Without mtl the margin counts from st again: the cheaper pair is chosen, not the lowest."""
    said = state(scored(ST, 1000), scored(MTL, 1001), scored(GBM, 1012), scored(BLENDS, 1100))
    assert said["urgency"] == "mtl"
    assert said["runner_up"]["urgency"] == "gbm"
    assert state(scored(ST, 1000), scored(GBM, 1, ece_urgency=0.9))["runner_up"] is None


def test_nothing_passes(refuse):
    figures = INSIDE | {
        "over_triage": CeilingFigure(0.55, 0.5, 0.6),
        "slope_now": CeilingFigure(0.75, 0.7, 0.8),
    }
    said = refuse(
        scored(ST, 1000, over_triage=0.55, slope_now=0.75),
        scored(MTL, 900, below_floor=("cost_now_for_all",)),
        figures=figures,
    )
    assert (said["decision"], said["reason"]) == ("do_not_release", "nothing_passes")
    assert [said[key] for key in ("urgency", "specialty", "parts", "runner_up")] == [None] * 4
    assert said["lowest"]["urgency"] == "mtl"
    nearest = said["nearest"]
    assert (nearest["urgency"], nearest["parts"], nearest["floor"]) == ("st", 2, [])
    assert list(nearest["breaks"]) == ["over_triage", "slope_now"]
    over = nearest["breaks"]["over_triage"]
    assert (over["value"], over["limit"], over["excess"]) == (0.55, 0.5, 1.1)
    assert nearest["breaks"]["slope_now"]["excess"] == pytest.approx(0.8 / 0.75, abs=1e-4)


def test_what_is_nearest_shows_no_figure_of_few_people(refuse):
    figures = INSIDE | {"under_triage": CeilingFigure(0.2, 0.1, 0.3, shown=False)}
    row = scored(ST, 1000, under_triage=0.2, below_floor=("cost_now_for_all",))
    nearest = refuse(row, figures=figures)["nearest"]
    assert nearest["breaks"]["under_triage"]["value"] is None
    assert nearest["breaks"]["under_triage"]["excess"] is None
    assert nearest["floor"] == ["cost_now_for_all"]


def test_a_slope_below_zero_has_no_ratio_to_show(refuse):
    figures = INSIDE | {"slope_now": CeilingFigure(-0.5, -0.9, -0.1)}
    said = refuse(scored(ST, 1000, slope_now=-0.5), figures=figures)
    assert said["nearest"]["breaks"]["slope_now"]["excess"] is None
    json.dumps(said, allow_nan=False)


def test_a_choice_and_a_refusal_say_the_same_things(state, refuse):
    assert set(state(scored(ST, 1000))) == set(refuse(scored(ST, 1000, over_triage=0.6)))
