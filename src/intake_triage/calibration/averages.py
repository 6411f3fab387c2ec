"""The average of what several fits say."""

from collections.abc import Sequence

import numpy as np
from scipy.special import log_softmax, logsumexp

from intake_triage.calibration.calibrators import LEAST_LOG_PROBABILITY


def log_mean_probabilities(logits: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """Log of the mean of softmax over the first axis, float64 and finite."""
    each = np.maximum(log_softmax(np.float64(logits), axis=-1), LEAST_LOG_PROBABILITY)
    return logsumexp(each, axis=0) - np.log(len(each))
