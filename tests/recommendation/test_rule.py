"""The rule on hand-made tables whose right answer is known."""

import pytest

from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, list_set_ups
from intake_triage.recommendation.ceilings import CeilingFigure, first_broken, list_ceilings
from intake_triage.recommendation.rule import choose_set_up, recommend
from intake_triage.tasks import TASKS

FIGURES = {"under_triage": 0.05, "ece_urgency": 0.01, "ece_specialty": 0.01, "slope_now": 1.0}
INSIDE = {name: CeilingFigure(value, 0.9 * value, 1.1 * value) for name, value in FIGURES.items()}
CEILINGS = list_ceilings({"urgency": ("now", "later"), "specialty": ("heart", "skin")})
ST, GBM, LINEAR, MTL = (SetUp(name, name) for name in ("st", "gbm", "linear", "mtl"))


@pytest.fixture
def decision(params):
    """The committed ceilings and costs; a margin of 15."""
    places = ["linear", "gbm", "mtl", "st"]
    return params.decision.model_copy(update={"cost_margin": 15.0, "cheaper_first": places})


@pytest.fixture
def choose(decision):
    """A function that gives the choice, or None."""

    def choose(*table: ScoredSetUp, margin: float = 15.0):
        return choose_set_up(table, CEILINGS, decision.model_copy(update={"cost_margin": margin}))

    return choose


@pytest.fixture
def judge(decision):
    """A function that applies the whole rule to a table that no cost changes."""

    def judge(*table: ScoredSetUp, resampled=None, on_test=INSIDE):
        figures = dict.fromkeys(list_set_ups(TASKS), on_test)
        return recommend(lambda changed: table, resampled or [table], figures, CEILINGS, decision)

    return judge


def scored(set_up: SetUp, cost: float, **figures: float | None) -> ScoredSetUp:
    return ScoredSetUp(set_up, cost, FIGURES | figures)


def test_nine_pairs_and_the_one_model_are_candidates():
    set_ups = list_set_ups(TASKS)
    assert len(set(set_ups)) == 10
    assert {s for s in set_ups if "mtl" in (s.urgency, s.specialty)} == {MTL}
    assert [s.models for s in set_ups] == [2] * 9 + [1]
    assert (MTL.label, SetUp("gbm", "st").label) == ("mtl", "gbm + st")


def test_what_is_best_in_everything_wins(choose):
    choice = choose(
        scored(GBM, 900, under_triage=0.01),
        *(
            scored(other, 1000 + 10 * k)
            for k, other in enumerate(list_set_ups(TASKS))
            if other != GBM
        ),
    )
    assert (choice.chosen.set_up, choice.reason) == (GBM, "lowest_cost")


@pytest.mark.parametrize(
    "broken",
    [
        {"under_triage": 0.1001},
        {"ece_urgency": 0.0501},
        {"ece_specialty": 0.0501},
        {"slope_now": 0.799},
        {"slope_now": 1.251},
    ],
)
def test_the_lowest_cost_is_dropped_where_it_breaks_a_ceiling(choose, broken):
    choice = choose(scored(ST, 500, **broken), scored(GBM, 1000))
    assert choice.chosen.set_up == choice.lowest.set_up == GBM


@pytest.mark.parametrize(
    "edge",
    [
        {"under_triage": 0.1},
        {"ece_urgency": 0.05},
        {"slope_now": 0.8},
        {"slope_now": 1.25},
        {"slope_now": None},
    ],
)
def test_a_figure_at_its_ceiling_or_without_a_value_breaks_none(choose, edge):
    assert choose(scored(ST, 500, **edge), scored(GBM, 1000)).chosen.set_up == ST


def test_a_ceiling_a_measure_task_and_cut(decision):
    tiers, specialties = ("emergent", "urgent", "routine"), ("heart", "skin")
    ceilings = list_ceilings({"urgency": tiers, "specialty": specialties})
    names = ["under_triage", "ece_urgency", "ece_specialty", "slope_emergent"]
    assert [ceiling.name for ceiling in ceilings] == [*names, "slope_urgent_or_above"]
    figures = dict.fromkeys(names) | {"slope_urgent_or_above": 9.0, "ece_specialty": 0.9}
    assert first_broken(ceilings, figures, decision) == "ece_specialty"


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        ({"urgency": ("now", "later")}, ["under_triage", "ece_urgency", "slope_now"]),
        ({"specialty": ("heart", "skin")}, ["ece_specialty"]),
    ],
)
def test_a_task_that_is_not_there_has_no_ceiling(classes, names):
    assert [ceiling.name for ceiling in list_ceilings(classes)] == names


def test_with_one_task_the_candidates_are_the_systems_of_one_task():
    for task in TASKS:
        set_ups = list_set_ups([task])
        assert [set_up.label for set_up in set_ups] == ["linear", "gbm", "st"]
        assert all(set_up.systems == {task: set_up.label} for set_up in set_ups)
        assert {set_up.models for set_up in set_ups} == {1}


def test_one_model_wins_within_the_margin(choose):
    choice = choose(scored(ST, 1000), scored(MTL, 1014))
    assert (choice.chosen.set_up, choice.reason) == (MTL, "fewer_models")
    assert choice.lowest.set_up == ST


def test_the_margin_itself_is_within(choose):
    tied = scored(ST, 0.1 + 0.2), scored(MTL, 15.3)  # 15.3 - (0.1 + 0.2) is 15 but for rounding
    assert choose(*tied).chosen.set_up == MTL
    assert choose(scored(ST, 1000), scored(MTL, 1015.001)).chosen.set_up == ST


def test_fewer_models_come_before_cheaper_ones(choose):
    assert choose(scored(LINEAR, 1000), scored(MTL, 1010)).chosen.set_up == MTL


def test_the_cheaper_pair_wins_within_the_margin(choose):
    choice = choose(
        scored(SetUp("st", "gbm"), 1000),
        scored(SetUp("linear", "st"), 1005),  # places 0 + 3
        scored(SetUp("linear", "gbm"), 1010),  # places 0 + 1
    )
    assert choice.chosen.set_up == SetUp("linear", "gbm")
    assert choice.reason == "cheaper"


def test_equally_cheap_pairs_go_by_cost(choose):
    pairs = scored(SetUp("gbm", "linear"), 1002), scored(SetUp("linear", "gbm"), 1001)
    assert choose(*pairs).chosen.set_up == choose(*pairs[::-1]).chosen.set_up == pairs[1].set_up


def test_without_a_margin_only_a_tie_is_broken(choose):
    tie = choose(scored(ST, 1000), scored(MTL, 1000), scored(GBM, 1000.1), margin=0.0)
    assert (tie.chosen.set_up, tie.reason) == (MTL, "lowest_cost")
    assert choose(scored(ST, 1000), scored(MTL, 1000.1), margin=0.0).chosen.set_up == ST


def test_a_dropped_set_up_sets_no_margin(choose):
    """990 breaks a ceiling: the margin counts from 1000, so 1014 is within."""
    table = scored(GBM, 990, ece_urgency=0.2), scored(ST, 1000), scored(MTL, 1014)
    assert choose(*table).chosen.set_up == MTL


def test_nothing_passes(judge):
    result = judge(scored(ST, 1000, under_triage=0.2), scored(MTL, 900, slope_now=2.0))
    assert (result["decision"], result["reason"]) == ("do_not_release", "nothing_passes")
    assert [result[key] for key in ("urgency", "specialty", "models", "runner_up")] == [None] * 4
    assert result["lowest"]["urgency"] == "mtl"
    assert (result["ceilings"], result["won_share"]) == ({}, 1.0)
    flip = result["flips"]["max_under_triage"]
    assert (flip["now"], flip["at"], flip["urgency"]) == (0.1, 0.2, "st")


@pytest.mark.parametrize(
    ("low", "high", "status", "says", "reason"),
    [
        (0.02, 0.1, "met", "release", "lowest_cost"),
        (0.09, 0.11, "not_shown", "release", "lowest_cost"),
        (0.1, 0.2, "not_shown", "release", "lowest_cost"),
        (0.101, 0.2, "broken", "do_not_release", "vetoed_by_test"),
    ],
)
def test_test_confirms_or_vetoes(judge, low, high, status, says, reason):
    on_test = INSIDE | {"under_triage": CeilingFigure(0.1, low, high)}
    result = judge(scored(ST, 1000), scored(GBM, 1100), on_test=on_test)
    assert result["ceilings"]["under_triage"]["status"] == status
    assert (result["decision"], result["reason"]) == (says, reason)
    assert result["urgency"] == "st", "test never chooses another one"


@pytest.mark.parametrize(
    ("figure", "status"),
    [
        (CeilingFigure(1.0, 0.8, 1.25), "met"),
        (CeilingFigure(0.85, 0.79, 0.9), "not_shown"),
        (CeilingFigure(1.2, 1.1, 1.3), "not_shown"),
        (CeilingFigure(1.0, 0.5, 1.5), "not_shown"),
        (CeilingFigure(0.7, 0.6, 0.79), "broken"),
        (CeilingFigure(1.4, 1.26, 1.6), "broken"),
        (None, "not_shown"),
    ],
)
def test_a_slope_has_two_bounds(judge, figure, status):
    ceiling = judge(scored(ST, 1000), on_test=INSIDE | {"slope_now": figure})["ceilings"]
    assert ceiling["slope_now"]["status"] == status
    assert (ceiling["slope_now"]["least"], ceiling["slope_now"]["most"]) == (0.8, 1.25)


def test_a_figure_of_few_people_is_judged_but_not_shown(judge):
    few = INSIDE | {"under_triage": CeilingFigure(0.5, 0.4, 0.6, shown=False)}
    shown = judge(scored(ST, 1000), on_test=few)["ceilings"]["under_triage"]
    about = {"measure": "under_triage", "task": "urgency", "class_name": "", "limit": 0.1}
    nothing = {"value": None, "low": None, "high": None}
    assert shown == about | nothing | {"status": "broken"}


def test_the_runner_up_is_what_the_rule_takes_without_the_choice(judge):
    """Without mtl the margin counts from st again: the cheaper pair is chosen, not the lowest."""
    result = judge(scored(ST, 1000), scored(MTL, 1001), scored(GBM, 1012), scored(LINEAR, 1100))
    assert result["urgency"] == "mtl"
    assert result["runner_up"]["urgency"] == "gbm"
    assert judge(scored(ST, 1000), scored(GBM, 1, ece_urgency=0.9))["runner_up"] is None


def test_the_share_won_counts_resamples(judge):
    table = scored(ST, 1000), scored(GBM, 1100)
    resampled = [
        table,
        (scored(ST, 1100), scored(GBM, 1000)),  # the other is cheaper
        (scored(ST, 1000, under_triage=0.11), scored(GBM, 1100)),  # dropped
        (scored(ST, 10), scored(GBM, 1000)),
    ]
    assert judge(*table, resampled=resampled)["won_share"] == 0.5
