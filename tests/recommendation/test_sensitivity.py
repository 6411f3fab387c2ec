"""What would change the choice, at values that can be worked out by hand."""

import pytest
from made_tables import CEILINGS, FIGURES, scored, table_of

from intake_triage.recommendation.candidates import ScoredSetUp, SetUp
from intake_triage.recommendation.ceilings import list_ceilings
from intake_triage.recommendation.sensitivity import (
    COSTS,
    MOST_TIMES,
    RANGES,
    _bracket,
    _round_away,
    find_flips,
)

GBM, ST, MTL = (SetUp(name, name) for name in ("gbm", "st", "mtl"))


@pytest.fixture
def flips(params):
    """A function from set-ups, their numbers of errors in 1,000 forms, and figures to the flips."""

    def flips(*rows: tuple[SetUp, dict, dict], margin=0.0, error=0.0, hidden=()):
        decision = params.decision.model_copy(update={"cost_margin": margin})

        def score(changed):
            return table_of(
                *(_score(set_up, counts, own, changed, error) for set_up, counts, own in rows)
            )

        return find_flips(score, CEILINGS, decision, shown=set(FIGURES) - set(hidden))

    return flips


def _score(set_up, counts, own, changed, error) -> ScoredSetUp:
    cost = sum(n * getattr(changed.cost, key) for key, n in counts.items())
    return scored(set_up, cost, error=error, **own)


A = (GBM, {"misroute": 200, "too_late_urgent": 10}, {})  # 600 + 100
B = (ST, {"misroute": 100, "too_late_urgent": 50}, {})  # 300 + 500


def test_a_cost_flips_where_the_two_cost_the_same(flips):
    """200 m + 100 = 100 m + 500 at m = 4; 600 + 10 t = 300 + 50 t at t = 7.5."""
    found = flips(A, B)
    assert found["cost.misroute"]["now"] == 3
    assert (found["cost.misroute"]["at"], found["cost.too_late_urgent"]["at"]) == (4.01, 7.49)
    assert {found[f"cost.{key}"]["urgency"] for key in ("misroute", "too_late_urgent")} == {"st"}


def test_a_cost_that_neither_pays_flips_nothing(flips):
    nothing = {"now": 2, "at": None, "urgency": None, "specialty": None, "parts": None}
    assert flips(A, B)["cost.too_late"] == nothing


def test_the_margin_shifts_the_flip(flips):
    """One part wins from 15 above: 100 m + 500 - (200 m + 100) = 15 at m = 3.85."""
    flip = flips(A, (MTL, *B[1:]), margin=15.0)["cost.misroute"]
    assert flip["at"] == 3.86
    assert flip["parts"] == 1


def test_the_margin_flips_at_the_difference(flips):
    """700 against 800: from a margin of 100 on, one part."""
    flip = flips(A, (MTL, *B[1:]), margin=15.0)["cost_margin"]
    assert (flip["now"], flip["at"], flip["urgency"]) == (15, 100, "mtl")
    beyond = flips(A, (MTL, {"misroute": 300}, {}), margin=15.0)["cost_margin"]  # 200 apart
    assert beyond["at"] is None, "more than ten times the margin"
    near = flips(A, (MTL, {"misroute": 200, "too_late_urgent": 10.05}, {}), margin=0.2)
    assert near["cost_margin"]["at"] == pytest.approx(0.5, rel=2e-3)


def test_the_margin_flips_where_the_bound_of_a_difference_lies_within(flips):
    """50 more, error 14.1: the bound is 73.3, but 50 more with an error of 56.6 may be 143."""
    few = {"misroute": 200, "too_late_urgent": 15}
    flip = flips((GBM, few, {}), (MTL, {"misroute": 250, "too_late_urgent": 5}, {}), error=10.0)
    assert flip["cost_margin"]["at"] is None, "it is shown to cost more: no margin brings it in"
    tied = flips((GBM, few, {}), (MTL, few | {"too_late_urgent": 20}, {}), error=40.0, margin=30.0)[
        "cost_margin"
    ]
    assert tied["at"] == 144  # above 50 + 1.645 × 40 × √2 = 143.06
    assert tied["urgency"] == "mtl"


def test_a_ceiling_flips_at_a_figure(flips):
    found = flips((*A[:2], {"under_triage": 0.08}), (*B[:2], {"slope_now": 0.7}))
    tightened = found["max_under_triage"]
    assert tightened["at"] == 0.079
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
    assert found["at"] == 0.089
    assert found["urgency"] == "mtl"


@pytest.mark.parametrize(
    ("key", "figures", "at"),
    [
        ("max_most_urgent_missed", {"most_urgent_missed": 0.2}, 0.2),
        ("max_severe_under_triage", {"severe_under_triage": 0.06}, 0.06),
        ("max_over_triage", {"over_triage": 0.55}, 0.55),
        ("max_load", {"urgent_load": 2.25}, 2.25),
        ("max_intercept", {"intercept": -0.25}, 0.25),
        ("max_intercept", {"intercept": 0.25}, 0.25),
    ],
)
def test_each_ceiling_flips_where_it_lets_the_cheaper_one_in(flips, key, figures, at):
    flip = flips(A, (ST, {"misroute": 1}, figures))[key]
    assert (flip["at"], flip["urgency"]) == (at, "st")


@pytest.mark.parametrize(
    ("hidden", "keys"),
    [
        ("under_triage", {"max_under_triage"}),
        ("ece_specialty", {"max_ece"}),
        ("slope_now", {"slope.least", "slope.most"}),
    ],
)
def test_a_bound_of_a_figure_that_is_not_shown_is_not_searched(flips, hidden, keys):
    """Else the value that changes the choice would be that figure."""
    rows = A, (ST, {"misroute": 1}, {"under_triage": 0.12, "ece_specialty": 0.06})
    told, silent = flips(*rows), flips(*rows, hidden=[hidden])
    assert set(told) - set(silent) == keys
    assert all(told[key] == flip for key, flip in silent.items())


def test_every_bound_of_a_ceiling_is_searched():
    four = list_ceilings({"urgency": ("a", "b", "c", "d"), "specialty": ("x", "y")}, urgent_tiers=2)
    bounds = {key for ceiling in four for key in (ceiling.least, ceiling.most)} - {None}
    assert bounds == set(RANGES)
    assert set(FIGURES) == {ceiling.name for ceiling in CEILINGS}


def test_where_nothing_passes_a_flip_says_what_would(flips):
    found = flips((*A[:2], {"over_triage": 0.6}), (*B[:2], {"over_triage": 0.7}))
    assert found["max_over_triage"]["at"] == 0.6
    assert found["max_over_triage"]["urgency"] == "gbm"
    assert found["cost_margin"]["at"] is None


def test_every_cost_is_of_one_task(params):
    costs = [name for names in COSTS.values() for name in names]
    assert costs == list(type(params.decision.cost).model_fields)


def test_a_short_stretch_of_another_choice_is_found_near_to_now():
    def at(cost: float) -> str:
        return "another" if 30 < cost < 40 else "chosen"

    assert _bracket(at, "chosen", 10.0, MOST_TIMES) == pytest.approx(30, rel=0.01)


@pytest.mark.parametrize(
    ("value", "below", "above"),
    [(0.0151234, 0.015, 0.016), (0.151234, 0.151, 0.152), (15.1234, 15.1, 15.2), (151.2, 151, 152)],
)
def test_a_flip_has_three_digits_and_no_more_decimals_than_a_share(value, below, above):
    assert _round_away(value, 0) == above
    assert _round_away(value, 1000) == below
