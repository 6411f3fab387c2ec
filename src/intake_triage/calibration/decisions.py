"""From probabilities to a class: the likeliest, the balanced, and the one of least expected cost.

Urgency tiers are in the order of `schema.json`, most urgent first: a higher index is a later tier.
Of equal classes the first is taken, which for urgency is the more urgent one.
"""

import numpy as np

from intake_triage.params import CostParams

URGENT_TIERS = 2  # the two most urgent, whose delay `decision.cost.too_late_urgent` is about


def decide_argmax(probabilities: np.ndarray) -> np.ndarray:
    """The likeliest class.

    Parameters
    ----------
    probabilities : float array of shape (..., n_classes)

    Returns
    -------
    int64 array of shape (...)
    """
    return probabilities.argmax(axis=-1)


def decide_balanced(probabilities: np.ndarray, class_weights: np.ndarray) -> np.ndarray:
    """The class whose probability times its weight is highest.

    Parameters
    ----------
    probabilities : float array of shape (..., n_classes)
        Calibrated by the calibrator that the weights were fitted with.
    class_weights : float array of shape (n_classes,)
        Above 0, as `fit_class_weights` gives them; all equal means the likeliest class.

    Returns
    -------
    int64 array of shape (...)
    """
    return (probabilities * class_weights).argmax(axis=-1)


def decide_least_cost(probabilities: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """The class whose expected cost is least.

    Parameters
    ----------
    probabilities : float array of shape (..., n_classes)
        Calibrated: a cost is weighed by what is believed.
    cost : float array of shape (n_classes, n_classes)
        Of the class decided on (column) where another is true (row).

    Returns
    -------
    int64 array of shape (...)

    References
    ----------
    Elkan (2001), The foundations of cost-sensitive learning.
    """
    return (probabilities @ cost).argmin(axis=-1)


def urgency_cost_matrix(n_tiers: int, params: CostParams) -> np.ndarray:
    """Cost of deciding on a tier (column) where another is true (row), in needless steps up.

    Parameters
    ----------
    n_tiers : int
    params : CostParams
        A cost a tier: `too_late_urgent` and `too_late` where the tier decided on is less urgent
        than the true one, which is among the two most urgent or is not; `too_early` where it is
        more urgent.

    Returns
    -------
    float64 array of shape (n_tiers, n_tiers)
        0 on the diagonal.
    """
    tier = np.arange(n_tiers)
    tiers_too_low = tier - tier[:, np.newaxis]  # (true, decided)
    too_late = np.where(tier < URGENT_TIERS, params.too_late_urgent, params.too_late)
    cost_a_tier = np.where(tiers_too_low > 0, too_late[:, np.newaxis], params.too_early)
    return np.abs(tiers_too_low) * cost_a_tier
