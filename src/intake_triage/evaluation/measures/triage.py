"""Clinical safety of urgency decisions: shares of forms, each with its denominator.

Every figure is a share of cells in the table of true tier (row) by tier decided on (column), tiers
most urgent first, so one re-weighted table a resample gives all of them.
"""

from dataclasses import dataclass

import numpy as np

from intake_triage.calibration.decisions import URGENT_TIERS
from intake_triage.evaluation.figures import DECIMALS, show_share
from intake_triage.evaluation.samples import Labelled
from intake_triage.statistics.bootstrap import replicate_confusions
from intake_triage.statistics.estimates import LEVEL

ALL_FORMS = "all forms with a tier"


@dataclass(frozen=True)
class Share:
    """Of the forms in the cells `of`, the share in the cells `counted`.

    Attributes
    ----------
    counted, of : bool arrays of shape (n_tiers, n_tiers)
        True tier by tier decided on; `counted` lies within `of`.
    denominator : the forms in `of`, in words
    """

    counted: np.ndarray
    of: np.ndarray
    denominator: str

    def measure(self, confusions: np.ndarray) -> np.ndarray:
        """The share, in [0, 1]; NaN where there is no form to count; (..., K, K) to (...)."""
        counted, of = ((confusions * cells).sum(axis=(-2, -1)) for cells in (self.counted, self.of))
        return np.divide(counted, of, out=np.full(of.shape, np.nan), where=of > 0)


def triage_shares(tiers: tuple[str, ...]) -> dict[str, Share]:
    """The figures that judge a triage as a whole.

    under_triage: a form of the most urgent tiers (`URGENT_TIERS` of them) is placed in a less
    urgent tier than the true one; severe_under_triage: two or more tiers too low; over_triage: a
    form of the other tiers is placed in a more urgent one; same_or_more_acute: any form is not
    placed in a less urgent tier.

    Parameters
    ----------
    tiers : tuple of str
        Most urgent first.
    """
    true, decided = np.indices((len(tiers), len(tiers)))
    urgent = true < URGENT_TIERS
    of_urgent = f"forms whose true tier is {' or '.join(tiers[:URGENT_TIERS])}"
    of_others = f"forms whose true tier is {' or '.join(tiers[URGENT_TIERS:])}"
    return {
        "under_triage": Share(urgent & (decided > true), urgent, of_urgent),
        "severe_under_triage": Share(urgent & (decided >= true + 2), urgent, of_urgent),
        "over_triage": Share(~urgent & (decided < true), ~urgent, of_others),
        "same_or_more_acute": Share(decided <= true, np.full(true.shape, True), ALL_FORMS),
    }


def tier_shares(tiers: tuple[str, ...]) -> dict[str, dict[str, Share]]:
    """Sensitivity and positive predictive value (`ppv`) by the name of the tier.

    Parameters
    ----------
    tiers : tuple of str
        Most urgent first.
    """
    true, decided = np.indices((len(tiers), len(tiers)))
    right = true == decided
    return {
        "sensitivity": {
            tier: Share(right & (true == k), true == k, f"forms whose true tier is {tier}")
            for k, tier in enumerate(tiers)
        },
        "ppv": {
            tier: Share(right & (decided == k), decided == k, f"forms placed in {tier}")
            for k, tier in enumerate(tiers)
        },
    }


def placement_shares(n_tiers: int) -> dict[str, Share]:
    """too_late, too_early: of all forms, those placed in a less, a more urgent tier than true."""
    true, decided = np.indices((n_tiers, n_tiers))
    everything = np.full(true.shape, True)
    return {
        "too_late": Share(decided > true, everything, ALL_FORMS),
        "too_early": Share(decided < true, everything, ALL_FORMS),
    }


@dataclass(frozen=True)
class Triage:
    """Urgency decisions on labelled forms, and their table under every weighting.

    Attributes
    ----------
    sample : Labelled
    placed : int array of shape (n_seeds, n_labelled)
    confusions : float array of shape (n_seeds, n_weightings, n_tiers, n_tiers)
    """

    sample: Labelled
    placed: np.ndarray
    confusions: np.ndarray

    def show(
        self, share: Share, *, decimals: int = DECIMALS, per: int = 1, level: float = LEVEL
    ) -> dict[str, float] | None:
        """`show_share` of a share, denominator and units counted."""
        counts = share.of[self.sample.labels, self.placed]  # (n_seeds, n_labelled)
        return show_share(
            share.measure(self.confusions),
            of=counts.sum(axis=1).mean(),
            n_units=len(np.unique(self.sample.unit[counts.any(axis=0)])),
            decimals=decimals,
            per=per,
            level=level,
        )

    def mean_cost(self, cost: np.ndarray) -> np.ndarray:
        """Cost of a form on average, (n_seeds, n_weightings).

        Parameters
        ----------
        cost : float array of shape (n_tiers, n_tiers)
            Of the tier decided on (column) where another is true (row).
        """
        return (self.confusions * cost).sum(axis=(-2, -1)) / self.confusions.sum(axis=(-2, -1))


def tabulate_triage(
    placed: np.ndarray, sample: Labelled, weightings: np.ndarray, *, n_tiers: int
) -> Triage:
    """Count true tier by tier decided on.

    Parameters
    ----------
    placed : int array of shape (n_seeds, n_labelled)
    sample : Labelled
    weightings : float array of shape (n_weightings, n_units)
    n_tiers : int
    """
    confusions = replicate_confusions(
        placed, sample.labels, sample.unit, weightings, n_classes=n_tiers
    )
    return Triage(sample, placed, confusions)
