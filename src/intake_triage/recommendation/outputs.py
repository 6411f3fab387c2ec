"""What the comparison leaves in files: the table of results, metrics, and the rows of plots."""

from collections.abc import Mapping, Sequence
from typing import Any

from intake_triage.evaluation.compare import Comparison
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.plots import Row, cost_rows
from intake_triage.evaluation.table import BOTH, Results, write_results
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.recommendation.recommend import SetUpComparison
from intake_triage.recommendation.summary import summarize
from intake_triage.systems import FORECASTERS, SYSTEMS
from intake_triage.tasks import Task


def write_comparison(
    layout: Layout,
    tasks: Sequence[Task],
    comparison: Comparison,
    set_ups: SetUpComparison,
    *,
    cost: Mapping[str, Any],
    training: Mapping[str, list[Row]],
) -> None:
    """Write what forecasters and set-ups come to.

    Parameters
    ----------
    layout : Layout
    tasks : sequence of str
        Those that the records have labels of.
    comparison : Comparison
    set_ups : SetUpComparison
    cost : mapping
        As `read_costs` gives it.
    training : mapping
        As `training_plots` gives it.
    """
    results = Results([*comparison.results.rows, *set_ups.results])
    decimals = {name: measure.decimals for name, measure in MEASURES.items()}
    write_results(layout.results, results, decimals=decimals)
    recommendation, transfer = set_ups.recommendation, comparison.metrics["transfer"]
    metrics = {
        "compare": comparison.metrics | {"recommendation": recommendation},
        "safety": comparison.safety,
        "cost": {**cost, "set_ups": sum_training(cost["by_task"], tasks)},
        "set_up_costs": set_ups.costs,
        "summary": summarize(results, transfer, recommendation, cost, tasks),
    }
    for name, values in metrics.items():
        write_json(layout.metrics(name), values)
    plots = {**comparison.plots, **training, "set_ups": set_ups.rows}
    plots["cost"] = cost_rows(plots["macro_f1"], cost)
    for name, rows in plots.items():
        write_json(layout.plots(name), rows)


def sum_training(
    by_task: Mapping[str, Mapping[str, float]], tasks: Sequence[Task]
) -> dict[str, float]:
    """By set-up the CPU-seconds to train all that it averages; a fit that serves twice counts once.

    `by_task` is that of `read_costs`.
    """
    return {
        set_up.label: round(
            sum(
                by_task[system][task]
                for system, task in {
                    (member, BOTH if SYSTEMS[member].joint else task)
                    for task, name in set_up.forecasters.items()
                    for member in FORECASTERS[name].members
                }
            ),
            2,
        )
        for set_up in list_set_ups(tasks)
    }
