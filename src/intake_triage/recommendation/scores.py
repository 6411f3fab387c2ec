"""What every set-up scores on one sample: cost and what the ceilings are about, with resamples.

The urgency part of a figure depends on the urgency system alone and the routing part on the other,
so each system is scored once and the set-ups are put together from these.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from intake_triage.evaluation.decisions import decide_by_cost
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.measure import Decisions, Forecast, Replicated, over
from intake_triage.evaluation.measures.triage import FORMS, mean_cost
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, list_set_ups
from intake_triage.recommendation.ceilings import Ceiling, CeilingFigure, list_ceilings
from intake_triage.statistics.disclosure import is_small_share
from intake_triage.statistics.estimates import LEVEL, Estimate, estimate_score
from intake_triage.tasks import Task

UNDER_TRIAGE = "under_triage"  # the one ceiling that is about decisions


@dataclass(frozen=True)
class DecisionCosts:
    """What one system's least-cost decisions come to.

    Attributes
    ----------
    mean : by task, float arrays of shape (n_seeds, n_weights)
        Cost of a form on average, in needless steps up of a tier.
    under_triage : Replicated or None
        Share of the urgent forms; NaN where a resample has none. None where urgency is no task.
    """

    mean: dict[Task, np.ndarray]
    under_triage: Replicated | None


@dataclass(frozen=True)
class SetUpScorer:
    """Scores all set-ups on one sample, under any params of decisions.

    Attributes
    ----------
    logits : by trained system and task, float arrays of shape (n_seeds, n_records, n_classes)
        Calibrated. A system of one seed stands beside another's every seed.
    split : LabelledSplit
    decision : DecisionParams
        The present ones.
    ece_bins : int
    """

    logits: Logits
    split: LabelledSplit
    decision: DecisionParams
    ece_bins: int

    @cached_property
    def ceilings(self) -> list[Ceiling]:
        return list_ceilings(self.split.classes)

    @cached_property
    def set_ups(self) -> list[SetUp]:
        return list_set_ups(self.split.tasks)

    def table(self, decision: DecisionParams) -> list[ScoredSetUp]:
        """Means over seeds on the sample as it is, decisions made for these params."""
        priced = self._price(replace(self.split, weights=self.split.weights[:1]), decision)
        return [self._score(set_up, priced) for set_up in self.set_ups]

    def resampled_tables(self) -> Iterator[list[ScoredSetUp]]:
        """The table under the present params for each resample: cost and under-triage re-weighted.

        ECE and slopes stay those of the whole sample: a resample holds records several times over,
        which looks like miscalibration in bins, and a slope is known to first order only.
        """
        table = self.table(self.decision)
        costs = [self.replicate_cost(scored.set_up).mean(axis=0) for scored in table]
        shares = [self._replicate_shares(scored.set_up) for scored in table]
        for k in range(1, len(self.split.weights)):
            yield [
                replace(
                    scored,
                    cost=float(cost[k]),
                    figures={
                        **scored.figures,
                        **{name: _number(values[k]) for name, values in share.items()},
                    },
                )
                for scored, cost, share in zip(table, costs, shares, strict=True)
            ]

    def _replicate_shares(self, set_up: SetUp) -> dict[str, np.ndarray]:
        """Under-triage of each resample, (n_weights,), by its name; nothing without tiers."""
        if set_up.urgency is None:
            return {}
        return {UNDER_TRIAGE: self._priced[set_up.urgency].under_triage.values.mean(axis=0)}

    def replicate_cost(self, set_up: SetUp) -> np.ndarray:
        """Cost of 1,000 forms under the present params, (n_seeds, n_weights)."""
        return _add_costs(set_up, self._priced)

    def estimate_cost(self, set_up: SetUp) -> Estimate:
        """The same with its uncertainty."""
        return estimate_score(self.replicate_cost(set_up), n_units=self.split.n_units)

    def figures(self, set_up: SetUp) -> dict[str, CeilingFigure | None]:
        """By ceiling, the figure under the present params with its 95 % interval."""
        return {
            ceiling.name: _show(ceiling, self._figure(ceiling, set_up, self._priced))
            for ceiling in self.ceilings
        }

    def _score(self, set_up: SetUp, priced: Mapping[str, DecisionCosts]) -> ScoredSetUp:
        figures = {ceiling.name: self._figure(ceiling, set_up, priced) for ceiling in self.ceilings}
        return ScoredSetUp(
            set_up,
            float(_add_costs(set_up, priced)[:, 0].mean()),
            {
                name: None if figure is None else _number(figure.values[:, 0].mean())
                for name, figure in figures.items()
            },
        )

    def _figure(
        self, ceiling: Ceiling, set_up: SetUp, priced: Mapping[str, DecisionCosts]
    ) -> Replicated | None:
        system = set_up.systems[ceiling.task]
        if ceiling.name == UNDER_TRIAGE:
            return priced[system].under_triage
        return self._calibration[system, ceiling.name]

    def _price(self, split: LabelledSplit, decision: DecisionParams) -> dict[str, DecisionCosts]:
        priced = {}
        for system, logits in self.logits.items():
            decisions = Decisions(decide_by_cost(logits, decision), split, decision)
            late = None
            if split.tiers:
                late = MEASURES[UNDER_TRIAGE].compute(decisions, "urgency")[""]
            mean = {task: mean_cost(decisions, task) for task in split.tasks}
            priced[system] = DecisionCosts(mean, late)
        return priced

    @cached_property
    def _priced(self) -> dict[str, DecisionCosts]:
        return self._price(self.split, self.decision)

    @cached_property
    def _calibration(self) -> dict[tuple[str, str], Replicated | None]:
        """By system and ceiling, the figures that no cost changes."""
        measured = {}
        for system, logits in self.logits.items():
            forecasts = {}
            for task in self.split.tasks:
                sample = self.split.sample(task)
                forecasts[task] = Forecast(
                    logits[task][:, sample.rows],
                    sample,
                    self.split.classes[task],
                    self.ece_bins,
                    self.split.classes_to_show(task),
                )
            for ceiling in self.ceilings:
                if ceiling.name != UNDER_TRIAGE:
                    forecast = forecasts[ceiling.task]
                    figure = MEASURES[ceiling.measure].compute(forecast)
                    if isinstance(figure, np.ndarray):
                        figure = {"": over(forecast.sample, figure)}
                    measured[system, ceiling.name] = figure[ceiling.class_name]
        return measured


def _add_costs(set_up: SetUp, priced: Mapping[str, DecisionCosts]) -> np.ndarray:
    return FORMS * sum(priced[system].mean[task] for task, system in set_up.systems.items())


def _show(ceiling: Ceiling, figure: Replicated | None) -> CeilingFigure | None:
    """A figure with its interval, and whether it may be shown."""
    if figure is None or not figure.units:
        return None
    measure, first = MEASURES[ceiling.measure], figure.values[:, 0]
    estimate = estimate_score(figure.values, n_units=figure.units)
    low, high = estimate.interval()
    if not measure.is_share:
        return CeilingFigure(estimate.value, max(low, measure.least), high, figure.shown)
    low, high = np.clip((low, high), measure.least, measure.most).tolist()
    # Resamples of forms that all count, or of which none does, do not vary: exact binomial.
    limit = ((1 - LEVEL) / 2) ** (1 / figure.units)
    if (first == 0).all():
        high = 1 - limit
    if (first == 1).all():
        low = limit
    few = is_small_share(estimate.value * figure.n, figure.n)
    return CeilingFigure(estimate.value, low, high, shown=not few)


def _number(value: float) -> float | None:
    """NaN, a share of no forms, is no figure."""
    return None if np.isnan(value) else float(value)
