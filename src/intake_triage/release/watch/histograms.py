"""How a column is distributed, in bins of which none tells of few people."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from intake_triage.statistics.disclosure import SMALLEST_SHOWN, hide_small_counts

BINS = 10  # of numbers, about equal in forms
OTHER = "other"  # stands for all values that too few forms have
DECIMALS = 3  # of shares: of thousands of forms, not to the form
DIGITS = 3  # of edges: finer they would be some person's own number

Histogram = dict[str, Any]  # `forms`, `shares`, and `values` or `edges`


def describe_values(values: pd.Series) -> Histogram:
    """Values and their shares, the commonest first; those of few forms are one, `OTHER`.

    With these goes a value that is itself called so, since no bin could be told from the other.

    Parameters
    ----------
    values : (n,) str, NA where missing, which is left out
    """
    counts = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    cells = counts.to_numpy(float)[np.newaxis]
    hidden = hide_small_counts(cells, smallest_shown=SMALLEST_SHOWN)[0]
    kept = counts[~hidden]
    if hidden.any():
        together = counts[hidden].sum() + kept.get(OTHER, 0)
        kept = pd.concat([kept.drop(OTHER, errors="ignore"), pd.Series({OTHER: together})])
    return {"values": [*kept.index], **_shares(kept.to_numpy())}


def describe_numbers(numbers: np.ndarray) -> Histogram:
    """The edges between bins of about equal size, and the share of each; NaN is left out.

    A bin has the numbers from its lower edge on, that of the first and the upper one of the last
    are open. Bins of few forms are joined.
    """
    known = numbers[~np.isnan(numbers)]
    edges: list[float] = []
    if len(known):
        levels = np.arange(1, BINS) / BINS
        quantiles = np.quantile(known, levels, method="inverted_cdf").tolist()
        edges = sorted({float(f"{quantile:.{DIGITS}g}") for quantile in quantiles})
    counts = _count(known, edges)
    while edges and hide_small_counts(counts[np.newaxis], smallest_shown=SMALLEST_SHOWN).any():
        k = int(counts.argmin())
        del edges[min(k, len(edges) - 1)]
        counts = _count(known, edges)
    return {"edges": edges, **_shares(counts)}


def name_bins(histogram: Histogram) -> list[str]:
    """The bins in words: values as they stand; numbers as "below 18", "18 to below 65"."""
    if "values" in histogram:
        return [*histogram["values"]]
    edges = [f"{edge:g}" for edge in histogram["edges"]]
    if not edges:
        return ["any number"]
    between = [f"{low} to below {high}" for low, high in pairwise(edges)]
    return [f"below {edges[0]}", *between, f"{edges[-1]} or more"]


def find_bins(column: pd.Series, histogram: Histogram) -> np.ndarray:
    """Which bin each entry lies in, int of shape (n,); -1 where it is missing.

    A value that the histogram does not name is one of `OTHER`, or of no bin, len(values), where
    there is no such bin: it then counts among the forms, and in no bin.
    """
    missing = column.isna().to_numpy()
    if "edges" in histogram:
        numbers = column.to_numpy(float, na_value=np.nan)
        return np.where(missing, -1, np.searchsorted(histogram["edges"], numbers, side="right"))
    values = histogram["values"]
    other = values.index(OTHER) if OTHER in values else len(values)
    places = column.map({value: k for k, value in enumerate(values)}).fillna(other)
    return np.where(missing, -1, places.to_numpy(int))


def _count(numbers: np.ndarray, edges: list[float]) -> np.ndarray:
    bins = np.searchsorted(edges, numbers, side="right")
    return np.bincount(bins, minlength=len(edges) + 1).astype(float)


def _shares(counts: np.ndarray) -> dict[str, Any]:
    total = int(counts.sum())
    return {
        "shares": [round(float(count) / max(total, 1), DECIMALS) for count in counts],
        "forms": total,
    }
