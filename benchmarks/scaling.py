"""Generation, stage prepare, and a whole mtl fit of one pass, at several numbers of records."""

from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from benchmarks.encoder import prepare_fit
from benchmarks.processes import Timed, run_apart
from benchmarks.repeats import growth_against_linear, growth_exponent, spread, take_turns
from benchmarks.workspace import SLOW_REPEATS, Workspace, count_train, stage_prepare
from intake_triage.records.synthetic import CATALOGUE, DEFAULT_RELATEDNESS, generate_clinic
from intake_triage.tasks import TASKS


def measure(workspace: Workspace) -> dict[str, Any]:
    """Seconds, records per second and peak memory, and how the seconds grow."""
    sizes, generated = workspace.scale.sizes, workspace.scale.generated
    folders = {size: workspace.unprepared(size) for size in sizes}
    candidates = {
        ("generation", size): partial(run_apart, generation, (size,), folder=workspace.root)
        for size in generated
    }
    for size, folder in folders.items():
        apart = partial(run_apart, folder=folder)
        candidates["prepare", size] = partial(apart, stage_prepare, (), threads=None)
        candidates["training", size] = partial(apart, prepare_fit, ("mtl", TASKS, 0, 1))
    turns = take_turns("scaling", SLOW_REPEATS, candidates)
    runs = {key: [run for (run,) in repeats] for key, repeats in turns.items()}
    records = {
        "generation": {size: size for size in generated},
        "prepare": {size: size for size in sizes},
        "training": {size: count_train(folder) for size, folder in folders.items()},
    }
    summaries = {
        name: _summarize({size: runs[name, size] for size in worked_on}, worked_on)
        for name, worked_on in records.items()
    }
    return summaries | {"repeats": SLOW_REPEATS}


def generation(n_records: int) -> Callable[[], None]:
    """Draw records, text and oracle chunk by chunk, keeping none."""

    def generate() -> None:
        chunks = generate_clinic(
            CATALOGUE,
            n_records=n_records,
            seed=0,
            task_relatedness=DEFAULT_RELATEDNESS,
            reading="own",
        )
        assert sum(len(records) for records, _ in chunks) == n_records

    return generate


def _summarize(runs: dict[int, list[Timed]], records: dict[int, int]) -> dict[str, Any]:
    """Growth over the sizes' median seconds, and what each took for its `records`."""
    seconds = {size: [run.wall_seconds for run in repeats] for size, repeats in runs.items()}
    medians = [median(values) for values in seconds.values()]
    return {
        "growth_against_linear": growth_against_linear(list(runs), medians),
        "growth_exponent": growth_exponent(list(runs), medians),
        "by_records": {
            str(size): {
                "seconds": spread(seconds[size]),
                "records_per_second": spread([records[size] / value for value in seconds[size]]),
                "peak_mib": spread([run.peak_mib for run in repeats]),
            }
            for size, repeats in runs.items()
        },
    }
