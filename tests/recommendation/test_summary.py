"""Few figures, of the choice and of mtl, and as many where nothing passes."""

from itertools import product

import pytest

from intake_triage.evaluation.table import BOTH, Result, Results
from intake_triage.recommendation.summary import summarize
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS

GBM_ST = {"urgency": "gbm", "specialty": "st", "parts": 2}
NONE = {"urgency": None, "specialty": None, "parts": None}


@pytest.fixture
def results():
    """Figures that tell by their value which system they are of; 9 where none should be taken."""
    rows = []
    for (value, system), task in product(enumerate(("gbm", "st", "mtl")), TASKS):
        key = {"task": task, "system": system}
        for measure in ("log_loss", "ece"):
            rows += [
                Result(**key, measure=measure, single_fits=True, calibrated=False, value=9),
                Result(**key, measure=measure, single_fits=True, value=9),
                Result(**key, measure=measure, column="sex", value=9),
                Result(**key, measure=measure, value=value + (measure == "ece") / 4),
            ]
        argmax = {"rule": "argmax"}
        rows += [
            Result(**key, measure="macro_f1", rule="cost", value=9),
            Result(**key, measure="macro_f1", **argmax, single_fits=True, value=9),
            Result(**key, measure="macro_f1", **argmax, value=value / 4),
            Result(**key, measure="under_triage", **argmax, value=9),
            Result(**key, measure="under_triage", rule="cost", value=None, shown=False),
        ]
    for system in ("gbm / st", "mtl"):
        key = {"task": BOTH, "system": system, "rule": "cost"}
        rows.append(Result(**key, measure="cost_per_1000", value=len(system)))
    return Results(rows)


@pytest.fixture
def summary(results):
    def summary(recommendation):
        transfer = {task: {"delta": 0.01, "low": 0.0} for task in TASKS}
        cost = {"systems": {"mtl": {"cpu_seconds": 77.7}}}
        return summarize(results, transfer, recommendation, cost, TASKS)

    return summary


def count_leaves(tree) -> int:
    return sum(map(count_leaves, tree.values())) if isinstance(tree, dict) else 1


def test_the_choice_is_summed_up_with_the_figures_of_its_systems(summary):
    figures = summary(GBM_ST)
    assert (figures["choice"], figures["cost_per_1000"]) == ("gbm / st", 8)
    assert figures["under_triage"] is None, "it is not shown"
    assert figures["chosen"] == {
        "urgency": {"macro_f1": 0},
        "specialty": {"macro_f1": 0.25},
    }
    assert figures["mtl"]["urgency"] == {"macro_f1": 0.5, "log_loss": 2, "ece": 2.25}
    assert figures["transfer"] == {"urgency": 0.01, "specialty": 0.01}
    assert figures["cpu_seconds"] == 77.7


def test_one_model_for_both_is_summed_up_under_its_own_name(summary):
    figures = summary({"urgency": "mtl", "specialty": "mtl", "parts": 1})
    assert (figures["choice"], figures["cost_per_1000"]) == ("mtl", 3)
    for task in TASKS:
        assert figures["chosen"][task].items() < figures["mtl"][task].items()


@pytest.mark.parametrize("recommendation", [GBM_ST, NONE])
def test_with_the_log_losses_on_valid_there_are_at_most_24_figures(summary, recommendation):
    figures = summary(recommendation)
    assert count_leaves(figures) + len(TRAINED_SYSTEMS) * len(TASKS) <= 24
    assert count_leaves(figures) == count_leaves(summary(GBM_ST))


def test_where_nothing_passes_the_choice_has_no_figures(summary):
    figures = summary(NONE)
    assert figures["choice"] == "none"
    assert figures["cost_per_1000"] is figures["under_triage"] is None
    assert figures["chosen"]["urgency"] == {"macro_f1": None}
    assert figures["mtl"]["urgency"]["log_loss"] == 2


def test_with_one_task_there_is_nothing_of_mtl(results):
    cost = {"systems": {"gbm": {"cpu_seconds": 7.7}}}
    cost_row = {"task": "urgency", "system": "gbm", "rule": "cost", "measure": "cost_per_1000"}
    rows = Results([*results.rows, Result(**cost_row, value=12.34)])
    figures = summarize(rows, {}, {"urgency": "gbm", "parts": 1}, cost, ["urgency"])
    assert figures == {
        "choice": "gbm",
        "cost_per_1000": 12.0,
        "under_triage": None,
        "chosen": {"urgency": {"macro_f1": 0, "log_loss": 0, "ece": 0.25}},
    }
    nothing = summarize(rows, {}, {"specialty": None, "parts": None}, cost, ["specialty"])
    assert nothing["choice"] == "none"
    assert "under_triage" not in nothing
