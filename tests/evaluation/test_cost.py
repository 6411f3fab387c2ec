"""What is summed, what is averaged and what is the largest."""

import pytest

from intake_triage.errors import InputError
from intake_triage.evaluation.cost import read_costs, summarize_cost
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.recommendation.outputs import sum_training
from intake_triage.systems import FORECASTERS, TRAINED_SYSTEMS
from intake_triage.tasks import TASKS


def fit(tasks, seed, *, cpu=10.0, peak=100.0):
    return {
        "tasks": tasks,
        "seed": seed,
        "cpu_seconds": cpu,
        "peak_mib": peak,
        "parameters": 1000,
        "processor": "a" if seed == 0 else "b",
    }


def test_two_models_are_summed_and_seeds_averaged():
    fits = [
        fit(["urgency"], 0, cpu=10),
        fit(["specialty"], 0, cpu=20, peak=300),
        fit(["urgency"], 1, cpu=30),
        fit(["specialty"], 1, cpu=40),
    ]
    assert summarize_cost(fits, TASKS) == {
        "cpu_seconds": 50,
        "peak_mib": 300,
        "parameters": 2000,
    }


def test_one_model_for_both_tasks_counts_once():
    cost = summarize_cost([fit(["urgency", "specialty"], 0)], TASKS)
    assert cost["cpu_seconds"] == 10
    assert cost["parameters"] == 1000


@pytest.mark.parametrize(
    "fits", [[], [fit(["urgency"], 0)], [fit(["urgency"], 0), fit(["urgency", "specialty"], 0)]]
)
def test_a_seed_that_does_not_train_each_task_once_is_refused(fits):
    with pytest.raises(InputError):
        summarize_cost(fits, TASKS)


@pytest.fixture
def layout(tmp_path):
    """A run in which each system trained one model of both tasks from each of two seeds."""
    layout = Layout(tmp_path)
    for system in TRAINED_SYSTEMS:
        fits = [fit(["urgency", "specialty"], seed) for seed in (0, 1)]
        write_json(layout.training(system) / "cost.json", {"fits": fits})
    return layout


def test_a_system_costs_a_seed_and_a_forecaster_all_its_fits(layout):
    costs = read_costs(TASKS, layout=layout)
    assert list(costs["systems"]) == list(TRAINED_SYSTEMS)
    assert costs["processors"] == ["a", "b"]
    assert list(costs["forecasters"]) == list(FORECASTERS)
    assert costs["systems"]["gbm"]["cpu_seconds"] == 10
    assert costs["forecasters"]["gbm"] == {"cpu_seconds": 20}
    assert costs["forecasters"]["gbm+mtl"] == {"cpu_seconds": 40}
    assert costs["by_task"]["mtl"] == {"both": 20}


def test_with_one_task_nothing_is_told_of_a_joint_system(layout):
    for system in TRAINED_SYSTEMS:
        write_json(layout.training(system) / "cost.json", {"fits": [fit(["urgency"], 0)]})
    costs = read_costs(TASKS[:1], layout=layout)
    assert list(costs["forecasters"]) == ["linear", "gbm", "st", "gbm+st"]


def test_seconds_are_told_by_the_task_that_a_fit_serves(layout):
    fits = [fit([task], seed) for task in TASKS for seed in (0, 1)]
    for system in ("linear", "gbm", "st"):
        write_json(layout.training(system) / "cost.json", {"fits": fits[1:] + fits[:1]})
    costs = read_costs(TASKS, layout=layout)
    assert costs["by_task"]["gbm"] == {"urgency": 20, "specialty": 20}
    set_ups = sum_training(costs["by_task"], TASKS)
    assert set_ups["gbm / gbm"] == 40
    assert set_ups["linear / gbm"] == 40
    assert set_ups["mtl"] == 20
    assert set_ups["gbm+mtl"] == 60


def test_the_error_names_the_file(layout):
    write_json(layout.training("st") / "cost.json", {"fits": [fit(["urgency"], 4)]})
    with pytest.raises(InputError, match=r"st/cost\.json: seed 4 trains \['urgency'\]"):
        read_costs(TASKS, layout=layout)
