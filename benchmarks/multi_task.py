"""One multi-task model against two single-task ones: CPU-seconds for the same, and to their best.

Real fits, one thread each, as many side by side as there are cores, as in the train stages, but
without early stopping, so that all make the same passes.
"""

from typing import Any

import joblib

from benchmarks.encoder import WholeFit, fit_wholly
from benchmarks.processes import run_apart
from benchmarks.spread import ratios, spread
from benchmarks.workspace import Workspace
from intake_triage.tasks import TASKS


def measure(workspace: Workspace) -> dict[str, Any]:
    """A seed a repeat; every seed's three fits stand together in the queue."""
    scale = workspace.scale
    systems = [("mtl", TASKS), *(("st", (task,)) for task in TASKS)]
    jobs = [
        (system, tasks, seed, None)
        for seed in range(scale.slow_repeats)
        for system, tasks in systems
    ]
    outcomes = run_apart(
        fit_wholly,
        jobs,
        folder=workspace.prepared(scale.n_records),
        side_by_side=joblib.cpu_count(),
        threads=1,
    )
    fits = [outcome.value for outcome in outcomes]
    mtl = fits[:: len(systems)]
    pairs = list(zip(fits[1 :: len(systems)], fits[2 :: len(systems)], strict=True))
    alone = _costs([(fit,) for fit in mtl])
    paired = _costs(pairs)
    return {
        "mtl_against_pair": {
            name: ratios(alone[name], paired[name]) for name in ("same_passes", "to_best")
        },
        "mtl": {name: spread(values) for name, values in alone.items()},
        "pair": {name: spread(values) for name, values in paired.items()},
        "passes": mtl[0].passes,
        "train_records": mtl[0].train_records,
        "repeats": scale.slow_repeats,
    }


def _costs(models: list[tuple[WholeFit, ...]]) -> dict[str, list[float]]:
    """CPU-seconds of the fits that serve both tasks together, and their log-loss; by repeat."""
    return {
        "same_passes": [sum(fit.watch.cpu_seconds for fit in fits) for fits in models],
        "to_best": [
            sum(fit.watch.cpu_seconds * fit.best_pass / fit.passes for fit in fits)
            for fits in models
        ],
        "best_valid_log_loss": [sum(fit.best_loss for fit in fits) for fits in models],
    }
