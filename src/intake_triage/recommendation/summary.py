"""The figures that a person compares between runs: metrics/summary.json, all that DVC shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from intake_triage.evaluation.measures import round_figure
from intake_triage.evaluation.table import Results, list_scopes
from intake_triage.evaluation.walk import LIKELIEST
from intake_triage.recommendation.candidates import SetUp
from intake_triage.tasks import Task

FIGURES = {"macro_f1": LIKELIEST, "log_loss": "", "ece": ""}  # and the rule that they judge
FIGURES_OF_CHOICE = {"macro_f1": LIKELIEST}  # beside those of mtl


def summarize(
    results: Results,
    transfer: Mapping[str, Any],
    recommendation: Mapping[str, Any],
    cost: Mapping[str, Any],
    tasks: Sequence[Task],
) -> dict[str, Any]:
    """Few figures, so that with the training stages' 24 at most stand in `dvc exp show`.

    `results` are those on test; transfer and recommendation as metrics/compare.json has them, cost
    as metrics/cost.json.

    Returns
    -------
    dict
        choice: the set-up that is recommended, none where nothing passes; its clinical cost and
        under-triage on test; mtl, chosen: scores of its forecasters on test; transfer: gain of mtl
        in macro-F1; cpu_seconds: to train mtl for both tasks. With one task there is no mtl, and
        `chosen` has all of its scores.
    """
    chosen = None
    if recommendation["parts"] is not None:
        chosen = SetUp(**{task: recommendation[task] for task in tasks})
    summary: dict[str, Any] = {
        "choice": "none" if chosen is None else chosen.label,
        "cost_per_1000": _cost_on_test(results, chosen, list_scopes(tasks)[-1]),
    }
    if "urgency" in tasks:
        late = _find(results, "under_triage", "urgency", chosen, rule="cost")
        summary["under_triage"] = late
    if "mtl" not in cost["systems"]:
        return summary | {"chosen": _scores(results, FIGURES, chosen, tasks)}
    return summary | {
        "mtl": _scores(results, FIGURES, SetUp("mtl", "mtl"), tasks),
        "chosen": _scores(results, FIGURES_OF_CHOICE, chosen, tasks),
        "transfer": {task: transfer[task]["delta"] for task in tasks},
        "cpu_seconds": cost["systems"]["mtl"]["cpu_seconds"],
    }


def _scores(
    results: Results, figures: Mapping[str, str], set_up: SetUp | None, tasks: Sequence[Task]
) -> dict[str, dict[str, float | None]]:
    """By task and figure; `figures` has the rule that each judges."""
    return {
        task: {name: _find(results, name, task, set_up, rule=figures[name]) for name in figures}
        for task in tasks
    }


def _find(
    results: Results, measure: str, task: Task, set_up: SetUp | None, *, rule: str
) -> float | None:
    if set_up is None:
        return None
    row = results.find(measure=measure, task=task, system=set_up.forecasters[task], rule=rule)
    return None if row is None else round_figure(measure, row.value)


def _cost_on_test(results: Results, set_up: SetUp | None, scope: str) -> float | None:
    if set_up is None:
        return None
    row = results.find(measure="cost_per_1000", task=scope, system=set_up.label, rule="cost")
    return round_figure("cost_per_1000", row.value)
