"""From probabilities to a class: the likeliest, the balanced, and the one of least expected cost.

Urgency tiers are in the order of `schema.json`, most urgent first: a higher index is a later tier.
Of equal classes the first is taken, which for urgency is the more urgent one.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intake_triage.files import read_json, write_json
from intake_triage.params import DecisionParams


@dataclass(frozen=True)
class DecisionRules:
    """What turns what a forecaster says of one task into decisions and sets.

    Attributes
    ----------
    temperature : float
        What the logarithm of the averaged calibrated probabilities is divided by.
    class_weights : float array of shape (n_classes,)
        For `decide_balanced` on calibrated probabilities; all 1 where balancing gains nothing.
    thresholds : float array of shape (n_classes,)
        For `prediction_sets` on averaged raw probabilities; may be infinite.
    """

    temperature: float
    class_weights: np.ndarray
    thresholds: np.ndarray


def decide_argmax(probabilities: np.ndarray) -> np.ndarray:
    """The likeliest class: (..., n_classes) probabilities to int64 of shape (...)."""
    return probabilities.argmax(axis=-1)


def decide_balanced(probabilities: np.ndarray, class_weights: np.ndarray) -> np.ndarray:
    """The class whose probability times its weight is highest, (..., n_classes) to (...).

    Probabilities are calibrated by the calibrator that the weights, of shape (n_classes,) and above
    0, were fitted with; equal weights mean the likeliest class.
    """
    return (probabilities * class_weights).argmax(axis=-1)


def decide_least_cost(probabilities: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """The class whose expected cost is least, (..., n_classes) to (...).

    Probabilities are calibrated: a cost is weighed by what is believed. `cost`, of shape
    (n_classes, n_classes), is of the class decided on (column) where another is true (row).

    References
    ----------
    Elkan (2001), The foundations of cost-sensitive learning.
    """
    return (probabilities @ cost).argmin(axis=-1)


def missed_urgent_probability(
    probabilities: np.ndarray, decided: np.ndarray, urgent_tiers: int
) -> np.ndarray:
    """Probability that the decision misses an urgent form: the order in which a nurse gets forms.

    That is, that the true tier is one of the first `urgent_tiers` and above the tier decided on:
    0 for a form in the most urgent tier. Calibrated probabilities of shape (..., n_tiers) and tiers
    of shape (...) to (...), in [0, 1].
    """
    tier = np.arange(probabilities.shape[-1])
    missed = (tier < urgent_tiers) & (tier < decided[..., np.newaxis])
    return (probabilities * missed).sum(axis=-1)


def fit_nurse_threshold(missed: np.ndarray, *, nurse_share: float) -> float:
    """The probability of a missed urgent form above which a form goes to a nurse.

    The lowest of those in `missed`, of shape (n_records,), that at most the share `nurse_share`
    of them, in (0, 1), lies above.
    """
    # 1e-9: a product that is a whole number is one, whatever its last binary digit.
    rank = int(np.ceil(len(missed) * (1 - nurse_share) - 1e-9))
    return float(np.sort(missed)[max(rank, 1) - 1])


def urgency_cost_matrix(n_tiers: int, params: DecisionParams) -> np.ndarray:
    """Cost of deciding on a tier (column) where another is true (row), in needless steps up.

    A cost a tier: `too_late_urgent` and `too_late` where the tier decided on is less urgent than
    the true one, which is one of the first `urgent_tiers` or is not; `too_early` where it is more
    urgent.
    """
    cost = params.cost
    tier = np.arange(n_tiers)
    tiers_too_low = tier - tier[:, np.newaxis]  # (true, decided)
    too_late = np.where(tier < params.urgent_tiers, cost.too_late_urgent, cost.too_late)
    cost_a_tier = np.where(tiers_too_low > 0, too_late[:, np.newaxis], cost.too_early)
    return np.abs(tiers_too_low) * cost_a_tier


def cut_thresholds(n_tiers: int, params: DecisionParams) -> np.ndarray:
    """From what probability on a form belongs above each cut, as the costs imply, (n_tiers - 1,).

    The cost of a tier too high over that and the cost of one too low (Elkan 2001): that of the tier
    just above the cut, though forms of more urgent tiers lie above it too.
    """
    late = np.diag(urgency_cost_matrix(n_tiers, params), k=1)
    return params.cost.too_early / (params.cost.too_early + late)


def write_decision_rules(path: Path, rules: DecisionRules) -> None:
    """Write `temperature`, `class_weights`, `conformal_thresholds`; null for an infinite one."""
    write_json(
        path,
        {
            "temperature": rules.temperature,
            "class_weights": rules.class_weights.tolist(),
            "conformal_thresholds": [
                float(q) if np.isfinite(q) else None for q in rules.thresholds
            ],
        },
    )


def read_decision_rules(path: Path) -> DecisionRules:
    """Read what `write_decision_rules` wrote."""
    rules = read_json(path)
    thresholds = [np.inf if q is None else q for q in rules["conformal_thresholds"]]
    return DecisionRules(
        rules["temperature"], np.array(rules["class_weights"]), np.array(thresholds)
    )
