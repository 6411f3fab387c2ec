"""What would change the choice, at values that can be worked out by hand."""

import pytest

from intake_triage.recommendation.candidates import ScoredSetUp, SetUp
from intake_triage.recommendation.ceilings import list_ceilings
from intake_triage.recommendation.rule import choose_set_up
from intake_triage.recommendation.sensitivity import COSTS, find_flips

GBM, ST, MTL = (SetUp(name, name) for name in ("gbm", "st", "mtl"))
FIGURES = {"under_triage": 0.05, "ece_urgency": 0.01, "ece_specialty": 0.01, "slope_now": 1.1}
CEILINGS = list_ceilings({"urgency": ("now", "later"), "specialty": ("heart", "skin")})


@pytest.fixture
def flips(params):
    """A function from set-ups, their numbers of errors in 1,000 forms, and figures to the flips."""

    def flips(*rows: tuple[SetUp, dict, dict], margin: float = 0.0):
        decision = params.decision.model_copy(update={"cost_margin": margin})

        def score(changed):
            return [
                ScoredSetUp(
                    set_up,
                    sum(n * getattr(changed.cost, k) for k, n in counts.items()),
                    FIGURES | own,
                )
                for set_up, counts, own in rows
            ]

        def choose(table, changed):
            choice = choose_set_up(table, CEILINGS, changed)
            return None if choice is None else choice.chosen.set_up

        return find_flips(score, choose, CEILINGS, decision)

    return flips


A = (GBM, {"misroute": 200, "too_late_urgent": 10}, {})  # 600 + 100
B = (ST, {"misroute": 100, "too_late_urgent": 50}, {})  # 300 + 500


def test_a_cost_flips_where_the_two_cost_the_same(flips):
    """200 m + 100 = 100 m + 500 at m = 4; 600 + 10 t = 300 + 50 t at t = 7.5."""
    found = flips(A, B)
    assert found["cost.misroute"]["now"] == 3
    assert found["cost.misroute"]["at"] == pytest.approx(4, rel=1e-3)
    assert found["cost.misroute"]["at"] > 4
    assert found["cost.too_late_urgent"]["at"] == pytest.approx(7.5, rel=1e-3)
    assert {found[f"cost.{key}"]["urgency"] for key in ("misroute", "too_late_urgent")} == {"st"}


def test_a_cost_that_neither_pays_flips_nothing(flips):
    nothing = {"now": 2, "at": None, "urgency": None, "specialty": None, "models": None}
    assert flips(A, B)["cost.too_late"] == nothing


def test_the_margin_shifts_the_flip(flips):
    """One model wins from 15 above: 100 m + 500 - (200 m + 100) = 15 at m = 3.85."""
    flip = flips(A, (MTL, *B[1:]), margin=15.0)["cost.misroute"]
    assert flip["at"] == pytest.approx(3.85, rel=1e-3)
    assert flip["models"] == 1


def test_the_margin_flips_at_the_difference(flips):
    """700 against 800: from a margin of 100 on, one model."""
    flip = flips(A, (MTL, *B[1:]), margin=15.0)["cost_margin"]
    assert (flip["now"], flip["at"], flip["urgency"]) == (15, 100, "mtl")
    beyond = flips(A, (MTL, {"misroute": 300}, {}), margin=15.0)["cost_margin"]  # 200 apart
    assert beyond["at"] is None, "more than ten times the margin"


def test_a_ceiling_flips_at_a_figure(flips):
    found = flips((*A[:2], {"under_triage": 0.08}), (*B[:2], {"slope_now": 0.7}))
    tightened = found["max_under_triage"]
    assert 0.0799 <= tightened["at"] < 0.08
    assert tightened["urgency"] is None, "the other is dropped for its slope"
    assert found["slope.least"]["at"] is None, "gbm costs less whether st passes or not"


def test_a_loosened_ceiling_lets_the_cheaper_one_in(flips):
    cheap = (ST, {"misroute": 1}, {"under_triage": 0.12, "slope_now": 1.1})
    flip = flips(A, cheap)["max_under_triage"]
    assert (flip["now"], flip["at"], flip["urgency"]) == (0.1, 0.12, "st")
    steep = (ST, {"misroute": 1}, {"slope_now": 1.5})
    assert flips((*A[:2], {"slope_now": 1.0}), steep)["slope.most"]["at"] == 1.5


def test_the_nearer_of_two_flips_is_shown(flips):
    """At 0.12 st comes in; already just below 0.09 gbm goes out."""
    found = flips(
        (*A[:2], {"under_triage": 0.09}),
        (ST, {"misroute": 1}, {"under_triage": 0.12}),
        (MTL, *B[1:]),
    )["max_under_triage"]
    assert 0.0899 <= found["at"] < 0.09
    assert found["urgency"] == "mtl"


def test_every_cost_is_of_one_task(params):
    costs = [name for names in COSTS.values() for name in names]
    assert costs == list(type(params.decision.cost).model_fields)
