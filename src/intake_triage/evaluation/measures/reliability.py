"""Is a system right as often as it says? Confidence against accuracy in bins, and the ECE."""

from dataclasses import dataclass

import numpy as np
from scipy.special import erf

from intake_triage.evaluation.measures.measure import ByClass, Forecast, measure, over
from intake_triage.statistics.bootstrap import weigh_sums

ERROR = {"judges": "probabilities", "least": 0, "most": 1}
SIMULATIONS = 200
SIMULATION_SEED = 0


@measure("ece", "calibration error (ECE)", in_subgroups=("",), of_fits=True, **ERROR)
def ece(forecast: Forecast) -> np.ndarray:
    """Expected calibration error of the likeliest class, debiased; its interval is rough."""
    sample, confident = forecast.sample, top_label(forecast)
    return replicate_ece(*confident, sample.unit, sample.weights, n_bins=forecast.ece_bins)


@measure("ece_if_calibrated", "ECE if calibrated", has_interval=False, **ERROR)
def ece_of_calibrated(forecast: Forecast) -> np.ndarray:
    """What a perfectly calibrated model with these confidences shows at this size."""
    confidence, _ = top_label(forecast)
    by_seed = [ece_if_calibrated(seed, n_bins=forecast.ece_bins) for seed in confidence]
    return np.array(by_seed)[:, np.newaxis]


@measure("classwise_ece", "class-wise ECE", has_interval=False, **ERROR)
def classwise_ece(forecast: Forecast) -> np.ndarray:
    """Mean over classes of the ECE of each class's probability against "it is this class".

    References
    ----------
    Kull et al. (2019), Beyond temperature scaling; Nixon et al. (2019), Measuring calibration in
    deep learning.
    """
    return ece_by_class(forecast).mean(axis=1, keepdims=True)


@measure("classwise_ece_if_calibrated", "class-wise ECE if calibrated", has_interval=False, **ERROR)
def classwise_ece_of_calibrated(forecast: Forecast) -> np.ndarray:
    """The mean over classes of `ece_if_calibrated` of each class's probability."""
    by_seed = [
        np.mean([ece_if_calibrated(chance, n_bins=forecast.ece_bins) for chance in seed.T])
        for seed in forecast.probabilities
    ]
    return np.array(by_seed)[:, np.newaxis]


@measure("worst_class_ece", "ECE of the worst class", has_interval=False, **ERROR)
def worst_class_ece(forecast: Forecast) -> ByClass:
    """The highest class-wise ECE among the classes with enough people to be shown."""
    by_class = ece_by_class(forecast)  # (n_seeds, n_classes)
    worst = max(forecast.to_show, key=by_class.mean(axis=0).__getitem__, default=None)
    if worst is None:
        return {"": None}
    return {forecast.to_show[worst]: over(forecast.sample, by_class[:, [worst]])}


@dataclass(frozen=True)
class ReliabilityBins:
    """Records binned by confidence, the probability of the predicted class.

    Mean confidence, mean accuracy and number of the bin's records, each of shape (n_bins,).
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    count: np.ndarray


def top_label(forecast: Forecast) -> tuple[np.ndarray, np.ndarray]:
    """Confidence in the likeliest class and whether it is right, (n_seeds, n_labelled) each."""
    right = forecast.logits.argmax(axis=-1) == forecast.sample.labels
    return forecast.probabilities.max(axis=-1), right


def bin_by_confidence(
    confidence: np.ndarray, correct: np.ndarray, *, n_bins: int
) -> ReliabilityBins:
    """Bin records, arrays of shape (n_records,), into `n_bins` of equal mass.

    Equal confidences stay together, so that ties may leave fewer bins.
    """
    bin_of = _equal_mass_bins(confidence, n_bins=n_bins)
    count = np.bincount(bin_of)
    return ReliabilityBins(
        confidence=np.bincount(bin_of, weights=confidence) / count,
        accuracy=np.bincount(bin_of, weights=correct) / count,
        count=count,
    )


def debiased_ece(confidence: np.ndarray, accuracy: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Expected calibration error of bins, with the bias of its plug-in estimate taken off.

    The plug-in estimate, the mean over records of |confidence − accuracy| of their bin, is above 0
    for a perfectly calibrated model, since accuracies are estimates. As Kumar, Liang and Ma do it,
    each bin's accuracy is taken as normal around what was observed, the plug-in estimate's mean
    under that is found, and its excess over the plug-in estimate is taken off. They draw; here the
    mean of the folded normal distribution is used as it stands. From arrays that broadcast to
    (..., n_bins) to (...), in [0, 1]; a result below 0 is given as 0, and NaN where all bins are
    empty.

    References
    ----------
    Kumar, Liang, Ma (2019), Verified uncertainty calibration, and its code, `normal_debiased_ce`.
    """
    gap = np.abs(accuracy - confidence)
    spread = np.sqrt(accuracy * (1 - accuracy) / np.maximum(count, 1))  # an empty bin has none
    ratio = np.divide(gap, spread, out=np.full(gap.shape, np.inf), where=spread > 0)
    folded_mean = spread * np.sqrt(2 / np.pi) * np.exp(-(ratio**2) / 2) + gap * erf(
        ratio / np.sqrt(2)
    )
    with np.errstate(invalid="ignore"):  # 0 / 0: a resample without records
        return np.maximum(((2 * gap - folded_mean) * count).sum(axis=-1) / count.sum(axis=-1), 0)


def replicate_ece(
    confidence: np.ndarray,
    correct: np.ndarray,
    unit: np.ndarray,
    weights: np.ndarray,
    *,
    n_bins: int,
) -> np.ndarray:
    """`debiased_ece` of each seed in every resample, the bins staying those of the split.

    From arrays of shape (n_seeds, n_records), `unit` and `weights` as in `weigh_sums`, to (n_seeds,
    n_weights). The spread is a rough measure of uncertainty, since a distance has an edge at 0.
    """
    in_bin = np.stack([np.eye(n_bins)[_equal_mass_bins(c, n_bins=n_bins)] for c in confidence])
    parts = np.stack([np.ones(confidence.shape), confidence, correct], axis=-1)
    columns = in_bin[:, :, np.newaxis] * parts[..., np.newaxis]  # (n_seeds, n_records, 3, n_bins)
    sums = weigh_sums(columns.transpose(1, 0, 2, 3), unit, weights)
    count, *means = sums.transpose(2, 1, 0, 3)  # each (n_seeds, n_weights, n_bins)
    means = [np.divide(mean, count, out=np.zeros(count.shape), where=count > 0) for mean in means]
    return debiased_ece(*means, count)


def ece_by_class(forecast: Forecast) -> np.ndarray:
    """ECE of each class's probability against "it is this class", (n_seeds, n_classes)."""
    labels = forecast.sample.labels
    return np.array(
        [
            [_plain_ece(seed[:, k], labels == k, forecast.ece_bins) for k in range(seed.shape[1])]
            for seed in forecast.probabilities
        ]
    )


def ece_if_calibrated(confidence: np.ndarray, *, n_bins: int) -> float:
    """Mean `debiased_ece` of a model with these confidences that is right exactly that often.

    What is left of the bias and the noise at this number of records, from 200 simulations.
    """
    bin_of = _equal_mass_bins(confidence, n_bins=n_bins)
    order = np.argsort(bin_of, kind="stable")
    starts = np.searchsorted(bin_of[order], np.arange(bin_of.max() + 1))
    count = np.bincount(bin_of)
    means = np.add.reduceat(confidence[order], starts) / count  # (n_bins,)
    draws = np.random.default_rng(SIMULATION_SEED).random((SIMULATIONS, len(confidence)))
    correct = (draws < confidence[order]).astype(np.float64)
    accuracy = np.add.reduceat(correct, starts, axis=1) / count  # (SIMULATIONS, n_bins)
    return float(debiased_ece(means, accuracy, count).mean())


def _plain_ece(confidence: np.ndarray, correct: np.ndarray, n_bins: int) -> float:
    bins = bin_by_confidence(confidence, correct, n_bins=n_bins)
    return float(debiased_ece(bins.confidence, bins.accuracy, bins.count))


def _equal_mass_bins(confidence: np.ndarray, *, n_bins: int) -> np.ndarray:
    """Number of each record's bin, from 0 without gaps."""
    edges = np.quantile(confidence, np.linspace(0, 1, n_bins + 1)[1:-1])
    _, bin_of = np.unique(np.searchsorted(edges, confidence), return_inverse=True)
    return bin_of
