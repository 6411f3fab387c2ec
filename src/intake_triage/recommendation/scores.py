"""What every set-up scores on one sample: its cost, and what ceilings and floor are about.

The urgency part of a figure depends on the urgency forecaster alone and the routing part on the
other, so each forecaster is scored once a task and the set-ups are put together from these.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import softmax

from intake_triage.evaluation.decisions import decide_by_cost
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures.triage import COST_DECIMALS, FORMS
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, Table, list_set_ups
from intake_triage.recommendation.ceilings import Ceiling, CeilingFigure, list_ceilings
from intake_triage.recommendation.figures import (
    Measured,
    measure_ceilings,
    point_value,
    show_figure,
)
from intake_triage.recommendation.floor import Gain, replicate_urgency
from intake_triage.tasks import Task

Costs = Mapping[tuple[Task, str], np.ndarray]  # by task and forecaster, of shape (n_weights,)
COVARIANCE_DECIMALS = 2
HALF_RESAMPLES = 500  # of each half of the units: a share of halves is no finer


@dataclass(frozen=True)
class Priced:
    """The least-cost decisions of all forecasters under some params.

    Attributes
    ----------
    costs : by task and forecaster, float arrays of shape (n_weights,)
        Of 1,000 forms.
    gains : by forecaster of urgency, a list of `Gain`
    """

    costs: Costs
    gains: Mapping[str, list[Gain]]

    def cost_of(self, set_up: SetUp) -> np.ndarray:
        """Of 1,000 forms, all tasks, (n_weights,)."""
        return sum(self.costs[task, name] for task, name in set_up.forecasters.items())

    @property
    def below_floor(self) -> dict[str | None, tuple[str, ...]]:
        """By forecaster of urgency, the parts of the floor that it is not shown to lie above."""
        return {
            name: tuple(gain.name for gain in gains if gain.status != "met")
            for name, gains in self.gains.items()
        }


@dataclass(frozen=True)
class SetUpScorer:
    """Scores all set-ups on one sample, under any params of decisions.

    Attributes
    ----------
    forecasts : by forecaster and task, float arrays of shape (1, n_records, n_classes)
        Calibrated log-probabilities.
    split : LabelledSplit
    decision : DecisionParams
        The present ones.
    ece_bins : int
    """

    forecasts: Logits
    split: LabelledSplit
    decision: DecisionParams
    ece_bins: int

    @cached_property
    def ceilings(self) -> list[Ceiling]:
        return list_ceilings(self.split.classes, urgent_tiers=self.decision.urgent_tiers)

    @cached_property
    def set_ups(self) -> list[SetUp]:
        return list_set_ups(self.split.tasks)

    def table(self, decision: DecisionParams) -> Table:
        """All set-ups on the sample as it is, decisions made for these params."""
        priced = self.priced if decision == self.decision else self._price(self.split, decision)
        point = replace(self.split, weights=self.split.weights[:1])
        figures = self._calibration | self._measure(point, decision, judges="decisions")
        return self._tabulate(priced, figures, self.split.n_units)

    def half_tables(self, halves: np.ndarray) -> Iterator[Table]:
        """The table of each part of the units, `halves` bool of shape (n_halves, n_units).

        The bins of an ECE stay those of the whole sample, and slopes are taken to first order.
        """
        weighed = replace(self.split, weights=halves.astype(np.float64))
        figures = self._measure(weighed, self.decision)
        resamples = self.split.weights[1 : 1 + HALF_RESAMPLES]
        for k, half in enumerate(halves):
            weights = np.concatenate([half[np.newaxis], resamples * half])
            priced = self._price(replace(self.split, weights=weights), self.decision)
            yield self._tabulate(priced, figures, int(half.sum()), column=k)

    @cached_property
    def priced(self) -> Priced:
        """Under the present params."""
        return self._price(self.split, self.decision)

    def gains(self, set_up: SetUp) -> list[Gain]:
        """Of urgency over the rules that ignore the form, under the present params."""
        return self.priced.gains.get(set_up.urgency, [])

    def describe_costs(self) -> dict[str, Any]:
        """What a forecaster's decisions on each task cost, and how these costs vary together.

        From it the sampling of every set-up can be simulated. Costs of 1,000 forms, tasks and
        forecasters in order; covariance: of these costs, as means over so many units.
        """
        costs = self.priced.costs
        replicates = np.stack(list(costs.values()))  # (n_costs, n_weights)
        shrinkage = self.split.n_units / max(self.split.n_units - 1, 1)
        covariance = shrinkage * np.cov(replicates[:, 1:])
        return {
            "units": self.split.n_units,
            "costs": [
                {
                    "task": task,
                    "forecaster": name,
                    "cost_per_1000": round(float(values[0]), COST_DECIMALS),
                }
                for (task, name), values in costs.items()
            ],
            "covariance": covariance.round(COVARIANCE_DECIMALS).tolist(),
        }

    def figures(self, set_up: SetUp) -> dict[str, CeilingFigure | None]:
        """By ceiling, the figure under the present params with its 95 % interval."""
        return {
            ceiling.name: show_figure(
                ceiling,
                self._figures[set_up.forecasters[ceiling.task], ceiling.name],
                smallest_shown=self.split.smallest_shown,
            )
            for ceiling in self.ceilings
        }

    def shown_ceilings(self) -> set[str]:
        """The names of the ceilings whose figure tells of a few people for no set-up."""
        hidden = {
            name
            for set_up in self.set_ups
            for name, figure in self.figures(set_up).items()
            if figure is not None and not figure.shown
        }
        return {ceiling.name for ceiling in self.ceilings} - hidden

    @cached_property
    def _calibration(self) -> Measured:
        return self._measure(self.split, self.decision, judges="probabilities")

    @cached_property
    def _figures(self) -> Measured:
        return self._calibration | self._measure(self.split, self.decision, judges="decisions")

    def _measure(
        self, split: LabelledSplit, decision: DecisionParams, *, judges: str = ""
    ) -> Measured:
        return measure_ceilings(
            self.forecasts, split, self.ceilings, decision, ece_bins=self.ece_bins, judges=judges
        )

    def _tabulate(
        self, priced: Priced, figures: Measured, n_units: int, *, column: int = 0
    ) -> Table:
        """`figures` under the weights of `column`."""
        below_floor = priced.below_floor

        def score(set_up: SetUp) -> ScoredSetUp:
            measured = {
                ceiling.name: figures[set_up.forecasters[ceiling.task], ceiling.name]
                for ceiling in self.ceilings
            }
            return ScoredSetUp(
                set_up,
                priced.cost_of(set_up),
                {name: point_value(figure, column) for name, figure in measured.items()},
                below_floor.get(set_up.urgency, ()),
            )

        return Table(tuple(map(score, self.set_ups)), n_units)

    def _price(self, split: LabelledSplit, decision: DecisionParams) -> Priced:
        costs, gains = {}, {}
        if "urgency" in split.tasks:
            sample = split.sample("urgency")
            priced = replicate_urgency(self._chances, sample, split.tiers, decision)
            costs |= {("urgency", name): each.cost for name, each in priced.items()}
            gains = {name: each.gains for name, each in priced.items()}
        if "specialty" in split.tasks:
            rates = FORMS * split.sample("specialty").mean(np.stack([*self._misroutes.values()]))
            for name, rate in zip(self._misroutes, rates, strict=True):
                costs["specialty", name] = decision.cost.misroute * rate
        return Priced(costs, gains)

    @cached_property
    def _chances(self) -> dict[str, np.ndarray]:
        """By forecaster, probabilities of the tiers, (n_labelled, n_tiers)."""
        rows = self.split.sample("urgency").rows
        return {
            name: softmax(np.float64(by_task["urgency"][0, rows]), axis=-1)
            for name, by_task in self.forecasts.items()
        }

    @cached_property
    def _misroutes(self) -> dict[str, np.ndarray]:
        """By forecaster, which forms it sends to a wrong sub-specialty, bool of (n_labelled,)."""
        sample = self.split.sample("specialty")
        return {
            name: decide_by_cost(by_task, self.decision)["specialty"][0, sample.rows]
            != sample.labels
            for name, by_task in self.forecasts.items()
        }
