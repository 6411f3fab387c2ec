"""Arithmetic on repeated measurements."""

from collections.abc import Sequence
from statistics import median

import numpy as np

Spread = dict[str, float]


def spread(values: Sequence[float]) -> Spread:
    """Median, least and greatest of the repeats, to four significant digits."""
    return {
        "median": _significant(median(values)),
        "min": _significant(min(values)),
        "max": _significant(max(values)),
    }


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


def _significant(value: float) -> float:
    return float(f"{value:.4g}")
