"""Are the odds of being above a cut right? Intercept and slope by logistic recalibration."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from intake_triage.evaluation.cuts import cut_logits, cut_names, cut_outcomes
from intake_triage.evaluation.samples import Labelled
from intake_triage.statistics.bootstrap import replicate_mean
from intake_triage.statistics.disclosure import is_small_share
from intake_triage.statistics.estimates import estimate_score

DECIMALS = 4


@dataclass(frozen=True)
class Coefficient:
    """A fitted coefficient, and what each record has to do with it.

    Attributes
    ----------
    value : float
    influence : float array of shape (n_records,)
        Sums to 0. Under other weights on the records the coefficient is, to first order, `value`
        plus the weighted mean of `influence`.
    """

    value: float
    influence: np.ndarray


def fit_intercept(log_odds: np.ndarray, outcomes: np.ndarray) -> Coefficient | None:
    """a of logit P(outcome) = a + log_odds: calibration in the large.

    0 for a calibrated model, above 0 where the outcome is commoner than said.

    Parameters
    ----------
    log_odds : float array of shape (n_records,)
        Finite.
    outcomes : bool array of shape (n_records,)

    Returns
    -------
    Coefficient, or None where all outcomes are the same.

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
    influence = _influence(np.ones((len(log_odds), 1)), outcomes, expit(log_odds + value))
    return Coefficient(float(value), influence[:, 0])


def fit_slope(log_odds: np.ndarray, outcomes: np.ndarray) -> Coefficient | None:
    """b of logit P(outcome) = a + b · log_odds, by maximum likelihood.

    1 for a calibrated model, below 1 where the odds are too extreme, above 1 where they are not
    extreme enough.

    Parameters
    ----------
    log_odds : float array of shape (n_records,)
        Finite.
    outcomes : bool array of shape (n_records,)

    Returns
    -------
    Coefficient, or None where the likelihood has no finite maximum: the odds are all the same, or
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


def score_cuts(
    logits: np.ndarray, sample: Labelled, weightings: np.ndarray, tiers: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    """Slope and intercept of every cut, means over seeds with their 95 % intervals.

    Parameters
    ----------
    logits : float array of shape (n_seeds, n_labelled, n_tiers)
    sample : Labelled
        With urgency as its labels.
    weightings : float array of shape (n_weightings, n_units)
    tiers : tuple of str
        Most urgent first.

    Returns
    -------
    dict
        By cut: slope and intercept, each `value`, `low`, `high`, or None where there is none or
        few people lie on one side of the cut.
    """
    outcomes = cut_outcomes(sample.labels, n_tiers=len(tiers))  # (n_labelled, n_cuts)
    log_odds = cut_logits(logits)  # (n_seeds, n_labelled, n_cuts)
    return {
        name: {
            "slope": _estimate(fit_slope, log_odds[..., k], outcomes[:, k], sample, weightings),
            "intercept": _estimate(
                fit_intercept, log_odds[..., k], outcomes[:, k], sample, weightings
            ),
        }
        for k, name in enumerate(cut_names(tiers))
    }


def _estimate(
    fit: Callable[[np.ndarray, np.ndarray], Coefficient | None],
    log_odds: np.ndarray,
    outcomes: np.ndarray,
    sample: Labelled,
    weightings: np.ndarray,
) -> dict[str, float] | None:
    by_seed = [fit(seed, outcomes) for seed in log_odds]
    few = is_small_share(outcomes.sum(), len(outcomes))
    if few or any(coefficient is None for coefficient in by_seed):
        return None
    replicates = replicate_coefficients(by_seed, sample.unit, weightings)
    return estimate_score(replicates, n_units=sample.n_units).rounded(DECIMALS)


def replicate_slopes(
    logits: np.ndarray, sample: Labelled, weightings: np.ndarray, tiers: tuple[str, ...]
) -> dict[str, np.ndarray | None]:
    """Slope of every cut under every weighting.

    Parameters
    ----------
    As in `score_cuts`.

    Returns
    -------
    dict
        By cut, a float array of shape (n_seeds, n_weightings), or None where a seed has no slope.
    """
    outcomes = cut_outcomes(sample.labels, n_tiers=len(tiers))  # (n_labelled, n_cuts)
    log_odds = cut_logits(logits)  # (n_seeds, n_labelled, n_cuts)
    slopes: dict[str, np.ndarray | None] = {}
    for k, name in enumerate(cut_names(tiers)):
        by_seed = [fit_slope(seed[:, k], outcomes[:, k]) for seed in log_odds]
        found = all(coefficient is not None for coefficient in by_seed)
        slopes[name] = replicate_coefficients(by_seed, sample.unit, weightings) if found else None
    return slopes


def replicate_coefficients(
    by_seed: list[Coefficient], unit: np.ndarray, weightings: np.ndarray
) -> np.ndarray:
    """The coefficient of each seed under every weighting, to first order.

    Parameters
    ----------
    by_seed : list of Coefficient
    unit, weightings
        As in `weigh_sums`.

    Returns
    -------
    float64 array of shape (n_seeds, n_weightings)
    """
    values = np.array([[coefficient.value] for coefficient in by_seed])
    influences = np.stack([coefficient.influence for coefficient in by_seed])
    return values + replicate_mean(influences, unit, weightings)


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
