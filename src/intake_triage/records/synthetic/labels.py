"""From latents to labels: urgency by an ordered probit with noise, specialty by routing."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from intake_triage.records.synthetic.catalogue import Catalogue
from intake_triage.records.synthetic.chances import ChanceTable, normalise
from intake_triage.records.synthetic.classes import N_LEVELS, SPECIALTY

TIER_SHARES = np.array([0.04, 0.18, 0.43, 0.35])  # most urgent first
N_CHILD_BANDS = 2  # age bands under 18
JUDGEMENT_SPREAD = 0.15  # of the nurse's score, in levels

# Chance of the recorded tier (column) given the true one (row): slips to the tier beside it. Few
# leave the second tier for the first, which keeps the rare first tier mostly true.
TIER_NOISE = np.array(
    [
        [0.95, 0.05, 0.00, 0.00],
        [0.01, 0.95, 0.04, 0.00],
        [0.00, 0.02, 0.96, 0.02],
        [0.00, 0.00, 0.03, 0.97],
    ]
)


@dataclass(frozen=True)
class LabelTables:
    """Chances of the labels given the latents.

    Attributes
    ----------
    urgency : chances of shape (N_LEVELS, N_LEVELS, 4)
        By severity and course, noise included.
    specialty : chances of shape (n_sites, 2, n_conditions, 12)
        By site, adult or child (under 18), and condition.
    """

    urgency: ChanceTable
    specialty: ChanceTable


def is_child(band: np.ndarray) -> np.ndarray:
    """1 for the age bands under 18, else 0: int array of the shape of `band`."""
    return (band < N_CHILD_BANDS).astype(np.int64)


def build_label_tables(
    catalogue: Catalogue,
    *,
    severity_shares: np.ndarray,
    course_shares: np.ndarray,
    task_relatedness: float,
    routing_habit: np.ndarray,
    noisy: float,
) -> LabelTables:
    """Tabulate both labels; the cuts between tiers are set so that their shares are as wanted.

    A share `noisy` of the tiers is drawn by lot from these shares, which therefore stay.
    """
    urgency = _urgency_table(severity_shares, course_shares, task_relatedness)
    return LabelTables(
        urgency=ChanceTable((1 - noisy) * urgency + noisy * TIER_SHARES),
        specialty=ChanceTable(_specialty_table(catalogue, routing_habit)),
    )


def _urgency_table(
    severity_shares: np.ndarray, course_shares: np.ndarray, relatedness: float
) -> np.ndarray:
    """Ordered probit (McKelvey & Zavoina 1975) on a mix of severity and course.

    The mix has weights (r, 1 − r), scaled to length 1 so that the spread of judgement weighs the
    same at every setting of the dial.
    """
    weights = np.array([relatedness, 1 - relatedness]) / np.hypot(relatedness, 1 - relatedness)
    levels = np.arange(N_LEVELS)
    score = weights[0] * levels[:, None] + weights[1] * levels  # (severity, course)
    shares = np.outer(severity_shares, course_shares)
    before_noise = np.linalg.solve(TIER_NOISE.T, TIER_SHARES)
    above = [np.zeros_like(score)]
    for wanted in np.cumsum(before_noise)[:-1]:

        def excess(cut: float, wanted: float = wanted) -> float:
            return _exceeding(score, cut)[shares > 0] @ shares[shares > 0] - wanted

        above.append(_exceeding(score, brentq(excess, -5.0, 2.0 * N_LEVELS)))
    above.append(np.ones_like(score))
    return np.diff(np.stack(above, axis=-1), axis=-1) @ TIER_NOISE


def _exceeding(score: np.ndarray, cut: float) -> np.ndarray:
    """Chance that the judged score lies above the cut."""
    return norm.cdf((score - cut) / JUDGEMENT_SPREAD)


def _specialty_table(catalogue: Catalogue, routing_habit: np.ndarray) -> np.ndarray:
    """Routing of the condition, bent by the site's habit."""
    routing = np.zeros((2, len(catalogue.conditions), len(SPECIALTY)))
    for c, condition in enumerate(catalogue.conditions.values()):
        for child, shares in enumerate((condition.routing, condition.child_routing)):
            for name, share in (shares or condition.routing).items():
                routing[child, c, SPECIALTY.index(name)] = share
    return normalise(routing[None] * routing_habit[:, None, None, :])
