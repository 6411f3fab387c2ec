"""What every set-up scores on one sample: cost and what the ceilings are about, with resamples.

The urgency part of a figure depends on the urgency system alone and the routing part on the other,
so each system is scored once and the set-ups are put together from these.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from intake_triage.evaluation.cuts import cut_names, cut_outcomes
from intake_triage.evaluation.measures.triage import triage_shares
from intake_triage.evaluation.samples import HeldOut, Labelled
from intake_triage.evaluation.system_scores import (
    DecisionCosts,
    Logits,
    Replicated,
    measure_calibration,
    price_decisions,
)
from intake_triage.params import CostParams
from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, list_set_ups
from intake_triage.recommendation.ceilings import SLOPE, UNDER_TRIAGE, Figure
from intake_triage.statistics.disclosure import is_small_share
from intake_triage.statistics.estimates import LEVEL, Estimate, estimate_score

FORMS = 1000  # that a cost is given for


@dataclass(frozen=True)
class SetUpScorer:
    """Scores all set-ups on one sample, under any costs.

    Attributes
    ----------
    logits : by trained system and task, float arrays of shape (n_seeds, n_records, n_classes)
        Calibrated. A system of one seed stands beside another's every seed.
    records : HeldOut
    weightings : float array of shape (n_weightings, n_units)
    cost : CostParams
        The present ones.
    ece_bins : int
    """

    logits: Logits
    records: HeldOut
    weightings: np.ndarray
    cost: CostParams
    ece_bins: int

    def table(self, cost: CostParams) -> list[ScoredSetUp]:
        """Means over seeds on the sample as it is, decisions made for these costs."""
        priced = self._price(self.weightings[:1], cost)
        return [self._score(set_up, priced, cost) for set_up in list_set_ups()]

    def resampled_tables(self) -> Iterator[list[ScoredSetUp]]:
        """The table under the present costs for each resample: cost and under-triage re-weighted.

        ECE and slopes stay those of the whole sample: a resample holds records several times over,
        which looks like miscalibration in bins, and a slope is known to first order only.
        """
        table = self.table(self.cost)
        costs = [self.replicate_cost(scored.set_up).mean(axis=0) for scored in table]
        shares = [
            self._priced[scored.set_up.urgency].under_triage.mean(axis=0) for scored in table
        ]  # each (n_weightings,)
        for k in range(1, len(self.weightings)):
            yield [
                replace(
                    scored,
                    cost=float(cost[k]),
                    figures={**scored.figures, UNDER_TRIAGE: _number(share[k])},
                )
                for scored, cost, share in zip(table, costs, shares, strict=True)
            ]

    def replicate_cost(self, set_up: SetUp) -> Replicated:
        """Cost of `FORMS` forms under the present costs, (n_seeds, n_weightings)."""
        return _cost(set_up, self._priced, self.cost)

    def estimate_cost(self, set_up: SetUp) -> Estimate:
        """The same with its uncertainty."""
        return estimate_score(self.replicate_cost(set_up), n_units=self.records.n_units)

    def figures(self, set_up: SetUp) -> dict[str, Figure | None]:
        """By ceiling, the figure under the present costs with its 95 % interval."""
        urgency, specialty = (self.records.labelled(task) for task in ("urgency", "specialty"))
        shown: dict[str, Figure | None] = {
            UNDER_TRIAGE: self._show_under_triage(set_up.urgency, urgency)
        }
        for name, replicates in self._calibration_of(set_up).items():
            sample = specialty if name.endswith("specialty") else urgency
            shown[name] = None
            if replicates is not None:
                estimate = estimate_score(replicates, n_units=sample.n_units)
                low, high = estimate.interval()
                shown[name] = Figure(
                    estimate.value,
                    low if name.startswith(SLOPE) else max(low, 0.0),
                    high,
                    may_be_shown=name not in self._few_beyond,
                )
        return shown

    def _show_under_triage(self, system: str, sample: Labelled) -> Figure | None:
        replicates = self._priced[system].under_triage
        share = triage_shares(self.records.classes["urgency"])[UNDER_TRIAGE]
        urgent = sample.where(share.of.any(axis=1)[sample.labels])
        if not urgent.n_units:
            return None
        estimate = estimate_score(replicates, n_units=urgent.n_units)
        low, high = np.clip(estimate.interval(), 0, 1).tolist()
        # Resamples of forms that all count, or of which none does, do not vary: exact binomial.
        limit = ((1 - LEVEL) / 2) ** (1 / urgent.n_units)
        if (replicates[:, 0] == 0).all():
            high = 1 - limit
        if (replicates[:, 0] == 1).all():
            low = limit
        n_urgent = len(urgent.rows)
        few = is_small_share(estimate.value * n_urgent, n_urgent)
        return Figure(estimate.value, low, high, may_be_shown=not few)

    def _score(
        self, set_up: SetUp, priced: Mapping[str, DecisionCosts], cost: CostParams
    ) -> ScoredSetUp:
        figures = {
            UNDER_TRIAGE: priced[set_up.urgency].under_triage,
            **self._calibration_of(set_up),
        }
        return ScoredSetUp(
            set_up,
            float(_cost(set_up, priced, cost)[:, 0].mean()),
            {
                name: None if it is None else _number(it[:, 0].mean())
                for name, it in figures.items()
            },
        )

    def _calibration_of(self, set_up: SetUp) -> dict[str, Replicated | None]:
        of_urgency = self._calibration[set_up.urgency]["urgency"]
        of_both = of_urgency | self._calibration[set_up.specialty]["specialty"]
        return dict(sorted(of_both.items(), key=lambda item: item[0].startswith(SLOPE)))

    def _price(self, weightings: np.ndarray, cost: CostParams) -> dict[str, DecisionCosts]:
        return {
            system: price_decisions(logits, self.records, weightings, cost)
            for system, logits in self.logits.items()
        }

    @cached_property
    def _priced(self) -> dict[str, DecisionCosts]:
        return self._price(self.weightings, self.cost)

    @cached_property
    def _calibration(self):
        return measure_calibration(
            self.logits, self.records, self.weightings, ece_bins=self.ece_bins
        )

    @cached_property
    def _few_beyond(self) -> set[str]:
        """The ceilings about cuts with few people on one side, whose slope may not be shown."""
        tiers, labels = self.records.classes["urgency"], self.records.labelled("urgency").labels
        above = cut_outcomes(labels, n_tiers=len(tiers)).sum(axis=0)  # (n_cuts,)
        cuts = zip(cut_names(tiers), above, strict=True)
        return {SLOPE + cut for cut, count in cuts if is_small_share(count, len(labels))}


def _cost(set_up: SetUp, priced: Mapping[str, DecisionCosts], cost: CostParams) -> Replicated:
    urgency, misrouted = priced[set_up.urgency].urgency, priced[set_up.specialty].misrouted
    return FORMS * (urgency + cost.misroute * misrouted)


def _number(value: float) -> float | None:
    """NaN, a share of no forms, is no figure."""
    return None if np.isnan(value) else float(value)
