"""A table of chances whose rows are drawn from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class ChanceTable:
    """Discrete distributions, one a row.

    Attributes
    ----------
    chances : float array of shape (…, n_values)
        The last axis sums to 1; the others are flattened to number the rows.
    """

    chances: np.ndarray

    @cached_property
    def rows(self) -> np.ndarray:
        """The table as a float array of shape (n_rows, n_values)."""
        return self.chances.reshape(-1, self.chances.shape[-1])

    @cached_property
    def _ends(self) -> np.ndarray:
        """Upper ends of the values' intervals, all rows laid end to end: row r fills (r, r + 1]."""
        ends = np.minimum(np.cumsum(self.rows, axis=1), 1.0)
        ends[:, -1] = 1.0
        return (ends + np.arange(len(ends))[:, None]).ravel()

    def draw(self, rng: np.random.Generator, row: np.ndarray) -> np.ndarray:
        """Draw one value from each named row: int array of the shape of `row`."""
        found = np.searchsorted(self._ends, row + rng.random(row.shape), side="right")
        n_values = self.chances.shape[-1]
        return np.minimum(found - row * n_values, n_values - 1)


def normalise(weights: np.ndarray) -> np.ndarray:
    """Weights as chances: the last axis sums to 1; where all are 0 they stay so."""
    total = weights.sum(axis=-1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights, dtype=np.float64), where=total > 0)


def draw_each(rng: np.random.Generator, chances: np.ndarray) -> np.ndarray:
    """Draw one value from each row: int array of shape (n,) from chances of shape (n, n_values)."""
    ends = np.cumsum(chances, axis=1)[:, :-1]
    return (rng.random(len(chances))[:, None] >= ends).sum(axis=1)
