"""Where the coverage of a class's prediction sets should lie on test, if their promise is kept."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import betabinom

from intake_triage.evaluation.uncertainty import ALPHA


@dataclass(frozen=True)
class Band:
    """Where the coverage of one class should lie, in 95 % of repetitions.

    Attributes
    ----------
    low, high : float
        In [0, 1].
    """

    low: float
    high: float

    def holds(self, coverage: float) -> bool:
        """Whether `coverage` lies in the band; 1e-9 forgives its last binary digit."""
        return self.low - 1e-9 <= coverage <= self.high + 1e-9


def threshold_rank(n_calibrate: int, *, alpha: float) -> int:
    """Which of a class's scores, lowest first, is its threshold; above n_calibrate: none is."""
    return int(np.ceil((n_calibrate + 1) * (1 - alpha) - 1e-9))


def beta_binomial_band(n_calibrate: int, n_test: int, *, alpha: float) -> Band:
    """The band where all records of the class, in both splits, are exchangeable.

    Parameters
    ----------
    n_calibrate, n_test : int
        Records of the class; without any on test every coverage will do.
    alpha : float
        In (0, 1): the share of records whose set may lack the class.

    References
    ----------
    Vovk (2012), Conditional validity of inductive conformal predictors: given the threshold, the
    coverage of new records is a beta variable.
    """
    rank = threshold_rank(n_calibrate, alpha=alpha)
    if n_test == 0:
        return Band(0.0, 1.0)
    if rank > n_calibrate:
        return Band(1.0, 1.0)
    covered = betabinom(n_test, rank, n_calibrate + 1 - rank)
    return Band(covered.ppf(ALPHA / 2) / n_test, covered.ppf(1 - ALPHA / 2) / n_test)


def grouped_band(
    calibrate_scores: np.ndarray,
    calibrate_weights: np.ndarray,
    test_scores: np.ndarray,
    test_weights: np.ndarray,
    *,
    alpha: float,
) -> Band:
    """The band where records come in groups: by the bootstrap of whole groups in both splits.

    Each resample fits its own threshold and counts its own coverage; what these spread around the
    coverage seen, the coverage of a kept promise would spread around the one expected.

    Parameters
    ----------
    calibrate_scores, test_scores : float arrays of shape (n_seeds, n_calibrate), (n_seeds, n_test)
        1 − the class's raw probability, for the records of the class.
    calibrate_weights, test_weights : float arrays of shape (n_weightings, n_records)
        How often each record is drawn; the first row has each once.
    alpha : float
        In (0, 1).

    Returns
    -------
    Band
        Of the mean over seeds.
    """
    n_calibrate = calibrate_scores.shape[1]
    if test_scores.shape[1] == 0:
        return Band(0.0, 1.0)
    if threshold_rank(n_calibrate, alpha=alpha) > n_calibrate:
        return Band(1.0, 1.0)
    by_seed = [
        _replicate_coverage(*scores, calibrate_weights, test_weights, alpha=alpha)
        for scores in zip(calibrate_scores, test_scores, strict=True)
    ]
    coverage = np.mean(by_seed, axis=0)  # (n_weightings,)
    expected = threshold_rank(n_calibrate, alpha=alpha) / (n_calibrate + 1)
    spread = np.nanquantile(coverage[1:] - coverage[0], [ALPHA / 2, 1 - ALPHA / 2])
    low, high = np.clip(expected + spread, 0, 1).tolist()
    return Band(low, high)


def _replicate_coverage(
    calibrate_scores: np.ndarray,
    test_scores: np.ndarray,
    calibrate_weights: np.ndarray,
    test_weights: np.ndarray,
    *,
    alpha: float,
) -> np.ndarray:
    """Coverage by the threshold of each weighting, (n_weightings,); NaN where no record is drawn.

    A record drawn twice is two records, as in `fit_conformal_thresholds`.
    """
    order = np.argsort(calibrate_scores, kind="stable")
    running = np.cumsum(calibrate_weights[:, order], axis=1)  # (n_weightings, n_calibrate)
    drawn = running[:, -1]
    rank = np.ceil((drawn + 1) * (1 - alpha) - 1e-9)
    place = (running < rank[:, np.newaxis]).sum(axis=1)  # n_calibrate where the rank is above all
    thresholds = np.append(calibrate_scores[order], np.inf)[place]
    order = np.argsort(test_scores, kind="stable")
    running = np.cumsum(test_weights[:, order], axis=1)
    within = np.searchsorted(test_scores[order], thresholds, side="right")
    padded = np.concatenate([np.zeros((len(running), 1)), running], axis=1)
    covered = padded[np.arange(len(running)), within]
    with np.errstate(invalid="ignore"):  # 0 / 0
        return covered / running[:, -1]
