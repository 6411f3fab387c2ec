"""Prediction sets that hold the true class, whichever it is, in 1 − alpha of cases.

Class-conditional ("Mondrian") split conformal prediction: a class is left out of a record's set
where its probability is lower than nearly all that records of that class were given in `calibrate`.
It takes raw probabilities: calibrated ones were fitted to the labels of the very same records, so
these would no longer be exchangeable with a new one.
"""

import numpy as np


def fit_conformal_thresholds(
    probabilities: np.ndarray, labels: np.ndarray, *, alpha: float
) -> np.ndarray:
    """The highest score, 1 − the true class's probability, that still counts as usual; by class.

    For a class of n records that is the ⌈(n + 1)(1 − alpha)⌉-th lowest of their scores, so that a
    further record of the class, exchangeable with them, scores no higher with a probability of at
    least 1 − alpha, and at most 1 / (n + 1) above that where no two scores are equal: all that
    score just what the threshold is are within. Records that come in groups are exchangeable only
    as whole groups, and the promise is then an approximate one.

    Parameters
    ----------
    probabilities : float array of shape (..., n_records, n_classes)
        Raw, of records that the model has not seen; of each seed, say.
    labels : int array of shape (n_records,)
        True class indices in ``range(n_classes)``.
    alpha : float
        In (0, 1): the share of records whose set may lack their class.

    Returns
    -------
    float64 array of shape (..., n_classes)
        In [0, 1], or infinite for a class of too few records, n < 1 / alpha − 1, which is then in
        every set.

    References
    ----------
    Vovk (2012), Conditional validity of inductive conformal predictors: the class-conditional
    sets. Sadinle, Lei, Wasserman (2019), Least ambiguous set-valued classifiers with bounded error
    levels: the score.
    """
    thresholds = np.full((*probabilities.shape[:-2], probabilities.shape[-1]), np.inf)
    for k in range(probabilities.shape[-1]):
        scores = 1 - probabilities[..., labels == k, k]  # (..., n_records of the class)
        rank = int(threshold_rank(scores.shape[-1], alpha=alpha))
        if rank <= scores.shape[-1]:
            thresholds[..., k] = np.sort(scores, axis=-1)[..., rank - 1]
    return thresholds


def prediction_sets(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Which classes are in each record's set; none may be.

    Parameters
    ----------
    probabilities : float array of shape (..., n_classes)
        Raw, by the model that the thresholds were fitted for.
    thresholds : float array of shape (n_classes,)
        As `fit_conformal_thresholds` gives them.

    Returns
    -------
    bool array of shape (..., n_classes)
    """
    return 1 - probabilities <= thresholds


def threshold_rank(n_records: np.ndarray | int, *, alpha: float) -> np.ndarray:
    """Which of a class's scores is its threshold, lowest first; none where above `n_records`.

    Parameters
    ----------
    n_records : int or int array
        Records of the class in `calibrate`.
    alpha : float
        In (0, 1).
    """
    # 1e-9: a product that is a whole number is one, whatever its last binary digit.
    return np.ceil((np.asarray(n_records) + 1) * (1 - alpha) - 1e-9).astype(np.int64)
