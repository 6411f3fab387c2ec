"""A forecaster from its members' fits: their average, mended by one last temperature.

An average of calibrated probabilities is too timid: where the fits differ it lies between them,
though together they know more than each. So its logarithm is divided by one more number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax, softmax

from intake_triage.calibration.averages import log_mean_probabilities
from intake_triage.calibration.calibrators import Temperature
from intake_triage.calibration.class_weights import ClassWeightChoice, choose_class_weights
from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.calibration.decisions import DecisionRules
from intake_triage.calibration.fit_calibrators import fit_calibrator
from intake_triage.calibration.nested import out_of_fold
from intake_triage.records.prepared import NO_LABEL


@dataclass(frozen=True)
class Member:
    """One system's fits for one task, averaged over its seeds.

    Attributes
    ----------
    raw : float array of shape (n_calibrate + n_test, n_classes)
        Log of the averaged raw probabilities, of calibrate, then of test.
    nested : float array of shape (n_folds, n_calibrate, n_classes)
        The same of calibrated ones, as `calibrate_nested` has them.
    test : float array of shape (n_test, n_classes)
        The same of calibrated ones.
    """

    raw: np.ndarray
    nested: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class FittedForecaster:
    """What a forecaster says of one task, and what it is released with.

    Attributes
    ----------
    calibrated : float array of shape (n_calibrate + n_test, n_classes)
        Log-probabilities: of calibrate by a temperature fitted without the record's fold, of test
        by that of `rules`.
    raw : float array of that shape
        Log of the averaged raw probabilities, which no label of calibrate has touched.
    rules : DecisionRules
    weights : ClassWeightChoice
    """

    calibrated: np.ndarray
    raw: np.ndarray
    rules: DecisionRules
    weights: ClassWeightChoice


def fit_forecaster(
    members: Sequence[Member],
    labels: np.ndarray,
    unit: np.ndarray,
    fold: np.ndarray,
    *,
    alpha: float,
) -> FittedForecaster:
    """Average the members, and fit on calibrate what the average is released with.

    Parameters
    ----------
    members : sequence of Member
        Each weighs the same.
    labels, unit, fold : int arrays of shape (n_calibrate,)
        As in `CalibrationSample`.
    alpha : float
        As `fit_conformal_thresholds` takes it.
    """
    nested = log_mean_probabilities([member.nested for member in members])
    test = log_mean_probabilities([member.test for member in members])
    raw = log_mean_probabilities([member.raw for member in members])
    known = labels != NO_LABEL
    cooled = cool_nested(nested, labels, fold)
    temperature = fit_temperature(out_of_fold(nested, fold)[known], labels[known])
    weights = choose_class_weights(cooled[:, known], labels[known], unit[known], fold[known])
    # Rounded as in files of float32, from which sets are made: a threshold that many records share
    # might else be lower than what all of them score, by a last digit.
    compared = softmax(np.float64(raw[: len(labels)][known].astype(np.float32)), axis=1)
    thresholds = fit_conformal_thresholds(compared, labels[known], alpha=alpha)
    released = log_softmax(Temperature(temperature).apply(test), axis=1)
    return FittedForecaster(
        calibrated=np.concatenate([out_of_fold(cooled, fold), released]),
        raw=raw,
        rules=DecisionRules(temperature, weights.class_weights, thresholds),
        weights=weights,
    )


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature of least log-loss, as `Temperature` has it; labelled records alone.

    `logits` are of shape (n_records, n_classes), `labels` of (n_records,).
    """
    return fit_calibrator(Temperature.name, logits, labels).temperature


def cool_nested(nested: np.ndarray, labels: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Log-probabilities as `nested` has them, each fold's by a temperature fitted without it.

    ``[k]`` of the result, of shape (n_folds, n_calibrate, n_classes) as `nested`, owes nothing to
    the labels of fold k: neither its averages nor the temperature that they are divided by, which
    is fitted on the other folds.
    """
    cooled = np.empty(nested.shape)
    for k, averages in enumerate(nested):
        others = (fold != k) & (labels != NO_LABEL)
        temperature = fit_temperature(averages[others], labels[others])
        cooled[k] = log_softmax(Temperature(temperature).apply(averages), axis=1)
    return cooled
