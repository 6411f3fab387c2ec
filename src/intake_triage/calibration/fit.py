"""Fitting a calibrator by name to logits and labels, temperature scaling by scikit-learn."""

from collections.abc import Callable

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV

from intake_triage.calibration.calibrators import Calibrator, Identity, Temperature


def fit_calibrator(name: str, logits: np.ndarray, labels: np.ndarray) -> Calibrator:
    """Fit the calibrator called `name`.

    Parameters
    ----------
    name : str
        identity or temperature.
    logits : float array of shape (n_records, n_classes)
        Raw and finite.
    labels : int array of shape (n_records,)
        True class indices in ``range(n_classes)``; a class may be absent.

    Raises
    ------
    ValueError
        If there are no records or a label is no class index.
    """
    if len(labels) == 0 or labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError(f"need labels in 0 … {logits.shape[1] - 1}, got {np.unique(labels)}")
    return _FITTERS[name](np.asarray(logits, np.float64), labels)


def _fit_identity(logits: np.ndarray, labels: np.ndarray) -> Identity:
    return Identity()


def _fit_temperature(logits: np.ndarray, labels: np.ndarray) -> Temperature:
    """Minimise the log-loss over the temperature, in e⁻¹⁰ … e¹⁰.

    scikit-learn counts the classes among the labels, and a class that is absent there upsets it.
    So one record a class is added whose logits are all 0: its loss is the same at any temperature.
    It also keeps logits that happen to look like probabilities from being taken for such.
    """
    n_classes = logits.shape[1]
    padded = np.concatenate([logits, np.zeros((n_classes, n_classes))])
    padded_labels = np.concatenate([labels, np.arange(n_classes)])  # (n_records + n_classes,)
    everything = np.arange(len(padded))
    scaling = CalibratedClassifierCV(
        _LogitsAsDecision(), method="temperature", ensemble=False, cv=[(everything, everything)]
    )
    (scaler,) = scaling.fit(padded, padded_labels).calibrated_classifiers_[0].calibrators
    return Temperature(float(1 / scaler.beta_))


_FITTERS: dict[str, Callable[[np.ndarray, np.ndarray], Calibrator]] = {
    "identity": _fit_identity,
    "temperature": _fit_temperature,
}


class _LogitsAsDecision(ClassifierMixin, BaseEstimator):
    """A classifier, to scikit-learn, whose input is already the decision."""

    def fit(self, logits: np.ndarray, labels: np.ndarray) -> "_LogitsAsDecision":
        self.classes_ = np.arange(logits.shape[1])
        return self

    def decision_function(self, logits: np.ndarray) -> np.ndarray:
        if logits.shape[1] == 2:  # scikit-learn wants x of shape (n_records,), and means (-x, x)
            return (logits[:, 1] - logits[:, 0]) / 2
        return logits

    def predict(self, logits: np.ndarray) -> np.ndarray:
        return logits.argmax(axis=1)
