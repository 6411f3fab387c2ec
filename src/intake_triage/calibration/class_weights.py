"""Class weights that raise macro-F1, and whether they are worth having.

The likeliest class is right most often. Macro-F1 counts a rare class as much as a common one, and
weights above 1 for some classes raise it by taking more of their records at the price of others.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from intake_triage.calibration.decisions import decide_argmax, decide_balanced
from intake_triage.calibration.gains import CrossFittedGain, macro_f1_gain
from intake_triage.calibration.nested import out_of_fold
from intake_triage.statistics.scores import f1_of_counts, macro_f1

LOG_WEIGHTS = np.arange(-20, 21) / 10  # weights from e⁻² to e²; finer steps would fit noise
ROUNDING = 1e-12  # a difference in macro-F1 that is none
MOST_SWEEPS = 20  # over the classes; three or four are usual


@dataclass(frozen=True)
class ClassWeightChoice:
    """The class weights of one forecaster and task.

    Attributes
    ----------
    class_weights : float array of shape (n_classes,)
        All 1 where the gain is not real.
    gain : CrossFittedGain
        In macro-F1, cross-fitted, over deciding on the likeliest class.
    """

    class_weights: np.ndarray
    gain: CrossFittedGain


def choose_class_weights(
    nested: np.ndarray, labels: np.ndarray, unit: np.ndarray, fold: np.ndarray
) -> ClassWeightChoice:
    """Fit class weights, and keep them if they gain on records they have not seen.

    Parameters
    ----------
    nested : float array of shape (n_folds, n_records, n_classes)
        Calibrated log-probabilities of one forecaster: ``nested[k]`` owes nothing to the labels of
        fold k. Those of record i's own fold may decide which kind of calibrator ``nested[k, i]`` is
        by, and its temperature, but its calibrator is not fitted to them (`calibrate_nested`).
    labels, unit, fold : int arrays of shape (n_records,)
        As in `CalibrationSample`, of labelled records alone.
    """
    nested = softmax(np.float64(nested), axis=2)
    probabilities = out_of_fold(nested, fold)
    likeliest, balanced = decide_argmax(probabilities), decide_held_out(nested, labels, fold)
    n_classes = probabilities.shape[1]
    pair = balanced[np.newaxis], likeliest[np.newaxis]
    gain = macro_f1_gain(*pair, labels, unit, n_classes=n_classes)
    if not gain.is_real:
        return ClassWeightChoice(np.ones(n_classes), gain)
    return ClassWeightChoice(fit_class_weights(probabilities, labels), gain)


def decide_held_out(nested: np.ndarray, labels: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """The balanced class of each record, int of shape (n_records,), which owes its fold nothing.

    Weights are fitted on the other folds, to probabilities that owe the held-out fold nothing
    either. `nested` are such probabilities, the rest is as in `choose_class_weights`.
    """
    decided = np.empty(len(labels), int)
    for k, probabilities in enumerate(nested):
        held_out = fold == k
        weights = fit_class_weights(probabilities[~held_out], labels[~held_out])
        decided[held_out] = decide_balanced(probabilities[held_out], weights)
    return decided


def fit_class_weights(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Climb in macro-F1, one class's weight at a time, from weights that are all 1.

    A step tries all of `LOG_WEIGHTS` for a class, the others' weights as they are, and moves only
    where macro-F1 rises, and of equals to the nearest. So the end is no worse on these records than
    deciding on the likeliest class; it is a local maximum. A class without a record keeps the
    weight 1.

    Parameters
    ----------
    probabilities : float array of shape (n_records, n_classes)
        Calibrated.
    labels : int array of shape (n_records,)
        True class indices.

    Returns
    -------
    float64 array of shape (n_classes,)
        Above 0.

    References
    ----------
    Narasimhan, Ramaswamy, Saha, Agarwal (2015), Consistent multiclass algorithms for complex
    performance measures. Their best rule has an offset a class beside the weight; without it there
    are half as many numbers to fit to the few records of a rare class.
    """
    n_classes = probabilities.shape[1]
    with np.errstate(divide="ignore"):
        scores = np.log(probabilities)
    log_weights = np.zeros(n_classes)
    start = best = macro_f1(decide_argmax(probabilities), labels, n_classes=n_classes)
    for _ in range(MOST_SWEEPS):
        before = best
        for k in np.unique(labels):
            tried = _macro_f1_by_log_weight(scores + log_weights, scores[:, k], k, labels)
            if tried.max() > best + ROUNDING:
                best = tried.max()
                equals = LOG_WEIGHTS[tried > best - ROUNDING]
                log_weights[k] = equals[np.abs(equals - log_weights[k]).argmin()]
        if best == before:
            break
    weights = np.exp(log_weights)
    # Where probabilities tie, a step may have counted a record to another class than is decided on.
    end = macro_f1(decide_balanced(probabilities, weights), labels, n_classes=n_classes)
    return weights if end > start else np.ones(n_classes)


def _macro_f1_by_log_weight(
    weighted: np.ndarray, own: np.ndarray, k: int, labels: np.ndarray
) -> np.ndarray:
    """Macro-F1 under each of `LOG_WEIGHTS` for class `k`, float of shape (n_tried,).

    Parameters
    ----------
    weighted : float array of shape (n_records, n_classes)
        Log-probabilities plus log-weights.
    own : float array of shape (n_records,)
        Log-probabilities of class `k`.
    """
    n_records, n_classes = weighted.shape
    others = weighted.copy()
    others[:, k] = -np.inf
    rival = others.argmax(axis=1)  # whose the record is until the weight of k is high enough
    needed = others[np.arange(n_records), rival] - own
    n_tried = len(LOG_WEIGHTS)
    # The place of the lowest weight at which the record is k's, `n_tried` where there is none.
    first = np.searchsorted(LOG_WEIGHTS, needed, side="right")

    def count_taken(rows: np.ndarray) -> np.ndarray:
        """How many of these records class k has taken at each weight, by rival."""
        cell = first[rows] * n_classes + rival[rows]
        counts = np.bincount(cell, minlength=(n_tried + 1) * n_classes)
        return counts.reshape(n_tried + 1, n_classes).cumsum(axis=0)

    everywhere = np.ones(n_records, bool)
    taken, taken_hits = count_taken(everywhere), count_taken(labels == rival)
    n_predicted, hits = (counts[-1] - counts[:-1] for counts in (taken, taken_hits))
    n_predicted[:, k] = taken[:-1].sum(axis=1)
    hits[:, k] = count_taken(labels == k)[:-1].sum(axis=1)
    n_true = np.bincount(labels, minlength=n_classes)
    return f1_of_counts(hits, n_true, n_predicted)[:, n_true > 0].mean(axis=1)
