"""Is a system right as often as it says? Confidence against accuracy in bins, and the ECE."""

from dataclasses import dataclass

import numpy as np
from scipy.special import erf, softmax

from intake_triage.statistics.bootstrap import weigh_sums

SIMULATIONS = 200
SIMULATION_SEED = 0


@dataclass(frozen=True)
class ReliabilityBins:
    """Records binned by confidence, the probability of the predicted class.

    Attributes
    ----------
    confidence, accuracy : float arrays of shape (n_bins,)
        Means over the bin's records, in [0, 1].
    count : int array of shape (n_bins,)
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    count: np.ndarray


def top_label(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Confidence in the predicted class and whether it is right, each of shape (n_records,)."""
    confidence = softmax(np.float64(logits), axis=1).max(axis=1)
    return confidence, logits.argmax(axis=1) == labels


def bin_by_confidence(
    confidence: np.ndarray, correct: np.ndarray, *, n_bins: int
) -> ReliabilityBins:
    """Bin records into bins of equal mass; equal confidences stay together.

    Parameters
    ----------
    confidence : float array of shape (n_records,)
        In [0, 1].
    correct : bool array of shape (n_records,)
    n_bins : int
        At least 1; ties may leave fewer.
    """
    bin_of = _equal_mass_bins(confidence, n_bins=n_bins)
    count = np.bincount(bin_of)
    return ReliabilityBins(
        confidence=np.bincount(bin_of, weights=confidence) / count,
        accuracy=np.bincount(bin_of, weights=correct) / count,
        count=count,
    )


def debiased_ece(bins: ReliabilityBins) -> float:
    """Top-label expected calibration error, with the bias of its plug-in estimate taken off.

    The plug-in estimate, the mean over records of |confidence − accuracy| of their bin, is above 0
    for a perfectly calibrated model, since accuracies are estimates. As Kumar, Liang and Ma do it,
    each bin's accuracy is taken as normal around what was observed, the plug-in estimate's mean
    under that is found, and its excess over the plug-in estimate is taken off. They draw; here the
    mean of the folded normal distribution is used as it stands.

    Parameters
    ----------
    bins : ReliabilityBins

    Returns
    -------
    float
        In [0, 1]; a result below 0 is given as 0.

    References
    ----------
    Kumar, Liang, Ma (2019), Verified uncertainty calibration, and its code, `normal_debiased_ce`.
    """
    return float(_debiased(bins.confidence, bins.accuracy, bins.count))


def replicate_ece(
    confidence: np.ndarray,
    correct: np.ndarray,
    unit: np.ndarray,
    weightings: np.ndarray,
    *,
    n_bins: int,
) -> np.ndarray:
    """`debiased_ece` under every weighting, the bins staying those of the records as they are.

    Its spread is only a rough measure of uncertainty, since a distance has an edge at 0.

    Parameters
    ----------
    confidence, correct, n_bins
        As in `bin_by_confidence`.
    unit, weightings
        As in `weigh_sums`.

    Returns
    -------
    float64 array of shape (n_weightings,)
    """
    in_bin = np.eye(n_bins)[_equal_mass_bins(confidence, n_bins=n_bins)]  # (n_records, n_bins)
    parts = np.stack([np.ones(len(confidence)), confidence, correct], axis=1)
    sums = weigh_sums(in_bin[:, np.newaxis] * parts[..., np.newaxis], unit, weightings)
    count, *means = sums.transpose(1, 0, 2)  # each (n_weightings, n_bins)
    means = [np.divide(mean, count, out=np.zeros(count.shape), where=count > 0) for mean in means]
    return _debiased(*means, count)


def ece_if_calibrated(confidence: np.ndarray, *, n_bins: int) -> float:
    """Mean `debiased_ece` of a model with these confidences that is right exactly that often.

    Parameters
    ----------
    confidence : float array of shape (n_records,)
        In [0, 1].
    n_bins : int

    Returns
    -------
    float
        What is left of the bias and the noise at this number of records; from 200 simulations.
    """
    bin_of = _equal_mass_bins(confidence, n_bins=n_bins)
    order = np.argsort(bin_of, kind="stable")
    starts = np.searchsorted(bin_of[order], np.arange(bin_of.max() + 1))
    count = np.bincount(bin_of)
    means = np.add.reduceat(confidence[order], starts) / count  # (n_bins,)
    draws = np.random.default_rng(SIMULATION_SEED).random((SIMULATIONS, len(confidence)))
    correct = (draws < confidence[order]).astype(np.float64)
    accuracy = np.add.reduceat(correct, starts, axis=1) / count  # (SIMULATIONS, n_bins)
    return float(_debiased(means, accuracy, count).mean())


def _equal_mass_bins(confidence: np.ndarray, *, n_bins: int) -> np.ndarray:
    """Number of each record's bin, from 0 without gaps."""
    edges = np.quantile(confidence, np.linspace(0, 1, n_bins + 1)[1:-1])
    _, bin_of = np.unique(np.searchsorted(edges, confidence), return_inverse=True)
    return bin_of


def _debiased(confidence: np.ndarray, accuracy: np.ndarray, count: np.ndarray) -> np.ndarray:
    """`debiased_ece` over the last axis, the bins."""
    gap = np.abs(accuracy - confidence)
    spread = np.sqrt(accuracy * (1 - accuracy) / np.maximum(count, 1))  # an empty bin has none
    ratio = np.divide(gap, spread, out=np.full(gap.shape, np.inf), where=spread > 0)
    folded_mean = spread * np.sqrt(2 / np.pi) * np.exp(-(ratio**2) / 2) + gap * erf(
        ratio / np.sqrt(2)
    )
    return np.maximum(((2 * gap - folded_mean) * count).sum(axis=-1) / count.sum(axis=-1), 0)
