"""How long one seed's fits take, one after another, on a machine that does nothing else.

Reads   studies/replication/params.yaml, params.yaml, dvc.yaml
Writes  studies/replication/results/seconds.json

On one core the train stages run one fit at a time, so that wall seconds can be compared too.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from benchmarks.machine import busy_cores
from intake_triage.errors import InputError, run_stage
from intake_triage.evaluation.cost import read_costs
from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.pool import name_processor
from intake_triage.tasks import TASKS
from studies.replication.pipeline import change_params, lay_out, list_stages, run_stages
from studies.replication.settings import RESULTS, SECONDS, WORK, Changes, load_study


def main() -> None:
    write_json(RESULTS / f"{SECONDS}.json", time_fits(load_study().seconds, WORK / SECONDS))


def time_fits(changes: Changes, folder: Path) -> dict[str, Any]:
    """Prepare the data and run the train stages on one core.

    Returns
    -------
    dict
        processor; busy_cores: what other programs took before; records: to train on; systems: CPU
        and wall seconds, peak memory and parameters of both tasks' models.

    Raises
    ------
    InputError
        Where the system cannot bind a process to a core.
    """
    if not hasattr(os, "sched_setaffinity"):
        raise InputError(f"{SECONDS}: this system cannot bind a process to one core; use Linux")
    busy, params = busy_cores(), change_params(changes)
    lay_out(folder, params)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        run_stages(list_stages(params, last="train_mtl"), folder)
    finally:
        os.sched_setaffinity(0, cores)
    layout = Layout(folder)
    timed = {
        "processor": name_processor(),
        "busy_cores": busy,
        "records": read_json(layout.metrics("prepare"))["records"],
        "systems": {
            system: {"wall_seconds": sum_wall_seconds(layout, system), **cost}
            for system, cost in read_costs(TASKS, layout=layout)["systems"].items()
        },
    }
    shutil.rmtree(folder)
    return timed


def sum_wall_seconds(layout: Layout, system: str) -> float:
    """Of all fits of a system, which ran one after another."""
    fits = read_json(layout.training(system) / "cost.json")["fits"]
    return round(sum(fit["wall_seconds"] for fit in fits), 2)


if __name__ == "__main__":
    run_stage(main)
