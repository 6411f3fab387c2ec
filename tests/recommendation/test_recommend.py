"""The set-ups side by side: what was dropped and chosen, and what each comes to on test."""

import json
from dataclasses import replace

import numpy as np
import pytest
from small_split import with_costs

from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.recommendation.recommend import compare_set_ups, judge_set_ups, set_up_rows
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS

OUTCOMES = {"urgency_right", "too_late", "too_late_urgent", "too_early", "misrouted", "both_right"}


@pytest.fixture
def calibrated(systems):
    return {name: systems[name].calibrated for name in TRAINED_SYSTEMS}


def test_a_row_a_split_and_set_up(scorer, params):
    decision = params.decision.model_copy(update={"max_ece": 1e-6})
    splits = {"calibrate": scorer, "test": scorer}
    rows = set_up_rows(splits, SetUp("mtl", "mtl"), decision)
    assert len(rows) == 20
    assert [row["label"] for row in rows if row["chosen"]] == ["mtl", "mtl"]
    assert all(row["dropped_for"] for row in rows)
    assert all(row["low"] < row["cost_per_1000"] < row["high"] for row in rows)
    assert all(row["least_slope"] <= row["greatest_slope"] for row in rows)


def test_a_row_leaves_out_figures_of_few_people(scorer, split, params):
    """10 forms lie above the first cut, so the only slope to show is the second's."""
    labels = split.labels["urgency"]
    labels[labels == 0] = 1
    labels[1:11] = 0
    never_late = with_costs(params.decision, too_late_urgent=1e9, too_late=1e9)
    scorer = replace(scorer, decision=never_late)
    row = set_up_rows({"calibrate": scorer}, SetUp("st", "st"), params.decision)[-1]
    assert row["least_slope"] == row["greatest_slope"]
    assert row["under_triage"] is None


@pytest.fixture
def judged(calibrated, split, params):
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
        for name, by_task in calibrated.items()
    }
    rows = judge_set_ups(logits, many, params.decision)
    return {(row.system, row.measure): row for row in rows}


def test_every_pair_has_every_outcome_and_its_cost(judged):
    pairs = {set_up.label for set_up in list_set_ups(TASKS) if set_up.models == 2}
    assert set(judged) == {(pair, name) for pair in pairs for name in (*OUTCOMES, "cost_per_1000")}
    assert all(row.low <= row.value <= row.high for row in judged.values())


def test_the_outcomes_of_urgency_are_all_forms(judged):
    count = {name: judged["linear + linear", name].value for name in OUTCOMES}
    parts = count["urgency_right"], count["too_late"], count["too_early"]
    assert sum(parts) == pytest.approx(1000)
    assert count["too_late_urgent"] <= count["too_late"]


def test_each_half_of_a_pair_is_its_own_systems(judged):
    """Tiers are those of the first, sub-specialties those of the second."""
    for outcome, same, other in (
        ("urgency_right", "gbm + linear", "linear + st"),
        ("misrouted", "linear + st", "gbm + linear"),
    ):
        value = judged["gbm + st", outcome].value
        assert value == judged[same, outcome].value != judged[other, outcome].value


def test_the_same_input_gives_the_same_recommendation(systems, calibrated, split, params):
    first, second = (compare_set_ups(calibrated, split, systems, split, params) for _ in range(2))
    assert first == second
    recommendation = first.recommendation
    assert 0 <= recommendation["won_share"] <= 1
    chosen = {row["label"] for row in first.rows if row["chosen"]}
    assert len(chosen) == (recommendation["urgency"] is not None)
    assert len(first.rows) == 20
    assert {row.system for row in first.results} == {
        set_up.label for set_up in list_set_ups(TASKS) if set_up.models == 2
    }


def test_where_nothing_passes_no_set_up_is_chosen(systems, calibrated, split, params):
    decision = params.decision.model_copy(update={"max_ece": 1e-6})
    strict = params.model_copy(update={"decision": decision})
    found = compare_set_ups(calibrated, split, systems, split, strict)
    assert found.recommendation["reason"] == "nothing_passes"
    assert not any(row["chosen"] for row in found.rows)


@pytest.mark.parametrize("absent", [("urgency", 0), ("urgency", 2), ("specialty", 1)])
def test_a_class_that_test_lacks_leaves_a_recommendation(
    systems, calibrated, split, params, absent
):
    task, k = absent
    labels = split.labels[task].copy()
    labels[labels == k] = 1 - k % 2
    lacking = replace(split, labels={**split.labels, task: labels})
    found = compare_set_ups(calibrated, split, systems, lacking, params)
    json.dumps([found.recommendation, found.rows], allow_nan=False)
    assert found.recommendation["lowest"]["models"] in (1, 2)


@pytest.mark.parametrize("task", TASKS)
def test_with_one_task_its_systems_are_the_set_ups(systems, split, params, task):
    alone = replace(split, classes={task: split.classes[task]}, labels={task: split.labels[task]})
    only = {
        name: SystemLogits({task: system.raw[task]}, {task: system.calibrated[task]})
        for name, system in systems.items()
        if name != "mtl"
    }
    logits = {name: only[name].calibrated for name in ("linear", "gbm", "st")}
    found = compare_set_ups(logits, alone, only, alone, params)
    assert [row["label"] for row in found.rows] == ["linear", "gbm", "st"] * 2
    assert found.results == [], "the walk has them by the systems' own names"
    assert set(found.recommendation["lowest"]) == {task, "models", "cost_per_1000"}
    late = {"under_triage", "least_slope", "greatest_slope"}
    assert late <= set(found.rows[0]) if task == "urgency" else not late & set(found.rows[0])
