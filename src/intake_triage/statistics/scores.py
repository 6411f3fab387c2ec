"""Scores of predicted classes and of class logits; what training, choices and comparison share.

Every function scores labelled records alone: the caller leaves out the unlabelled ones, and a label
outside the classes, `NO_LABEL` among them, is refused. Logits need not be normalised.
"""

import numpy as np
from scipy.special import log_softmax, softmax


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Share of records whose highest logit is that of the true class.

    Parameters
    ----------
    logits : float array of shape (n_records, n_classes)
    labels : int array of shape (n_records,)
        True class indices in ``range(n_classes)``.

    Returns
    -------
    float
        In [0, 1], higher is better.

    Raises
    ------
    ValueError
        If there are no records, the shapes disagree, or a label is no class index.
    """
    _check_labels_are_classes(labels, n_records=len(logits), n_classes=logits.shape[1])
    return float((logits.argmax(axis=1) == labels).mean())


def macro_f1(predicted: np.ndarray, labels: np.ndarray, *, n_classes: int) -> float:
    """Mean over all classes of the F1 score, absent classes included.

    Parameters
    ----------
    predicted, labels : int arrays of shape (n_records,)
        Class indices in ``range(n_classes)``.
    n_classes : int
        The mean is over this many classes; one that is neither predicted nor true counts as 0.

    Returns
    -------
    float
        In [0, 1], higher is better.

    Raises
    ------
    ValueError
        If there are no records, the shapes disagree, or a value is no class index.
    """
    return float(f1_by_class(predicted, labels, n_classes=n_classes).mean())


def f1_by_class(predicted: np.ndarray, labels: np.ndarray, *, n_classes: int) -> np.ndarray:
    """The terms of `macro_f1`, float64 of shape (n_classes,)."""
    _check_labels_are_classes(labels, n_records=len(predicted), n_classes=n_classes)
    _check_labels_are_classes(predicted, n_records=len(labels), n_classes=n_classes)
    n_true, n_predicted, hits = (
        np.bincount(classes, minlength=n_classes)
        for classes in (labels, predicted, labels[predicted == labels])
    )  # each (n_classes,)
    return f1_of_counts(hits, n_true, n_predicted)


def f1_of_counts(hits: np.ndarray, n_true: np.ndarray, n_predicted: np.ndarray) -> np.ndarray:
    """F1 score from counts, or weighted counts, of records.

    Parameters
    ----------
    hits, n_true, n_predicted : arrays that broadcast to one shape
        Records of a class that are predicted as it, that are of it, that are predicted as it.

    Returns
    -------
    float64 array of that shape
        In [0, 1]; 0 for a class that is neither true nor predicted.
    """
    either = np.asarray(n_true + n_predicted, np.float64)
    return np.divide(2.0 * hits, either, out=np.zeros(either.shape), where=either > 0)


def log_loss(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean negative natural logarithm of the probability given to the true class.

    Parameters
    ----------
    logits : float array of shape (n_records, n_classes)
    labels : int array of shape (n_records,)
        True class indices in ``range(n_classes)``.

    Returns
    -------
    float
        In nats, not negative, lower is better.

    Raises
    ------
    ValueError
        If there are no records, the shapes disagree, or a label is no class index.
    """
    return float(record_log_losses(logits, labels).mean())


def record_log_losses(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The terms of `log_loss`, float64 of shape (n_records,), in nats."""
    _check_labels_are_classes(labels, n_records=len(logits), n_classes=logits.shape[1])
    return -log_softmax(np.float64(logits), axis=1)[np.arange(len(labels)), labels]


def brier(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean squared distance between the predicted distribution and the outcome.

    Parameters
    ----------
    logits : float array of shape (n_records, n_classes)
    labels : int array of shape (n_records,)
        True class indices in ``range(n_classes)``.

    Returns
    -------
    float
        In [0, 2], lower is better; 0 only for a certain and correct forecast.

    Raises
    ------
    ValueError
        If there are no records, the shapes disagree, or a label is no class index.

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability.
    """
    return float(record_briers(logits, labels).mean())


def record_briers(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The terms of `brier`, float64 of shape (n_records,)."""
    _check_labels_are_classes(labels, n_records=len(logits), n_classes=logits.shape[1])
    distances = softmax(np.float64(logits), axis=1)  # (n_records, n_classes)
    distances[np.arange(len(labels)), labels] -= 1
    return (distances**2).sum(axis=1)


def _check_labels_are_classes(labels: np.ndarray, *, n_records: int, n_classes: int) -> None:
    if labels.shape != (n_records,) or n_records == 0:
        raise ValueError(f"expected {n_records} > 0 labels, got shape {labels.shape}")
    if labels.min() < 0 or labels.max() >= n_classes:
        raise ValueError(
            f"labels must lie in 0 … {n_classes - 1}, got {labels.min()} … {labels.max()}; "
            "leave out the records without a label"
        )
