"""What acting on a probability is worth: net benefit over a range of thresholds."""

import numpy as np

from intake_triage.evaluation.resampling import replicate_mean

# From "one such form among 100 is worth acting on nine others" to the reverse.
THRESHOLDS = np.array([0.01, 0.02, *np.arange(5, 100, 5) / 100])


def record_net_benefits(
    probabilities: np.ndarray, outcomes: np.ndarray, *, threshold: float
) -> np.ndarray:
    """What each record adds to the net benefit of acting where the probability is high enough.

    Their mean is the net benefit: true positives less false positives at the threshold's odds, as a
    share of all records. An action that is right gains 1, one that is not costs t / (1 − t), which
    is what makes t the probability from which acting is worth it. Never acting has 0.

    Parameters
    ----------
    probabilities : float array of shape (..., n_records)
        Acted on from `threshold` upwards.
    outcomes : bool array of shape (n_records,)
    threshold : float
        In (0, 1).

    Returns
    -------
    float64 array of shape (..., n_records)
        1, 0 or −t / (1 − t).

    References
    ----------
    Vickers, Elkin (2006), Decision curve analysis.
    """
    gain = np.where(outcomes, 1.0, -threshold / (1 - threshold))
    return np.where(probabilities >= threshold, gain, 0.0)


def replicate_net_benefit(
    probabilities: np.ndarray,
    outcomes: np.ndarray,
    unit: np.ndarray,
    weightings: np.ndarray,
) -> np.ndarray:
    """Net benefit at each of `THRESHOLDS` under every weighting.

    Parameters
    ----------
    probabilities : float array of shape (n_seeds, n_records)
        All 1 for acting always.
    outcomes : bool array of shape (n_records,)
    unit, weightings
        As in `weigh_sums`.

    Returns
    -------
    float64 array of shape (n_thresholds, n_seeds, n_weightings)
    """
    by_threshold = np.stack(
        [record_net_benefits(probabilities, outcomes, threshold=t) for t in THRESHOLDS]
    )  # (n_thresholds, n_seeds, n_records)
    flat = by_threshold.reshape(-1, len(outcomes))
    return replicate_mean(flat, unit, weightings).reshape(*by_threshold.shape[:2], -1)
