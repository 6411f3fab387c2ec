"""Urgency's ordinal cuts: are the odds of being above one right?

A cut asks whether a form is at least as urgent as a tier, one yes-or-no question a cut, and is
known by the least urgent of the tiers above it. There is one fewer than there are tiers. Intercept
and slope are those of a logistic recalibration.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logsumexp
from sklearn.linear_model import LogisticRegression

from intake_triage.evaluation.measures.measure import ByClass, Forecast, Replicated, measure, over
from intake_triage.statistics.bootstrap import replicate_mean
from intake_triage.statistics.disclosure import is_small_share

# The mean of p (1 − p) under which an intercept, fitted to sums of p that are rounded, keeps fewer
# than half of a float's digits.
FLAT = np.sqrt(np.finfo(np.float64).eps)


def cut_names(tiers: tuple[str, ...]) -> tuple[str, ...]:
    """The cuts' names, most urgent first: a tier, then "or_above" where others lie above it."""
    return (*tiers[:1], *(f"{tier}_or_above" for tier in tiers[1:-1]))


def cut_outcomes(labels: np.ndarray, *, n_tiers: int) -> np.ndarray:
    """Which records are above each cut, bool of shape (n_records, n_tiers - 1)."""
    return labels[:, np.newaxis] <= np.arange(n_tiers - 1)


def cut_logits(logits: np.ndarray) -> np.ndarray:
    """Log-odds of being above each cut, (..., n_tiers) to float64 of shape (..., n_tiers - 1).

    Finite however near to 0 or 1 the probability is; logits need not be normalised.
    """
    logits = np.float64(logits)
    above = [
        logsumexp(logits[..., : k + 1], axis=-1) - logsumexp(logits[..., k + 1 :], axis=-1)
        for k in range(logits.shape[-1] - 1)
    ]
    return np.stack(above, axis=-1)


@dataclass(frozen=True)
class Coefficient:
    """A fitted coefficient, and what each record has to do with it.

    `influence`, of shape (n_records,), sums to 0: under other weights on the records the
    coefficient is, to first order, `value` plus the weighted mean of `influence`.
    """

    value: float
    influence: np.ndarray


def fit_intercept(log_odds: np.ndarray, outcomes: np.ndarray) -> Coefficient | None:
    """a of logit P(outcome) = a + log_odds: calibration in the large.

    0 for a calibrated model, above 0 where the outcome is commoner than said. None where all
    outcomes, bool of shape (n_records,) as the finite log-odds, are the same; also where the odds
    are so extreme that many shifts fit alike to the last digit, as those of a sure model that is
    right throughout. Otherwise, unlike a slope, it is there though a threshold tells all apart.

    References
    ----------
    Cox (1958), Two further applications of a model for binary regression. Van Calster et al.
    (2019), Calibration: the Achilles heel of predictive analytics.
    """
    if outcomes.all() or not outcomes.any():
        return None
    value = brentq(
        lambda shift: (outcomes - expit(log_odds + shift)).sum(),
        -log_odds.max() - 50,  # here every fitted probability is all but 0, at the other end all
        -log_odds.min() + 50,  # but 1: the root lies between
    )
    fitted = expit(log_odds + value)
    if (fitted * (1 - fitted)).mean() < FLAT:
        return None
    influence = _influence(np.ones((len(log_odds), 1)), outcomes, fitted)
    return Coefficient(float(value), influence[:, 0])


def fit_slope(log_odds: np.ndarray, outcomes: np.ndarray) -> Coefficient | None:
    """b of logit P(outcome) = a + b · log_odds, by maximum likelihood.

    Arrays as in `fit_intercept`.

    1 for a calibrated model, below 1 where the odds are too extreme, above 1 where they are not
    extreme enough. None where the likelihood has no finite maximum: the odds are all the same, or
    a threshold on them tells all outcomes apart.

    References
    ----------
    As for `fit_intercept`. Albert, Anderson (1984), On the existence of maximum likelihood
    estimates in logistic regression models.
    """
    if not _outcomes_overlap(log_odds, outcomes):
        return None
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-9)
    model.fit(log_odds[:, np.newaxis], outcomes)
    design = np.column_stack([np.ones(len(log_odds)), log_odds])  # (n_records, 2)
    value = float(model.coef_[0, 0])
    fitted = expit(model.intercept_[0] + value * log_odds)
    return Coefficient(value, _influence(design, outcomes, fitted)[:, 1])


@measure("slope", "slope", judges="probabilities", tasks=("urgency",))
def slope(forecast: Forecast) -> ByClass:
    """`fit_slope` of every cut."""
    return _by_cut(fit_slope, forecast)


@measure("intercept", "intercept", judges="probabilities", tasks=("urgency",))
def intercept(forecast: Forecast) -> ByClass:
    """`fit_intercept` of every cut: calibration in the large."""
    return _by_cut(fit_intercept, forecast)


@measure(
    "observed_to_expected",
    "observed to expected",
    judges="probabilities",
    tasks=("urgency",),
    least=0,
)
def observed_to_expected(forecast: Forecast) -> ByClass:
    """Forms above each cut for each that the probabilities add up to: calibration in the large."""
    sample, tiers = forecast.sample, forecast.classes
    outcomes = cut_outcomes(sample.labels, n_tiers=len(tiers)).T  # (n_cuts, n_labelled)
    chances = np.moveaxis(expit(cut_logits(forecast.logits)), -1, 1)
    ratio = sample.mean(outcomes) / sample.mean(chances)  # (n_seeds, n_cuts, n_weights)
    few = [
        is_small_share(above.sum(), len(above), smallest_shown=sample.smallest_shown)
        for above in outcomes
    ]
    return {
        name: replace(over(sample, ratio[:, k]), shown=not few[k])
        for k, name in enumerate(cut_names(tiers))
    }


def _by_cut(
    fit: Callable[[np.ndarray, np.ndarray], Coefficient | None], forecast: Forecast
) -> ByClass:
    """A coefficient a cut: none where a seed has none, hidden where few people lie on a side."""
    sample, tiers = forecast.sample, forecast.classes
    outcomes = cut_outcomes(sample.labels, n_tiers=len(tiers))  # (n_labelled, n_cuts)
    log_odds = cut_logits(forecast.logits)  # (n_seeds, n_labelled, n_cuts)
    figures: dict[str, Replicated | None] = {}
    for k, name in enumerate(cut_names(tiers)):
        by_seed = [fit(seed[:, k], outcomes[:, k]) for seed in log_odds]
        figures[name] = None
        if all(coefficient is not None for coefficient in by_seed):
            few = is_small_share(
                outcomes[:, k].sum(), len(outcomes), smallest_shown=sample.smallest_shown
            )
            values = replicate_coefficients(by_seed, sample.unit, sample.weights)
            figures[name] = Replicated(values, len(outcomes), sample.n_units, shown=not few)
    return figures


def replicate_coefficients(
    by_seed: list[Coefficient], unit: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """The coefficient of each seed in every resample, to first order, (n_seeds, n_weights)."""
    values = np.array([[coefficient.value] for coefficient in by_seed])
    influences = np.stack([coefficient.influence for coefficient in by_seed])
    return values + replicate_mean(influences, unit, weights)


def _outcomes_overlap(log_odds: np.ndarray, outcomes: np.ndarray) -> bool:
    if outcomes.all() or not outcomes.any():
        return False
    yes, no = log_odds[outcomes], log_odds[~outcomes]
    return bool(no.max() > yes.min() and yes.max() > no.min())


def _influence(design: np.ndarray, outcomes: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Of each record on each coefficient of a logistic fit, (n_records, n_coefficients)."""
    information = (design * (fitted * (1 - fitted))[:, np.newaxis]).T @ design / len(design)
    scores = design * (outcomes - fitted)[:, np.newaxis]
    return np.linalg.solve(information, scores.T).T
