"""The floor of usefulness: of urgency, a set-up must gain over every rule that ignores the form.

Each tier for all, at least cost; and at each cut, by net benefit, all forms for above it and none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.calibration.decisions import (
    cut_thresholds,
    decide_least_cost,
    urgency_cost_matrix,
)
from intake_triage.evaluation.curves.net_benefit import record_net_benefits
from intake_triage.evaluation.measures.cut_calibration import cut_names, cut_outcomes
from intake_triage.evaluation.measures.triage import COST_DECIMALS, FORMS
from intake_triage.evaluation.samples import Sample
from intake_triage.params import DecisionParams
from intake_triage.statistics.disclosure import SHARE_DECIMALS, is_small_share
from intake_triage.statistics.estimates import Estimate, estimate_score

DECIMALS = {"cost": COST_DECIMALS, "net_benefit": SHARE_DECIMALS}


@dataclass(frozen=True)
class Gain:
    """What a forecaster gains over one rule that ignores the form.

    Attributes
    ----------
    measure : str
        cost, of 1,000 forms, or net_benefit.
    class_name : str
        The tier that the rule gives to all, or the cut.
    against : str
        all or none: the forms that it takes for above the cut; "all" get the tier.
    values : float array of shape (n_weights,)
        Above 0 in the forecaster's favour.
    units : int
        That have a form with a tier, on which the gain rests.
    shown : bool
        False where it would tell of a few people.
    """

    measure: str
    class_name: str
    against: str
    values: np.ndarray
    units: int
    shown: bool = True

    @property
    def name(self) -> str:
        """Its name in files."""
        return f"{self.measure}_{self.class_name}_for_{self.against}"

    @property
    def estimate(self) -> Estimate:
        return estimate_score(self.values[np.newaxis], n_units=self.units)

    @property
    def status(self) -> str:
        """Of the 95 % interval: met above 0, broken below, not_shown where it holds 0."""
        low, high = self.estimate.interval()
        return "met" if low > 0 else "broken" if high < 0 else "not_shown"

    def describe(self) -> dict[str, Any]:
        """What it is about, with its interval and status, as files show them."""
        numbers = dict.fromkeys(("value", "low", "high"))
        if self.shown:
            numbers = self.estimate.rounded(DECIMALS[self.measure])
        about = {"measure": self.measure, "class_name": self.class_name, "against": self.against}
        return about | numbers | {"status": self.status}


@dataclass(frozen=True)
class UrgencyReplicates:
    """A forecaster's least-cost decisions on urgency under every row of bootstrap weights.

    Attributes
    ----------
    cost : float array of shape (n_weights,)
        Of 1,000 forms.
    gains : list of Gain
        Without the cuts that no form, or every one, lies above.
    """

    cost: np.ndarray
    gains: list[Gain]


def replicate_urgency(
    chances: Mapping[str, np.ndarray],
    sample: Sample,
    tiers: tuple[str, ...],
    decision: DecisionParams,
) -> dict[str, UrgencyReplicates]:
    """By forecaster, what its decisions cost and gain.

    `chances` are calibrated probabilities of shape (n_labelled, n_tiers). What all of them and the
    rules that ignore the form add up to is re-weighted in one product. Units that the first row of
    weights leaves out, as one of a half of them does, are not there.
    """
    units = len(np.unique(sample.unit[sample.weights[0, sample.unit] > 0]))
    cost = urgency_cost_matrix(len(tiers), decision)  # (true, decided)
    thresholds = cut_thresholds(len(tiers), decision)
    outcomes = cut_outcomes(sample.labels, n_tiers=len(tiers))  # (n_labelled, n_cuts)
    above = {name: each.cumsum(axis=1)[:, :-1] for name, each in chances.items()}
    for_all = [
        FORMS * cost[sample.labels],
        _net_benefits(np.ones(outcomes.shape), outcomes, thresholds),
    ]
    own = [
        part
        for name, each in chances.items()
        for part in (
            FORMS * cost[sample.labels, decide_least_cost(each, cost), np.newaxis],
            _net_benefits(above[name], outcomes, thresholds),
        )
    ]
    rows = sample.mean(np.hstack([*for_all, *own]).T)  # (…, n_weights)
    of_rules, *of_each = np.split(rows, np.arange(len(chances)) * len(tiers) + 2 * len(tiers) - 1)
    on_both_sides = np.flatnonzero(outcomes.any(axis=0) & ~outcomes.all(axis=0))
    replicates = {}
    for (name, each), of_own in zip(above.items(), of_each, strict=True):
        taken = (each >= thresholds).sum(axis=0)
        shown = {
            int(k): not is_small_share(taken[k], len(each), smallest_shown=sample.smallest_shown)
            for k in on_both_sides
        }
        gains = list(_list_gains(of_own, of_rules, tiers, units, shown))
        replicates[name] = UrgencyReplicates(of_own[0], gains)
    return replicates


def _list_gains(
    own: np.ndarray,
    of_rules: np.ndarray,
    tiers: tuple[str, ...],
    units: int,
    shown: Mapping[int, bool],
) -> Iterator[Gain]:
    """Over each tier for all, then at each cut of `shown`, which says whether it may be shown.

    Arrays are of shape (…, n_weights): a forecaster's cost, of the rules the cost of each tier;
    then net benefits by cut, of the rules those of taking all forms for above it.
    """
    for tier, always in zip(tiers, of_rules, strict=False):
        yield Gain("cost", tier, "all", always - own[0], units)
    for k, is_shown in shown.items():
        cut, benefit, of_all = cut_names(tiers)[k], own[1 + k], of_rules[len(tiers) + k]
        yield Gain("net_benefit", cut, "all", benefit - of_all, units, is_shown)
        yield Gain("net_benefit", cut, "none", benefit, units, is_shown)


def _net_benefits(chances: np.ndarray, outcomes: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """What each form adds at each cut, (n_labelled, n_cuts) as the first two."""
    by_cut = zip(chances.T, outcomes.T, thresholds, strict=True)
    return np.stack([record_net_benefits(*cut[:2], threshold=cut[2]) for cut in by_cut], axis=1)
