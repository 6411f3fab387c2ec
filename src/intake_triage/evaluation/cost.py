"""What training costs: a system for one seed, and a forecaster with all the fits it averages."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from intake_triage.errors import InputError
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.systems import FORECASTERS, list_forecasters, list_systems
from intake_triage.tasks import Task

SECONDS = ("cpu_seconds", "wall_seconds")


def read_costs(tasks: Sequence[Task], *, layout: Layout = Layout()) -> dict[str, dict[str, Any]]:
    """`systems`: one seed of each, as `summarize_cost` has it; `forecasters`: all that is released.

    Seconds are of fits that each had a core to itself, as if they ran one after another.
    """
    systems, total = {}, {}
    for system in list_systems(tasks):
        path = layout.training(system) / "cost.json"
        try:
            fits = read_json(path)["fits"]
            systems[system] = summarize_cost(fits, tasks)
        except (KeyError, InputError) as error:
            raise InputError(f"{path}: {error}; run the stage that writes it again") from None
        total[system] = {name: sum(fit[name] for fit in fits) for name in SECONDS}
    return {
        "systems": systems,
        "forecasters": {
            name: _add_up(total, FORECASTERS[name].members) for name in list_forecasters(tasks)
        },
    }


def _add_up(total: Mapping[str, Mapping[str, float]], members: Sequence[str]) -> dict[str, float]:
    return {name: round(sum(total[member][name] for member in members), 2) for name in SECONDS}


def summarize_cost(fits: list[dict[str, Any]], tasks: Sequence[Task]) -> dict[str, Any]:
    """Training of all tasks, one seed: the mean over seeds of each seed's sum over its fits.

    Parameters
    ----------
    fits : list of dict
        A fit has `tasks`, `seed`, `cpu_seconds`, `wall_seconds`, `peak_mib` and `parameters`.
    tasks : sequence of str

    Returns
    -------
    dict
        cpu_seconds, wall_seconds (fits one after another), peak_mib (the largest of any fit),
        parameters (over the models of a seed).

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
        name: sum(fit[name] for fit in fits) / len(seeds)
        for name in ("cpu_seconds", "wall_seconds", "parameters")
    }
    return {
        "cpu_seconds": round(total["cpu_seconds"], 2),
        "wall_seconds": round(total["wall_seconds"], 2),
        "peak_mib": round(float(np.max([fit["peak_mib"] for fit in fits])), 1),
        "parameters": round(total["parameters"]),
    }
