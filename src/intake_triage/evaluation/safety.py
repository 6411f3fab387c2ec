"""Clinical safety of urgency decisions: shares of forms, each with its denominator.

Every figure is a share of cells in the table of true tier (row) by tier decided on (column), tiers
most urgent first, so one re-weighted table a resample gives all of them.
"""

from dataclasses import dataclass

import numpy as np

from intake_triage.calibration.decisions import URGENT_TIERS


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

    def count(self, confusions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Forms counted and forms they are counted of; (..., n_tiers, n_tiers) to (...) each."""
        return tuple((confusions * cells).sum(axis=(-2, -1)) for cells in (self.counted, self.of))

    def measure(self, confusions: np.ndarray) -> np.ndarray:
        """The share, in [0, 1]; NaN where there is no form to count; (..., K, K) to (...)."""
        counted, of = self.count(confusions)
        return np.divide(counted, of, out=np.full(np.shape(of), np.nan), where=of > 0)


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
        "same_or_more_acute": Share(decided <= true, np.full(true.shape, True), "all forms"),
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


def mean_cost(confusions: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Cost of a form on average.

    Parameters
    ----------
    confusions : float array of shape (..., n_classes, n_classes)
    cost : float array of shape (n_classes, n_classes)
        Of the class decided on (column) where another is true (row).

    Returns
    -------
    float64 array of shape (...)
    """
    return (confusions * cost).sum(axis=(-2, -1)) / confusions.sum(axis=(-2, -1))
