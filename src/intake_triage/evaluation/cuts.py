"""Urgency's ordinal cuts: is a record at least as urgent as a tier? One yes-or-no question a cut.

A cut is known by the least urgent of the tiers above it. There is one fewer than there are tiers.
"""

import numpy as np
from scipy.special import logsumexp


def cut_names(tiers: tuple[str, ...]) -> tuple[str, ...]:
    """The cuts' names, most urgent first: a tier, then "or_above" where others lie above it."""
    return (tiers[0], *(f"{tier}_or_above" for tier in tiers[1:-1]))


def cut_outcomes(labels: np.ndarray, *, n_tiers: int) -> np.ndarray:
    """Which records are above each cut, bool of shape (n_records, n_tiers - 1)."""
    return labels[:, np.newaxis] <= np.arange(n_tiers - 1)


def cut_logits(logits: np.ndarray) -> np.ndarray:
    """Log-odds of being above each cut.

    Parameters
    ----------
    logits : float array of shape (..., n_tiers)
        Need not be normalised.

    Returns
    -------
    float64 array of shape (..., n_tiers - 1)
        Finite however near to 0 or 1 the probability is.
    """
    logits = np.float64(logits)
    above = [
        logsumexp(logits[..., : k + 1], axis=-1) - logsumexp(logits[..., k + 1 :], axis=-1)
        for k in range(logits.shape[-1] - 1)
    ]
    return np.stack(above, axis=-1)
