"""Fitting a calibrator by name to logits and labels: by scikit-learn, `sms` by probmetrics."""

from collections.abc import Callable

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.isotonic import IsotonicRegression

from intake_triage.calibration.calibrators import (
    Calibrator,
    Identity,
    Isotonic,
    Sms,
    Temperature,
)


def fit_calibrator(name: str, logits: np.ndarray, labels: np.ndarray) -> Calibrator:
    """Fit the calibrator called `name`.

    Parameters
    ----------
    name : str
        One of `CALIBRATORS`.
    logits : float array of shape (n_records, n_classes)
        Raw and finite.
    labels : int array of shape (n_records,)
        True class indices in ``range(n_classes)``; a class may be absent.

    Raises
    ------
    ValueError
        If there are no records, a label is no class index, or a logit is not finite.
    """
    if len(labels) == 0 or labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError(f"need labels in 0 … {logits.shape[1] - 1}, got {np.unique(labels)}")
    if not np.isfinite(logits).all():
        raise ValueError("need finite logits")
    return _FITTERS[name](np.asarray(logits, np.float64), labels)


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


def _fit_sms(logits: np.ndarray, labels: np.ndarray) -> Sms:
    """Minimise the log-loss under a ridge penalty, after probmetrics' own temperature scaling.

    Its defaults are used: the penalty shrinks the matrix to the unit matrix and the intercept to 0,
    by n_classes / n_records for diagonal and intercept, and n_classes − 1 times that for the rest.
    """
    # Here, since whoever applies or reads a calibrator needs neither; probmetrics brings in numba.
    import torch
    from probmetrics.calibrators import SMSCalibrator

    torch.set_num_threads(1)  # sums in one order, whatever the number of cores
    scaler = SMSCalibrator().fit(softmax(logits, axis=1), labels)
    return Sms(
        temperature=float(1 / scaler.ts_.cal_.invtemp_),
        uniform_share=scaler.ts_.output_constant / (scaler.ts_.n_samples_ + 1),
        matrix=tuple(map(tuple, scaler.W_[:, :-1].tolist())),
        intercept=tuple(scaler.W_[:, -1].tolist()),
    )


def _fit_isotonic(logits: np.ndarray, labels: np.ndarray) -> Isotonic:
    """Fit one class against the rest, each by isotonic regression.

    Its curves reach 0 where no record of the class lies low enough, and one such record would then
    cost without bound. The prior is mixed in as √n_records further records would be, which is what
    the minimax estimate of a chance from n trials adds: no probability falls below
    prior / (1 + √n_records). The prior is the share of each class after a record more of each.

    References
    ----------
    Hodges, Lehmann (1950), Some problems in minimax point estimation.
    """
    n_records, n_classes = logits.shape
    curves = [
        IsotonicRegression(y_min=0, y_max=1).fit(p, labels == k)
        for k, p in enumerate(softmax(logits, axis=1).T)
    ]
    counts = np.bincount(labels, minlength=n_classes) + 1
    return Isotonic(
        probability=tuple(tuple(curve.X_thresholds_.tolist()) for curve in curves),
        calibrated=tuple(tuple(curve.y_thresholds_.tolist()) for curve in curves),
        prior=tuple((counts / counts.sum()).tolist()),
        prior_share=float(1 / (1 + np.sqrt(n_records))),
    )


_FITTERS: dict[str, Callable[[np.ndarray, np.ndarray], Calibrator]] = {
    Identity.name: lambda logits, labels: Identity(),
    Temperature.name: _fit_temperature,
    Sms.name: _fit_sms,
    Isotonic.name: _fit_isotonic,
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
