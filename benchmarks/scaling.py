"""Generation, stage prepare, and a whole mtl fit of one pass, at several numbers of records."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from tqdm import trange

from benchmarks.encoder import fit_wholly
from benchmarks.processes import Stopwatch, run_apart
from benchmarks.spread import growth_against_linear, growth_exponent, spread
from benchmarks.workspace import Workspace, prepare_records
from intake_triage.records.synthetic import CATALOGUE, DEFAULT_RELATEDNESS, generate_clinic
from intake_triage.tasks import TASKS


@dataclass(frozen=True)
class Run:
    """One process's work on so many records."""

    records: int
    seconds: float
    peak_mib: float


def measure(workspace: Workspace) -> dict[str, Any]:
    """Seconds, records per second and peak memory, and how the seconds grow."""
    scale = workspace.scale
    generation: dict[int, list[Run]] = {size: [] for size in scale.generated}
    prepare: dict[int, list[Run]] = {size: [] for size in scale.sizes}
    training: dict[int, list[Run]] = {size: [] for size in scale.sizes}
    for _ in trange(scale.slow_repeats, desc="scaling", disable=None):
        for size in scale.generated:
            (outcome,) = run_apart(generate, [(size,)], folder=workspace.root, threads=1)
            generation[size].append(Run(size, outcome.value.wall_seconds, outcome.peak_mib))
        for size in scale.sizes:
            folder = workspace.unprepared(size)
            (outcome,) = run_apart(prepare_records, [()], folder=folder)
            prepare[size].append(Run(size, outcome.value.wall_seconds, outcome.peak_mib))
            (outcome,) = run_apart(fit_wholly, [("mtl", TASKS, 0, 1)], folder=folder, threads=1)
            fit = outcome.value
            training[size].append(Run(fit.train_records, fit.watch.wall_seconds, outcome.peak_mib))
    return {
        "generation": _summarize(generation),
        "prepare": _summarize(prepare),
        "training": _summarize(training),
        "repeats": scale.slow_repeats,
    }


def generate(n_records: int) -> Stopwatch:
    """Draw records, text and oracle chunk by chunk, keeping none."""
    with Stopwatch() as watch:
        chunks = generate_clinic(
            CATALOGUE,
            n_records=n_records,
            seed=0,
            task_relatedness=DEFAULT_RELATEDNESS,
            conflict=False,
        )
        drawn = sum(len(records) for records, _ in chunks)
    assert drawn == n_records
    return watch


def _summarize(runs: dict[int, list[Run]]) -> dict[str, Any]:
    """Growth over the sizes' median seconds, and what each size took."""
    sizes = list(runs)
    medians = [median(run.seconds for run in runs[size]) for size in sizes]
    return {
        "growth_against_linear": growth_against_linear(sizes, medians),
        "growth_exponent": growth_exponent(sizes, medians),
        "by_records": {
            str(size): {
                "seconds": spread([run.seconds for run in runs[size]]),
                "records_per_second": spread([run.records / run.seconds for run in runs[size]]),
                "peak_mib": spread([run.peak_mib for run in runs[size]]),
            }
            for size in sizes
        },
    }
