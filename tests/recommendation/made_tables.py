"""Tables of scored set-ups, made by hand, whose right answer is known."""

import numpy as np

from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, Table, list_set_ups
from intake_triage.recommendation.ceilings import CeilingFigure, list_ceilings
from intake_triage.tasks import TASKS

CLASSES = {"urgency": ("now", "soon", "later"), "specialty": ("heart", "skin")}
CEILINGS = list_ceilings(CLASSES, urgent_tiers=2)
FIGURES = {  # within the committed limits
    "under_triage": 0.05,
    "most_urgent_missed": 0.1,
    "severe_under_triage": 0.01,
    "over_triage": 0.3,
    "urgent_load": 1.5,
    "ece_urgency": 0.01,
    "ece_specialty": 0.01,
    "slope_now": 1.0,
    "slope_soon_or_above": 1.0,
    "intercept": 0.02,
}
INSIDE = {name: CeilingFigure(value, 0.9 * value, 1.1 * value) for name, value in FIGURES.items()}
N_UNITS = 1_000_000  # so many that Student's t is the normal distribution
SET_UPS = [*list_set_ups(TASKS), *list_set_ups(["urgency"]), *list_set_ups(["specialty"])]
RESAMPLES = 400


def _make_noise() -> np.ndarray:
    """A row a set-up: mean 0, variance 1, and none goes with another."""
    drawn = np.random.default_rng(0).normal(size=(RESAMPLES, len(SET_UPS)))
    orthogonal, _ = np.linalg.qr(drawn - drawn.mean(axis=0))
    return orthogonal.T * (RESAMPLES - 1) ** 0.5


NOISE = _make_noise()


def scored(
    set_up: SetUp,
    cost: float,
    *,
    error: float = 0.0,
    below_floor: tuple[str, ...] = (),
    **figures: float | None,
) -> ScoredSetUp:
    """`error` is the standard error of its cost; those of two set-ups add up by their squares."""
    costs = cost + error * np.concatenate([[0.0], NOISE[SET_UPS.index(set_up)]])
    return ScoredSetUp(set_up, costs, FIGURES | figures, below_floor)


def table_of(*rows: ScoredSetUp) -> Table:
    return Table(rows, N_UNITS)
