"""What the kept results of several runs come to: counts, spreads over training sets, crossings."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from intake_triage.systems import FORECASTERS

Result = Mapping[str, Any]  # as keep.py gives it
TWO_SIDED = 1.96
UNIFORM = {  # by label, the set-ups in which one forecaster serves every task
    name if each.joint else f"{name} / {name}": name for name, each in FORECASTERS.items()
}


@dataclass(frozen=True)
class Spread:
    """A figure over several runs; `stated` is the mean half-width of a run's own interval."""

    values: tuple[float, ...]
    stated: float | None = None

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float:
        """Standard deviation over runs; NaN of one run."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else float("nan")

    @property
    def half_width(self) -> float:
        """That of an interval in which 95 % of runs would lie, were they normally distributed."""
        return TWO_SIDED * self.deviation


def count_set_ups(runs: Sequence[Result]) -> list[dict[str, Any]]:
    """Of each set-up: in how many runs it is tied, chosen, lowest, and breaks what; cost on test.

    Those chosen most often come first, then those tied most often, then those of lower cost.
    """
    rows = [
        {
            "label": label,
            "tied": sum(label in run["tied"] for run in runs),
            "chosen": sum(label == run["choice"] for run in runs),
            "lowest": sum(label == run["lowest"] for run in runs),
            "breaks": Counter(name for run in runs for name in run["set_ups"][label]["breaks"]),
            "cost": Spread(tuple(run["set_ups"][label]["test"] for run in runs)),
        }
        for label in (runs[0]["set_ups"] if runs else ())
    ]
    return sorted(rows, key=lambda row: (-row["chosen"], -row["tied"], row["cost"].mean))


def spread_figure(runs: Sequence[Result], name: str, task: str, measure: str) -> Spread | None:
    """A forecaster's figure on test over the runs that have it; None where none has."""
    found = [
        figures[measure]
        for run in runs
        if measure in (figures := run["figures"].get(name, {}).get(task, {}))
    ]
    if not found:
        return None
    halves = [(high - low) / 2 for _, low, high in (each for each in found if len(each) == 3)]
    stated = float(np.mean(halves)) if halves else None
    return Spread(tuple(value for value, *_ in found), stated)


def count_verdicts(runs: Sequence[Result]) -> list[dict[str, Any]]:
    """A row a task and measure: the gain of mtl over st, over runs, and how often each verdict."""
    rows = []
    for task in runs[0]["transfer"] if runs else ():
        gains = [run["transfer"][task] for run in runs]
        for measure, of in (("macro_f1", gains), ("log_loss", [g["log_loss"] for g in gains])):
            stated = float(np.mean([(gain["high"] - gain["low"]) / 2 for gain in of]))
            spread = Spread(tuple(gain["delta"] for gain in of), stated)
            verdicts = Counter(gain["verdict"] for gain in of)
            rows.append({"task": task, "measure": measure, "gain": spread, "verdicts": verdicts})
    return rows


def times_needed(runs: Sequence[Result]) -> dict[str, float]:
    """How many times the present forms are needed for a power of 80 %, the median over runs.

    tied: to tell on which side of the margin each tied set-up lies; by ceiling: to show it met.
    Without what no run states.
    """
    stated: dict[str, list[float]] = {}
    for run in runs:
        needed = run["needed"]
        for name, times in {"tied": needed["tied"], **needed["ceilings"]}.items():
            if times is not None:
                stated.setdefault(name, []).append(times)
    return {name: float(np.median(times)) for name, times in stated.items()}


def learning_curve(runs: Sequence[Result]) -> list[dict[str, Any]]:
    """A row a run and uniform set-up: its cost on test above the lowest of them."""
    rows = []
    for run in runs:
        costs = {label: run["set_ups"][label]["test"] for label in UNIFORM}
        lowest = min(costs.values())
        rows += [
            {
                "source": run["source"],
                "learn": run["records"]["train"],
                "label": label,
                "forecaster": UNIFORM[label],
                "above": round(cost - lowest, 1),
            }
            for label, cost in costs.items()
        ]
    return rows


def find_crossings(runs: Sequence[Result]) -> Iterator[dict[str, Any]]:
    """Where of two uniform set-ups another one begins to cost less, as forms to learn from grow.

    `runs` are of one source, in the order of their sizes. Between two sizes the difference in cost
    is taken to change evenly with the logarithm of the forms. Of the pairs, those of which one is
    the lowest of all at either size; none where nothing passes at any size.
    """
    if not any(run["choice"] for run in runs):
        return
    for fewer, more in pairwise(runs):
        sizes = np.log([fewer["records"]["train"], more["records"]["train"]])
        leaders = {
            min(UNIFORM, key=lambda each: run["set_ups"][each]["test"]) for run in (fewer, more)
        }
        for first, second in combinations(UNIFORM, 2):
            if not leaders & {first, second}:
                continue
            before, after = (
                run["set_ups"][first]["test"] - run["set_ups"][second]["test"]
                for run in (fewer, more)
            )
            if before * after < 0:
                at = np.exp(sizes[0] + (sizes[1] - sizes[0]) * before / (before - after))
                below, above = (first, second) if before < 0 else (second, first)
                yield {
                    "source": fewer["source"],
                    "at": float(at),
                    "below": below,
                    "above": above,
                    "before": abs(before),
                    "after": abs(after),
                }
