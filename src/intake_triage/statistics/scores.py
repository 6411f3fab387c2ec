"""Scores of predicted classes and of class logits; what training, choices and comparison share.

Throughout, `labels` and `predicted` are int arrays of shape (n_records,) of class indices, and
`logits` float arrays of shape (n_records, n_classes) that need not be normalised. Labelled records
alone are scored: the caller leaves out the others. A `ValueError` says that there are no records,
that shapes disagree, or that a value, `NO_LABEL` among them, is no class index.
"""

import numpy as np
from scipy.special import log_softmax, softmax


def macro_f1(predicted: np.ndarray, labels: np.ndarray, *, n_classes: int) -> float:
    """Mean F1 score over the classes that the labels hold, in [0, 1], higher is better."""
    scores = f1_by_class(predicted, labels, n_classes=n_classes)
    return float(scores[np.unique(labels)].mean())


def f1_by_class(predicted: np.ndarray, labels: np.ndarray, *, n_classes: int) -> np.ndarray:
    """F1 of every class, float64 of shape (n_classes,); 0 if it is neither true nor predicted."""
    _check_labels_are_classes(labels, n_records=len(predicted), n_classes=n_classes)
    _check_labels_are_classes(predicted, n_records=len(labels), n_classes=n_classes)
    n_true, n_predicted, hits = (
        np.bincount(classes, minlength=n_classes)
        for classes in (labels, predicted, labels[predicted == labels])
    )  # each (n_classes,)
    return f1_of_counts(hits, n_true, n_predicted)


def f1_of_counts(hits: np.ndarray, n_true: np.ndarray, n_predicted: np.ndarray) -> np.ndarray:
    """F1 score from counts, or weighted counts, of records; arrays that broadcast to one shape.

    `hits` are those of a class that are predicted as it; 0 for a class neither true nor predicted.
    """
    either = np.asarray(n_true + n_predicted, np.float64)
    return np.divide(2.0 * hits, either, out=np.zeros(either.shape), where=either > 0)


def log_loss(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean of −log of the true class's probability, in nats, at least 0, lower is better."""
    return float(record_log_losses(logits, labels).mean())


def record_log_losses(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The terms of `log_loss`, float64 of shape (n_records,), in nats."""
    _check_labels_are_classes(labels, n_records=len(logits), n_classes=logits.shape[1])
    return -log_softmax(np.float64(logits), axis=1)[np.arange(len(labels)), labels]


def brier(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean squared distance between the predicted distribution and the outcome, in [0, 2].

    Lower is better; 0 only for a certain and correct forecast.

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
