"""Tables of set-ups as other forms of the same source would give them, true costs known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, Table, list_set_ups

RESAMPLES = 400


@dataclass(frozen=True)
class Source:
    """How the costs of the set-ups vary together on so many forms of a source.

    Attributes
    ----------
    set_ups : list of SetUp
    costs : float array of shape (n_set_ups,)
        Measured, of 1,000 forms.
    spread : float array of shape (n_set_ups, n_costs)
        Times as many independent standard normal numbers it gives the errors of the costs.
    n_units : int
    """

    set_ups: list[SetUp]
    costs: np.ndarray
    spread: np.ndarray
    n_units: int

    @classmethod
    def of_run(cls, described: Mapping[str, Any]) -> "Source":
        """From what metrics/set_up_costs.json holds.

        A set-up's cost is the sum of its forecasters', so theirs say how all vary together.
        """
        keys = [(each["task"], each["forecaster"]) for each in described["costs"]]
        set_ups = list_set_ups(list(dict.fromkeys(task for task, _ in keys)))
        member = np.array(
            [[each.forecasters[task] == name for task, name in keys] for each in set_ups], float
        )
        variances, directions = np.linalg.eigh(np.array(described["covariance"]))
        # What is written is rounded: a variance of nothing may have come out below 0.
        spread = directions * np.sqrt(np.maximum(variances, 0.0))
        costs = np.array([each["cost_per_1000"] for each in described["costs"]])
        return cls(set_ups, member @ costs, member @ spread, described["units"])

    def only(self, places: Sequence[int]) -> "Source":
        """Some of the set-ups alone."""
        set_ups = [self.set_ups[k] for k in places]
        return Source(set_ups, self.costs[places], self.spread[places], self.n_units)

    def standard_error(self, one: int, other: int) -> float:
        """Of the difference of two costs."""
        return float(np.linalg.norm(self.spread[one] - self.spread[other]))

    def draw(self, truth: np.ndarray, rng: np.random.Generator) -> Table:
        """A table where the true costs, of shape (n_set_ups,), are these; all pass every ceiling.

        The sample errs from the truth as its resamples do from it.
        """
        sample = truth + self.spread @ rng.normal(size=self.spread.shape[1])
        errors = self.spread @ rng.normal(size=(self.spread.shape[1], RESAMPLES))
        costs = np.column_stack([sample, sample[:, np.newaxis] + errors])
        scored = (ScoredSetUp(*row, {}) for row in zip(self.set_ups, costs, strict=True))
        return Table(tuple(scored), self.n_units)
