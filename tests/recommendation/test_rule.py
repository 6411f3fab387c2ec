"""The rule on hand-made tables whose right answer is known."""

import pytest
from made_tables import CEILINGS, N_UNITS, scored, table_of

from intake_triage.recommendation.candidates import SetUp, Table, list_set_ups
from intake_triage.recommendation.ceilings import list_ceilings
from intake_triage.recommendation.rule import choose_set_up, find_nearest
from intake_triage.tasks import TASKS

LINEAR, GBM, ST, BLENDS, MTL, GBM_MTL = (
    SetUp(name, name) for name in ("linear", "gbm", "st", "gbm+st", "mtl", "gbm+mtl")
)
MIXED = SetUp("gbm+st", "gbm")


def names(rows) -> set[str]:
    return {each.set_up.label for each in rows}


def test_sixteen_pairs_and_two_joint_ones_are_candidates():
    set_ups = list_set_ups(TASKS)
    assert len(set(set_ups)) == 18
    assert [each.label for each in set_ups if each.joint] == ["mtl", "gbm+mtl"]
    assert set_ups[0].label == "linear / linear"


@pytest.mark.parametrize(
    ("set_up", "parts"),
    [(GBM, 2), (MIXED, 3), (BLENDS, 4), (MTL, 1), (GBM_MTL, 3), (SetUp("linear", "st"), 2)],
)
def test_a_part_is_a_model_to_keep(set_up, parts):
    assert set_up.parts == parts


@pytest.mark.parametrize("task", TASKS)
def test_with_one_task_the_candidates_are_the_forecasters_of_one_task(task):
    set_ups = list_set_ups([task])
    assert [each.label for each in set_ups] == ["linear", "gbm", "st", "gbm+st"]
    assert [each.parts for each in set_ups] == [1, 1, 1, 2]
    assert all(each.forecasters == {task: each.label} for each in set_ups)


def test_what_is_best_in_everything_wins(choose):
    others = [each for each in list_set_ups(TASKS) if each != MTL]
    choice = choose(
        scored(MTL, 900, error=1, under_triage=0.01),
        *(scored(each, 1000 + 10 * k, error=1) for k, each in enumerate(others)),
    )
    assert (choice.chosen.set_up, choice.reason) == (MTL, "lowest_cost")
    assert choice.tied == choice.within == [choice.chosen]


@pytest.mark.parametrize(
    "broken",
    [
        {"under_triage": 0.1001},
        {"most_urgent_missed": 0.1701},
        {"severe_under_triage": 0.0501},
        {"over_triage": 0.5001},
        {"urgent_load": 2.001},
        {"ece_urgency": 0.0501},
        {"ece_specialty": 0.0501},
        {"slope_now": 0.799},
        {"slope_soon_or_above": 1.251},
        {"intercept": 0.2201},
        {"intercept": -0.2201},
        {"below_floor": ("cost_now_for_all",)},
    ],
)
def test_the_lowest_cost_is_dropped_where_it_breaks_a_ceiling_or_lies_below_the_floor(
    choose, broken
):
    choice = choose(scored(ST, 500, **broken), scored(GBM, 1000), scored(MIXED, 1040))
    assert choice.chosen.set_up == choice.lowest.set_up == GBM
    assert names(choice.tied) == {"gbm / gbm", "gbm+st / gbm"}


@pytest.mark.parametrize(
    "edge",
    [
        {"under_triage": 0.1},
        {"most_urgent_missed": 0.17},
        {"over_triage": 0.5},
        {"urgent_load": 2.0},
        {"ece_urgency": 0.05},
        {"slope_now": 0.8},
        {"slope_now": 1.25},
        {"slope_now": None},
        {"intercept": -0.22},
        {"intercept": 0.22},
        {"most_urgent_missed": None},
    ],
)
def test_a_figure_at_its_ceiling_or_without_a_value_breaks_none(choose, edge):
    assert choose(scored(ST, 500, **edge), scored(GBM, 1000)).chosen.set_up == ST


def test_fewer_parts_win_where_they_cost_little_more(choose):
    """Each has an error of 5, so a difference has 7.1: the bound of 10 more is 21.6."""
    choice = choose(scored(BLENDS, 1000, error=5), scored(MTL, 1010, error=5))
    assert (choice.chosen.set_up, choice.reason) == (MTL, "fewer_parts")
    assert choice.lowest.set_up == BLENDS
    assert names(choice.within) == names(choice.tied) == {"mtl", "gbm+st / gbm+st"}


def test_with_few_forms_the_simpler_is_tied_and_not_taken(choose):
    """Twice the error: tied all the more, but 10 more may be 33 more."""
    choice = choose(scored(BLENDS, 1000, error=10), scored(MTL, 1010, error=10))
    assert (choice.chosen.set_up, choice.reason) == (BLENDS, "too_few_forms")
    assert names(choice.tied) == {"mtl", "gbm+st / gbm+st"}
    assert choice.within == [choice.lowest]


def test_where_only_what_is_less_simple_is_tied_the_lowest_cost_is_the_reason(choose):
    choice = choose(scored(MTL, 1000, error=20), scored(BLENDS, 1005, error=20))
    assert (choice.chosen.set_up, choice.reason) == (MTL, "lowest_cost")
    assert len(choice.tied) == 2


def test_the_lowest_is_taken_where_what_costs_little_more_is_less_simple(choose):
    choice = choose(scored(GBM, 1000, error=5), scored(MIXED, 1001, error=5))
    assert (choice.chosen.set_up, choice.reason) == (GBM, "lowest_cost")
    assert len(choice.within) == 2


def test_what_is_shown_to_cost_more_is_not_taken_however_little_it_is(choose):
    """5 more with an error of 1.4: not tied, and so not to be had for the lowest."""
    choice = choose(scored(GBM_MTL, 1000, error=1), scored(MTL, 1005, error=1))
    assert (choice.chosen.set_up, choice.reason) == (GBM_MTL, "lowest_cost")
    assert names(choice.tied) == {"gbm+mtl"}


def test_the_cheaper_to_run_wins_of_those_with_as_many_parts(choose):
    choice = choose(
        scored(SetUp("st", "gbm"), 1000),
        scored(SetUp("linear", "st"), 1005),  # places 0 + 3
        scored(SetUp("linear", "gbm"), 1010),  # places 0 + 1
    )
    assert choice.chosen.set_up == SetUp("linear", "gbm")
    assert choice.reason == "cheaper"


def test_fewer_parts_come_before_cheaper_ones(choose):
    assert choose(scored(LINEAR, 1000), scored(MTL, 1010)).chosen.set_up == MTL
    assert choose(scored(GBM_MTL, 1000), scored(GBM, 1010)).chosen.set_up == GBM


def test_equally_simple_ones_go_by_cost(choose):
    pairs = scored(SetUp("gbm", "linear"), 1002), scored(SetUp("linear", "gbm"), 1001)
    assert choose(*pairs).chosen.set_up == choose(*pairs[::-1]).chosen.set_up == pairs[1].set_up


def test_the_margin_itself_is_within(choose):
    rows = scored(GBM, 0.1 + 0.2), scored(MTL, 30.3)  # 30.3 - (0.1 + 0.2) is 30 but for rounding
    assert choose(*rows).chosen.set_up == MTL
    assert choose(scored(GBM, 1000), scored(MTL, 1030.001)).chosen.set_up == GBM


def test_without_a_margin_only_what_costs_the_same_can_be_had(choose):
    tie = choose(scored(GBM, 1000), scored(MTL, 1000), scored(ST, 1000.1), margin=0.0)
    assert (tie.chosen.set_up, tie.reason) == (MTL, "lowest_cost")
    assert tie.lowest is tie.chosen
    assert choose(scored(GBM, 1000), scored(MTL, 1000.1), margin=0.0).chosen.set_up == GBM


def test_a_dropped_set_up_sets_no_margin(choose):
    """970 breaks a ceiling: the margin counts from 1000, so 1029 is within."""
    rows = scored(ST, 970, ece_urgency=0.2), scored(GBM, 1000), scored(MTL, 1029)
    assert choose(*rows).chosen.set_up == MTL


def test_blends_of_the_same_members_differ_by_their_parts(choose):
    """Two blends of four parts, one of three, a pair of two: the pair is had for the lowest."""
    rows = [scored(BLENDS, 1000, error=2), scored(MIXED, 1004, error=2)]
    assert choose(*rows).chosen.set_up == MIXED
    assert choose(*rows, scored(GBM, 1006, error=3)).chosen.set_up == GBM


@pytest.mark.parametrize("task", TASKS)
def test_with_one_label_alone_the_rule_is_the_same(decision, task):
    ceilings = list_ceilings({task: ("now", "soon", "later")}, urgent_tiers=2)
    linear, gbm, _, blend = list_set_ups([task])
    rows = [scored(blend, 500, error=5), scored(gbm, 505, error=5), scored(linear, 550, error=5)]
    choice = choose_set_up(Table(tuple(rows), N_UNITS), ceilings, decision)
    assert (choice.chosen.set_up, choice.reason) == (gbm, "fewer_parts")
    assert names(choice.tied) == {"gbm", "gbm+st"}


def test_nothing_passes_and_the_least_excess_is_nearest(choose, decision):
    """0.11 of 0.10 is 1.1; 0.6 of 0.5 is 1.2, though all else of it is far inside."""
    rows = scored(ST, 1000, under_triage=0.11, over_triage=0.54), scored(MTL, 900, over_triage=0.6)
    assert choose(*rows) is None
    assert find_nearest(table_of(*rows), CEILINGS, decision).set_up == ST


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        ({"slope_now": 0.7}, {"slope_now": 1.45}),  # 1.143, 1.16
        ({"slope_now": 1.4}, {"slope_now": 0.7}),  # 1.12, 1.143
        ({"intercept": -0.23}, {"intercept": 0.24}),
        ({"urgent_load": 2.1}, {"slope_now": -0.1}),  # a slope below 0 is beyond any ratio
        ({"urgent_load": 9.0}, {"below_floor": ("cost_now_for_all",)}),
        ({"below_floor": ("a", "b")}, {"below_floor": ("a",), "urgent_load": 3.0}),
    ],
)
def test_the_excess_is_a_ratio_and_a_failed_floor_is_worse(decision, nearer, farther):
    rows = scored(GBM, 900, **farther), scored(ST, 1000, **nearer)
    assert find_nearest(table_of(*rows), CEILINGS, decision).set_up == ST


def test_of_equally_near_ones_the_lower_cost_is_nearest(decision):
    rows = [scored(each, cost, over_triage=0.7) for each, cost in ((ST, 1000), (GBM, 990))]
    assert find_nearest(table_of(*rows), CEILINGS, decision).set_up == GBM
