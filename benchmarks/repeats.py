"""Repeated measurements: the turns that candidates take, and the arithmetic on what they gave."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeVar

import numpy as np
from tqdm import trange

Spread = dict[str, float]
Name = TypeVar("Name")
Result = TypeVar("Result")


def take_turns(
    title: str, repeats: int, candidates: dict[Name, Callable[[], Result]]
) -> dict[Name, list[Result]]:
    """Call every candidate once in each repeat, so that a slow minute is nobody's alone."""
    results: dict[Name, list[Result]] = {name: [] for name in candidates}
    for _ in trange(repeats, desc=title, disable=None):
        for name, candidate in candidates.items():
            results[name].append(candidate())
    return results


def spread(values: Sequence[float]) -> Spread:
    """Median, least and greatest of the repeats, to four significant digits."""
    figures = {"median": median(values), "min": min(values), "max": max(values)}
    return {name: float(f"{figure:.4g}") for name, figure in figures.items()}


def ratios(numerators: Sequence[float], denominators: Sequence[float]) -> Spread:
    """Spread of the ratio within each repeat, so that what slows a whole repeat cancels."""
    return spread([a / b for a, b in zip(numerators, denominators, strict=True)])


def growth_exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Slope of log-seconds on log-sizes by least squares: 1 where time grows linearly."""
    slope, _ = np.polyfit(np.log(sizes), np.log(seconds), deg=1)
    return round(float(slope), 3)


def growth_against_linear(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """How much longer the last size took than the first, over how much larger it is."""
    return round((seconds[-1] / seconds[0]) / (sizes[-1] / sizes[0]), 3)
