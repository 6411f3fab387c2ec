"""One multi-task model against two single-task ones: CPU-seconds for the same, and to their best.

Real fits, one thread each, as many side by side as there are cores, as in the train stages, but
without early stopping, so that all make the same passes.
"""

from typing import Any

from benchmarks.encoder import prepare_fit
from benchmarks.processes import Timed, run_apart
from benchmarks.repeats import ratios, spread
from benchmarks.workspace import SLOW_REPEATS, Workspace, count_train
from intake_triage.tasks import TASKS

SYSTEMS = (("mtl", TASKS), *(("st", (task,)) for task in TASKS))


def measure(workspace: Workspace) -> dict[str, Any]:
    """A seed a repeat; every seed's three fits stand together in the queue."""
    folder = workspace.prepared()
    jobs = [(system, tasks, seed) for seed in range(SLOW_REPEATS) for system, tasks in SYSTEMS]
    fits = run_apart(prepare_fit, *jobs, folder=folder)
    by_seed = [fits[i : i + len(SYSTEMS)] for i in range(0, len(fits), len(SYSTEMS))]
    alone = add_costs([seed_fits[:1] for seed_fits in by_seed])
    paired = add_costs([seed_fits[1:] for seed_fits in by_seed])
    return {
        "mtl_against_pair": {
            name: ratios(alone[name], paired[name]) for name in ("same_passes", "to_best")
        },
        "mtl": {name: spread(values) for name, values in alone.items()},
        "pair": {name: spread(values) for name, values in paired.items()},
        "passes": len(fits[0].value),
        "train_records": count_train(folder),
        "repeats": SLOW_REPEATS,
    }


def add_costs(by_seed: list[list[Timed]]) -> dict[str, list[float]]:
    """CPU-seconds of the fits that serve both tasks together, and their log-loss; by seed."""
    return {
        "same_passes": [sum(fit.cpu_seconds for fit in fits) for fits in by_seed],
        "to_best": [
            sum(fit.cpu_seconds * (fit.value.argmin() + 1) / len(fit.value) for fit in fits)
            for fits in by_seed
        ],
        "best_valid_log_loss": [sum(fit.value.min() for fit in fits) for fits in by_seed],
    }
