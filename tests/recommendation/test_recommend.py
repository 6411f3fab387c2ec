"""The set-ups side by side: what was dropped and chosen, and what each comes to on test."""

import json
from dataclasses import replace

import numpy as np
import pytest
from small_split import with_costs

from intake_triage.recommendation import certainty, sensitivity
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.recommendation.recommend import compare_set_ups
from intake_triage.recommendation.rows import judge_set_ups, set_up_rows
from intake_triage.recommendation.rule import choose_set_up
from intake_triage.systems import list_forecasters
from intake_triage.tasks import TASKS

OUTCOMES = {"urgency_right", "too_late", "too_late_urgent", "too_early", "misrouted", "both_right"}
PAIRS = {set_up.label for set_up in list_set_ups(TASKS) if not set_up.joint}
MTL = SetUp("mtl", "mtl")


@pytest.fixture
def lenient(params):
    """Limits that the small split's forecasts, which are not calibrated, keep."""
    decision = params.decision.model_copy(
        update=dict.fromkeys(("max_under_triage", "max_most_urgent_missed", "max_ece"), 0.99)
        | dict.fromkeys(("max_severe_under_triage", "max_over_triage"), 0.99)
        | {"max_load": 9.0, "max_intercept": 9.0}
        | {"slope": params.decision.slope.model_copy(update={"least": 1e-9, "most": 99.0})}
    )
    return params.model_copy(update={"decision": decision})


@pytest.fixture
def rows(scorer, lenient):
    """Rows of both splits, which are the same one."""
    table = scorer.table(lenient.decision)
    choice = choose_set_up(table, scorer.ceilings, lenient.decision)
    splits, tables = (dict.fromkeys(("calibrate", "test"), each) for each in (scorer, table))
    return set_up_rows(splits, tables, choice, choice.chosen.set_up, lenient.decision)


def test_a_row_a_split_and_set_up(rows):
    assert len(rows) == 36
    chosen = [row["label"] for row in rows if row["chosen"]]
    assert len(chosen) == 2
    assert len(set(chosen)) == 1
    assert all(row["low"] < row["cost_per_1000"] < row["high"] for row in rows)
    assert all(row["least_slope"] <= row["greatest_slope"] for row in rows)
    assert {row["label"] for row in rows if row["tied"]} >= set(chosen)


def test_every_row_has_its_paired_difference_from_the_choice(rows):
    """Narrower than the intervals of the two costs would have it, and none from itself."""
    (chosen,) = {row["cost_per_1000"] for row in rows if row["chosen"]}
    for row in rows:
        difference = row["cost_per_1000"] - chosen
        assert row["difference"] == pytest.approx(difference, abs=0.11)
        if row["chosen"]:
            assert row["difference_low"] == row["difference_high"] == 0
        else:
            assert row["difference_low"] < row["difference"] < row["difference_high"]


def test_a_row_names_what_a_set_up_is_dropped_for(scorer, params):
    decision = params.decision.model_copy(update={"max_ece": 1e-6})
    table = scorer.table(decision)
    rows = set_up_rows({"calibrate": scorer}, {"calibrate": table}, None, MTL, decision)
    assert all(row["dropped_for"] == row["breaks"][0] for row in rows)
    assert not any(row["tied"] or row["chosen"] for row in rows)


def test_a_row_leaves_out_figures_of_few_people(scorer, split, params):
    """10 forms lie above the first cut, so the only slope to show is the second's."""
    labels = split.labels["urgency"]
    labels[labels == 0] = 1
    labels[1:11] = 0
    never_late = with_costs(params.decision, too_late_urgent=1e9, too_late=1e9)
    scorer = replace(scorer, decision=never_late)
    tables = {"calibrate": scorer.table(never_late)}
    row = set_up_rows({"calibrate": scorer}, tables, None, MTL, params.decision)[-1]
    assert row["least_slope"] == row["greatest_slope"]
    assert row["under_triage"] is row["most_urgent_missed"] is None


@pytest.fixture
def judged(released, split, params):
    """Results by set-up and measure, of 6,000 forms, so that no outcome is of few."""
    times = 20
    labels = {task: np.tile(labels, times) for task, labels in split.labels.items()}
    many = replace(
        split,
        record_id=np.tile(split.record_id, times),
        unit=np.tile(split.unit, times),
        labels=labels,
    )
    logits = {
        name: {task: np.tile(array, (1, times, 1)) for task, array in by_task.items()}
        for name, by_task in released.items()
    }
    rows = judge_set_ups(logits, many, params.decision)
    return {(row.system, row.measure, row.class_name): row for row in rows}


def test_every_pair_has_every_outcome_and_its_cost(judged):
    """What serves both tasks by itself has them in the walk."""
    assert {system for system, _, _ in judged} == PAIRS
    whole = {(system, measure) for system, measure, class_name in judged if not class_name}
    assert whole == {(pair, name) for pair in PAIRS for name in (*OUTCOMES, "cost_per_1000")}
    assert all(row.low <= row.value <= row.high for row in judged.values())


def test_the_outcomes_of_urgency_are_all_forms(judged):
    count = {name: judged["linear / linear", name, ""].value for name in OUTCOMES}
    parts = count["urgency_right"], count["too_late"], count["too_early"]
    assert sum(parts) == pytest.approx(1000)
    assert count["too_late_urgent"] <= count["too_late"]


def test_each_half_of_a_pair_is_its_own_forecasters(judged):
    """Tiers are those of the first, sub-specialties those of the second."""
    for outcome, same, other in (
        ("urgency_right", "gbm / linear", "linear / gbm+st"),
        ("misrouted", "linear / gbm+st", "gbm / linear"),
    ):
        value = judged["gbm / gbm+st", outcome, ""].value
        assert value == judged[same, outcome, ""].value != judged[other, outcome, ""].value


@pytest.fixture(autouse=True)
def few_tables(monkeypatch):
    """Fewer halves, and steps to a cost that changes the choice."""
    monkeypatch.setattr(certainty, "HALVES", 4)
    monkeypatch.setattr(sensitivity, "STEPS", 2)


def test_the_same_input_gives_the_same_recommendation(released, split, lenient):
    first, second = (compare_set_ups(released, split, released, split, lenient) for _ in range(2))
    assert first == second
    said = first.recommendation
    assert said["reason"] in ("lowest_cost", "fewer_parts", "cheaper", "too_few_forms")
    (chosen,) = {row["label"] for row in first.rows if row["chosen"]}
    assert chosen == SetUp(said["urgency"], said["specialty"]).label
    assert {row["label"] for row in first.rows if row["tied"]} == {
        SetUp(each["urgency"], each["specialty"]).label for each in said["tied"]
    }
    assert {row.system for row in first.results} == PAIRS
    assert said["halves"]["halves"] == 4
    assert set(said["ignoring_rules"]) == set(split.tiers)
    json.dumps([said, first.rows, first.costs], allow_nan=False)


def test_where_nothing_passes_no_set_up_is_chosen(released, split, params):
    decision = params.decision.model_copy(update={"max_ece": 1e-6})
    strict = params.model_copy(update={"decision": decision})
    found = compare_set_ups(released, split, released, split, strict)
    said = found.recommendation
    assert (said["decision"], said["reason"]) == ("do_not_release", "nothing_passes")
    assert {"ece_urgency", "ece_specialty"} <= set(said["nearest"]["breaks"])
    assert said["halves"]["none"] == 1
    assert not any(row["chosen"] for row in found.rows)
    nearest = SetUp(said["nearest"]["urgency"], said["nearest"]["specialty"]).label
    assert all(row["difference"] == 0 for row in found.rows if row["label"] == nearest)
    json.dumps([said, found.rows], allow_nan=False)


@pytest.mark.parametrize("absent", [("urgency", 0), ("urgency", 2), ("specialty", 1)])
def test_a_class_that_test_lacks_leaves_a_recommendation(released, split, lenient, absent):
    task, k = absent
    labels = split.labels[task].copy()
    labels[labels == k] = 1 - k % 2
    lacking = replace(split, labels={**split.labels, task: labels})
    found = compare_set_ups(released, split, released, lacking, lenient)
    json.dumps([found.recommendation, found.rows], allow_nan=False)
    assert found.recommendation["parts"]


@pytest.mark.parametrize("task", TASKS)
def test_with_one_task_its_forecasters_are_the_set_ups(forecasts, released, split, lenient, task):
    alone = replace(split, classes={task: split.classes[task]}, labels={task: split.labels[task]})
    names = list_forecasters([task])
    logits = {name: {task: released[name][task]} for name in names}
    logits["gbm"] = {task: forecasts["oracle"][task]}  # for the others fail the floor
    found = compare_set_ups(logits, alone, logits, alone, lenient)
    assert [row["label"] for row in found.rows] == [*names, *names]
    assert found.results == [], "the walk has them by the forecasters' own names"
    said = found.recommendation
    assert set(said["lowest"]) == {task, "parts", "cost_per_1000"}
    late = {"under_triage", "least_slope", "greatest_slope"}
    if task == "urgency":
        assert late <= set(found.rows[0])
        assert said["floor"]
    else:
        assert not late & set(found.rows[0])
        assert said["floor"] == said["ignoring_rules"] == {}
