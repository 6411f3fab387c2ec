"""One estimate over sources that differ, and a trend along the dial, from the estimates of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, norm, t

LEVEL = 0.95


@dataclass(frozen=True)
class Pooled:
    """What is gained over sources.

    Attributes
    ----------
    mean, low, high : of the mean over such sources, with its 95 % interval
    spread : standard deviation between sources, in the measure's unit, of the true gains and of
        whatever the errors leave out
    spread_low, spread_high : its 95 % interval
    new_low, new_high : where the true gain of one more such source lies, at 95 %; of few sources,
        whose spread is hardly known, at about 90 %
    """

    mean: float
    low: float
    high: float
    spread: float
    spread_low: float
    spread_high: float
    new_low: float
    new_high: float


def pool_sources(gains: Sequence[float], errors: Sequence[float]) -> Pooled:
    """A random-effects mean of independent estimates.

    Parameters
    ----------
    gains : of each source; at least 3
    errors : their standard errors, above 0

    References
    ----------
    Paule and Mandel (1982), Consensus values and weighting factors (the spread between sources).
    Hartung and Knapp (2001), On tests of the overall treatment effect in meta-analysis with
    normally distributed responses (the interval of the mean; with Paule and Mandel's spread their
    factor is 1 or less, and then never to be used: Röver, Knapp and Friede 2015).
    Viechtbauer (2007), Confidence intervals for the amount of heterogeneity in meta-analysis (the
    spread's interval, from the profile of the weighted squares).
    Higgins, Thompson and Spiegelhalter (2009), A re-evaluation of random-effects meta-analysis (the
    interval of a new source).
    """
    y, v = np.asarray(gains, float), np.square(errors)
    n = len(y)
    if n < 3:
        raise ValueError(f"need at least 3 sources, got {n}")

    def variance_where(squares: float) -> float:
        """The variance between sources under which the weighted squares are so large."""

        def excess(variance: float) -> float:
            return _squares(y, v + variance) - squares

        widest = float(np.square(np.ptp(y))) * n / squares + 1e-12
        return brentq(excess, 0.0, widest, xtol=1e-12) if excess(0.0) > 0 else 0.0

    between = variance_where(n - 1)
    ends = (variance_where(chi2.ppf(p, n - 1)) for p in ((1 + LEVEL) / 2, (1 - LEVEL) / 2))
    spreads = (float(np.sqrt(variance)) for variance in (between, *ends))
    weights = 1 / (v + between)
    mean, variance = float(weights @ y / weights.sum()), 1 / weights.sum()
    half = t.ppf((1 + LEVEL) / 2, n - 1) * np.sqrt(variance)
    new = t.ppf((1 + LEVEL) / 2, n - 2) * np.sqrt(between + variance)
    return Pooled(mean, mean - half, mean + half, *spreads, mean - new, mean + new)


@dataclass(frozen=True)
class Trend:
    """The line through the gains along the dial.

    Attributes
    ----------
    slope, low, high : from 0 to 1, with its 95 % interval
    start : the gain at 0
    misfit : p-value of the gains' distances from the line, by chi-squared: small where no line fits
    """

    slope: float
    low: float
    high: float
    start: float
    misfit: float


def fit_trend(settings: Sequence[float], gains: Sequence[float], errors: Sequence[float]) -> Trend:
    """Weighted least squares with known variances.

    Errors that settings of shared forms have in common are taken for independent: a slope, which is
    made of differences, then varies less than is said here, and so do distances from the line. So
    `misfit` is an upper limit.
    """
    x, weights = np.asarray(settings, float), 1 / np.square(errors)
    centred = x - weights @ x / weights.sum()
    precision = weights @ np.square(centred)
    slope = float(weights @ (centred * np.asarray(gains)) / precision)
    half = float(norm.ppf((1 + LEVEL) / 2) / np.sqrt(precision))
    start = float(weights @ (np.asarray(gains) - slope * x) / weights.sum())
    distances = (np.asarray(gains) - start - slope * x) * np.sqrt(weights)
    misfit = float(chi2.sf(distances @ distances, len(x) - 2))
    return Trend(slope, slope - half, slope + half, start, misfit)


def standard_error(low: float, high: float) -> float:
    """Of an estimate whose 95 % interval this is, as of a normal one: a little too wide."""
    return (high - low) / 2 / float(norm.ppf((1 + LEVEL) / 2))


def _squares(y: np.ndarray, variances: np.ndarray) -> float:
    weights = 1 / variances
    mean = weights @ y / weights.sum()
    return float(weights @ np.square(y - mean))
