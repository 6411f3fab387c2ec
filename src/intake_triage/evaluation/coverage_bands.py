"""Where the coverage of a class's prediction sets should lie on test, if their promise is kept."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import betabinom

from intake_triage.calibration.conformal import threshold_rank
from intake_triage.statistics.estimates import ALPHA

DEALING_SEED = 0


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


def deal_units(n_calibrate: int, n_test: int, *, deals: int) -> tuple[np.ndarray, np.ndarray]:
    """Deal the units of both splits out anew, at random, as many to each as it had.

    Parameters
    ----------
    n_calibrate, n_test : int
        Units of each split.
    deals : int

    Returns
    -------
    bool arrays of shape (deals, n_calibrate), (deals, n_test)
        Which of each split's units are dealt to calibrate; the others are to test.
    """
    as_it_is = np.arange(n_calibrate + n_test) < n_calibrate
    rng = np.random.default_rng(DEALING_SEED)
    dealt = rng.permuted(np.tile(as_it_is, (deals, 1)), axis=1)
    return dealt[:, :n_calibrate], dealt[:, n_calibrate:]


def grouped_band(
    scores: tuple[np.ndarray, np.ndarray], dealt: tuple[np.ndarray, np.ndarray], *, alpha: float
) -> Band:
    """The band where records come in groups, and whole groups alone are exchangeable.

    The groups could as well have fallen into the other split. So each deal fits its own threshold
    and counts its own coverage, and the band holds the middle 95 % of them. For groups of one
    record that is the beta-binomial band, but for chance: both rest on ranks alone.

    Parameters
    ----------
    scores : float arrays of shape (n_seeds, n_calibrate), (n_seeds, n_test)
        1 − the class's raw probability, for the records of the class in each split.
    dealt : bool arrays of shape (deals, n_calibrate), (deals, n_test)
        Which of them, with their groups, are dealt to calibrate.
    alpha : float
        In (0, 1).

    Returns
    -------
    Band
        Of the mean over seeds.
    """
    if scores[1].shape[1] == 0:
        return Band(0.0, 1.0)
    pooled, in_calibrate = np.concatenate(scores, axis=1), np.concatenate(dealt, axis=1)
    by_seed = [_dealt_coverage(of_seed, in_calibrate, alpha=alpha) for of_seed in pooled]
    low, high = np.nanquantile(np.mean(by_seed, axis=0), [ALPHA / 2, 1 - ALPHA / 2]).tolist()
    return Band(low, high)


def _dealt_coverage(scores: np.ndarray, in_calibrate: np.ndarray, *, alpha: float) -> np.ndarray:
    """Coverage of each deal, (deals,); NaN where it leaves no record to test."""
    order = np.argsort(scores)
    then = np.cumsum(in_calibrate[:, order], axis=1)  # (deals, n_records)
    now = np.arange(1, len(scores) + 1) - then
    rank = threshold_rank(then[:, -1], alpha=alpha)
    place = (then < rank[:, np.newaxis]).sum(axis=1)  # n_records where no score is high enough
    last_of_ties = np.searchsorted(scores[order], scores[order], side="right") - 1
    last = np.append(last_of_ties, len(scores) - 1)[place]
    covered, tested = now[np.arange(len(now)), last], now[:, -1]
    return np.divide(covered, tested, out=np.full(len(now), np.nan), where=tested > 0)
