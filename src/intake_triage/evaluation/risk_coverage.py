"""What is gained when the least certain forms go to a nurse: the error among the others."""

import numpy as np

COVERAGES = np.arange(100, 45, -5) / 100  # shares of the forms that the system decides on its own


def kept_share(certainty: np.ndarray, *, coverage: float) -> np.ndarray:
    """How much of each record is kept when only the most certain share of all records is.

    Records of equal certainty are treated alike: where the cut goes through them, each is kept in
    part, which is what drawing among them gives on average.

    Parameters
    ----------
    certainty : float array of shape (n_records,)
    coverage : float
        In (0, 1].

    Returns
    -------
    float64 array of shape (n_records,)
        In [0, 1], with the sum coverage · n_records.
    """
    _, rank, counts = np.unique(-certainty, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts  # records that are more certain, by rank
    room = coverage * len(certainty) - before
    return np.clip(room / counts, 0, 1)[rank]


def risk_coverage_area(certainty: np.ndarray, wrong: np.ndarray) -> float:
    """Area under the risk-coverage curve: the mean error over all coverages, 1/n to 1.

    Parameters
    ----------
    certainty : float array of shape (n_records,)
        Records of equal certainty come in random order, on average.
    wrong : bool array of shape (n_records,)

    Returns
    -------
    float
        In [0, 1], lower is better; the error rate where certainty tells nothing.

    References
    ----------
    Geifman, El-Yaniv (2017), Selective classification for deep neural networks.
    """
    _, rank, counts = np.unique(-certainty, return_inverse=True, return_counts=True)
    ends = np.concatenate([[0], np.cumsum(counts)])
    errors = np.concatenate([[0], np.cumsum(np.bincount(rank, weights=wrong))])
    kept = np.arange(1, len(certainty) + 1)
    return float((np.interp(kept, ends, errors) / kept).mean())
