"""What training costs: a system for one seed, and a forecaster with all the fits it averages."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from intake_triage.errors import InputError
from intake_triage.evaluation.table import BOTH
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.systems import FORECASTERS, list_forecasters, list_systems
from intake_triage.tasks import Task


def read_costs(tasks: Sequence[Task], *, layout: Layout = Layout()) -> dict[str, Any]:
    """`systems`: one seed of each, as `summarize_cost` has it; `forecasters`: all that is released.

    `by_task`: CPU-seconds of all seeds of a system by the task that its fits serve, or by `BOTH`.
    `processors` are the kinds that the fits ran on: seconds compare where there is one. By the
    clock, fits that run beside other work do not: see `studies/replication`.
    """
    systems: dict[str, Any] = {}
    by_task: dict[str, dict[str, float]] = {}
    processors: set[str] = set()
    for system in list_systems(tasks):
        path = layout.training(system) / "cost.json"
        try:
            fits = read_json(path)["fits"]
            systems[system] = summarize_cost(fits, tasks)
            processors |= {fit["processor"] for fit in fits}
        except (KeyError, InputError) as error:
            raise InputError(f"{path}: {error}; run the stage that writes it again") from None
        by_task[system] = _sum_by_task(fits)
    return {
        "processors": sorted(processors),
        "systems": systems,
        "by_task": by_task,
        "forecasters": {
            name: {
                "cpu_seconds": round(
                    sum(sum(by_task[each].values()) for each in FORECASTERS[name].members), 2
                )
            }
            for name in list_forecasters(tasks)
        },
    }


def _sum_by_task(fits: list[dict[str, Any]]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for fit in fits:
        task = fit["tasks"][0] if len(fit["tasks"]) == 1 else BOTH
        seconds[task] = seconds.get(task, 0.0) + fit["cpu_seconds"]
    return {task: round(seconds[task], 2) for task in sorted(seconds)}


def summarize_cost(fits: list[dict[str, Any]], tasks: Sequence[Task]) -> dict[str, Any]:
    """Training of all tasks, one seed: the mean over seeds of each seed's sum over its fits.

    Parameters
    ----------
    fits : list of dict
        A fit has `tasks`, `seed`, `cpu_seconds`, `peak_mib` and `parameters`.
    tasks : sequence of str

    Returns
    -------
    dict
        cpu_seconds, peak_mib (the largest of any fit), parameters (over the models of a seed).

    Raises
    ------
    InputError
        If a seed does not train every task once.
    """
    seeds = sorted({fit["seed"] for fit in fits})
    for seed in seeds:
        trained = sorted(task for fit in fits if fit["seed"] == seed for task in fit["tasks"])
        if trained != sorted(tasks):
            raise InputError(f"seed {seed} trains {trained}, expected {sorted(tasks)}")
    if not seeds:
        raise InputError("no fits")
    total = {
        name: sum(fit[name] for fit in fits) / len(seeds) for name in ("cpu_seconds", "parameters")
    }
    return {
        "cpu_seconds": round(total["cpu_seconds"], 2),
        "peak_mib": round(float(np.max([fit["peak_mib"] for fit in fits])), 1),
        "parameters": round(total["parameters"]),
    }
