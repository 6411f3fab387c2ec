"""What is summed, what is averaged and what is the largest."""

import json

import pytest

from intake_triage.errors import InputError
from intake_triage.evaluation.cost import read_cost, summarize_cost


def fit(tasks, seed, *, cpu=10.0, peak=100.0):
    return {
        "tasks": tasks,
        "seed": seed,
        "cpu_seconds": cpu,
        "wall_seconds": cpu / 2,
        "peak_mib": peak,
        "parameters": 1000,
    }


def test_two_models_are_summed_and_seeds_averaged():
    fits = [
        fit(["urgency"], 0, cpu=10),
        fit(["specialty"], 0, cpu=20, peak=300),
        fit(["urgency"], 1, cpu=30),
        fit(["specialty"], 1, cpu=40),
    ]
    assert summarize_cost(fits) == {
        "cpu_seconds": 50,
        "wall_seconds": 25,
        "peak_mib": 300,
        "parameters": 2000,
    }


def test_one_model_for_both_tasks_counts_once():
    cost = summarize_cost([fit(["urgency", "specialty"], 0)])
    assert cost["cpu_seconds"] == 10
    assert cost["parameters"] == 1000


@pytest.mark.parametrize(
    "fits", [[], [fit(["urgency"], 0)], [fit(["urgency"], 0), fit(["urgency", "specialty"], 0)]]
)
def test_a_seed_that_does_not_train_each_task_once_is_refused(fits):
    with pytest.raises(InputError):
        summarize_cost(fits)


def test_the_error_names_the_file(tmp_path):
    (tmp_path / "st").mkdir()
    (tmp_path / "st/cost.json").write_text(json.dumps({"fits": [fit(["urgency"], 4)]}))
    with pytest.raises(InputError, match=r"st/cost\.json: seed 4 trains \['urgency'\]"):
        read_cost("st", folder=tmp_path)
