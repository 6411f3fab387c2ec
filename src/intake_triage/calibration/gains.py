"""Is a gain on the calibrate split more than chance? Records of one group count together.

A gain is a mean over seeds, which stand for themselves: they are the models that are calibrated. So
what varies is the records alone. The standard errors are those of the gain's linear terms, a term a
record, summed by group: a gain in log-loss is a mean of such terms, one in macro-F1 nearly so.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from intake_triage.statistics.scores import f1_by_class, record_log_losses

LEVEL = 0.95


@dataclass(frozen=True)
class CrossFittedGain:
    """By how much one way of doing scores better than another on the same records.

    `value` is above 0 where it scores better; `n_groups` is at least 2.
    """

    value: float
    standard_error: float
    n_groups: int

    @property
    def lower_limit(self) -> float:
        """One-sided 95 % confidence limit, from Student's t distribution."""
        return self.value - self.standard_error * float(stats.t.ppf(LEVEL, self.n_groups - 1))

    @property
    def is_real(self) -> bool:
        """Whether it is more than chance: the limit is above 0."""
        return self.lower_limit > 0


def log_loss_gain(
    logits: np.ndarray, than: np.ndarray, labels: np.ndarray, unit: np.ndarray
) -> CrossFittedGain:
    """How much lower the log-loss of `logits` is than that of `than`, in nats.

    Parameters
    ----------
    logits, than : float arrays of shape (n_seeds, n_records, n_classes)
    labels, unit : int arrays of shape (n_records,)
        True class indices, and the group of each record, of two groups or more.
    """
    losses, than_losses = (
        np.mean([record_log_losses(seed_logits, labels) for seed_logits in each], axis=0)
        for each in (logits, than)
    )  # each (n_records,)
    gains = than_losses - losses
    return _gain(gains.mean(), (gains - gains.mean()) / len(gains), unit)


def macro_f1_gain(
    decided: np.ndarray, than: np.ndarray, labels: np.ndarray, unit: np.ndarray, *, n_classes: int
) -> CrossFittedGain:
    """How much higher the macro-F1 of the classes `decided` is than that of `than`.

    Parameters
    ----------
    decided, than : int arrays of shape (n_seeds, n_records)
        Class indices in ``range(n_classes)``.
    labels, unit : int arrays of shape (n_records,)
        True class indices, and the group of each record, of two groups or more.

    References
    ----------
    Takahashi, Yamamoto, Kuchiba, Koyama (2022), Confidence interval for micro-averaged F1 and
    macro-averaged F1 scores: the linear terms, there for independent records.
    """
    value, terms = 0.0, np.zeros(len(labels))
    for first, second in zip(decided, than, strict=True):
        f1, f1_terms = _linearize_macro_f1(first, labels, n_classes=n_classes)
        than_f1, than_terms = _linearize_macro_f1(second, labels, n_classes=n_classes)
        value += (f1 - than_f1) / len(decided)
        terms += (f1_terms - than_terms) / len(decided)
    return _gain(value, terms, unit)


def _linearize_macro_f1(
    predicted: np.ndarray, labels: np.ndarray, *, n_classes: int
) -> tuple[float, np.ndarray]:
    """Macro-F1 and how much each record moves it, float of shape (n_records,), which sum to 0.

    F1 is 2 · hits / (true + predicted) and its derivative by a record's share in these counts is
    (2 · hit − F1 · (true + predicted)) / (true + predicted), counts of the record above the line.
    """
    f1 = f1_by_class(predicted, labels, n_classes=n_classes)
    counts = np.bincount(labels, minlength=n_classes) + np.bincount(predicted, minlength=n_classes)
    hit_terms = np.where(predicted == labels, 2 / counts[labels], 0)
    rate = f1 / np.maximum(counts, 1)  # (n_classes,)
    held = np.unique(labels)
    return f1[held].mean(), (hit_terms - rate[labels] - rate[predicted]) / len(held)


def _gain(value: float, terms: np.ndarray, unit: np.ndarray) -> CrossFittedGain:
    """The gain whose linear terms, of shape (n_records,), sum to 0."""
    _, group = np.unique(unit, return_inverse=True)
    sums = np.bincount(group, weights=terms)  # (n_groups,)
    n_groups = len(sums)
    return CrossFittedGain(
        float(value), float(np.sqrt(n_groups / (n_groups - 1) * (sums @ sums))), n_groups
    )
