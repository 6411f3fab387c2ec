"""What training costs: a system for one seed, and a forecaster with all the fits it averages."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from intake_triage.errors import InputError
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.systems import FORECASTERS, list_forecasters, list_systems
from intake_triage.tasks import Task


def read_costs(tasks: Sequence[Task], *, layout: Layout = Layout()) -> dict[str, Any]:
    """`systems`: one seed of each, as `summarize_cost` has it; `forecasters`: all that is released.

    `processors` are the kinds that the fits ran on: seconds compare where there is one. By the
    clock, fits that run beside other work do not: see `studies/replication`.
    """
    systems, total = {}, {}
    processors: set[str] = set()
    for system in list_systems(tasks):
        path = layout.training(system) / "cost.json"
        try:
            fits = read_json(path)["fits"]
            systems[system] = summarize_cost(fits, tasks)
            processors |= {fit["processor"] for fit in fits}
        except (KeyError, InputError) as error:
            raise InputError(f"{path}: {error}; run the stage that writes it again") from None
        total[system] = sum(fit["cpu_seconds"] for fit in fits)
    return {
        "processors": sorted(processors),
        "systems": systems,
        "forecasters": {
            name: {"cpu_seconds": round(sum(total[each] for each in FORECASTERS[name].members), 2)}
            for name in list_forecasters(tasks)
        },
    }


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
