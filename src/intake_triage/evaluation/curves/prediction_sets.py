"""Do prediction sets hold the true class as often as promised, class by class?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import softmax
from scipy.stats import betabinom

from intake_triage.calibration.conformal import prediction_sets, threshold_rank
from intake_triage.evaluation.forecasts import FittedRules
from intake_triage.evaluation.samples import LabelledSplit, Sample
from intake_triage.statistics.disclosure import SHARE_DECIMALS, is_small_share
from intake_triage.statistics.estimates import ALPHA

ASSIGNING_SEED = 0


@dataclass(frozen=True)
class Band:
    """Where the coverage of one class should lie, in 95 % of repetitions."""

    low: float
    high: float


def beta_binomial_band(n_calibrate: int, n_test: int, *, alpha: float) -> Band:
    """The band where all records of the class, in both splits, are exchangeable.

    Parameters
    ----------
    n_calibrate, n_test : int
        Records of the class; without any on test every coverage will do.
    alpha : float
        In (0, 1): the share of records whose set may lack the class.

    References
    ----------
    Vovk (2012), Conditional validity of inductive conformal predictors: given the threshold, the
    coverage of new records is a beta variable.
    """
    rank = threshold_rank(n_calibrate, alpha=alpha)
    if n_test == 0:
        return Band(0.0, 1.0)
    if rank > n_calibrate:
        return Band(1.0, 1.0)
    covered = betabinom(n_test, rank, n_calibrate + 1 - rank)
    return Band(covered.ppf(ALPHA / 2) / n_test, covered.ppf(1 - ALPHA / 2) / n_test)


def assign_units(
    n_calibrate: int, n_test: int, *, repetitions: int
) -> tuple[np.ndarray, np.ndarray]:
    """Assign the units of both splits anew, at random, as many to each as it had.

    Bool arrays of shape (repetitions, n_calibrate), (repetitions, n_test): which of each split's
    units are assigned to calibrate; the others are to test.
    """
    as_it_is = np.arange(n_calibrate + n_test) < n_calibrate
    rng = np.random.default_rng(ASSIGNING_SEED)
    assigned = rng.permuted(np.tile(as_it_is, (repetitions, 1)), axis=1)
    return assigned[:, :n_calibrate], assigned[:, n_calibrate:]


def grouped_band(
    scores: tuple[np.ndarray, np.ndarray], assigned: tuple[np.ndarray, np.ndarray], *, alpha: float
) -> Band:
    """The band where records come in groups, and whole groups alone are exchangeable.

    The groups could as well have fallen into the other split. So each assignment fits its own
    threshold and counts its own coverage, and the band holds the middle 95 % of them. For groups of
    one record that is the beta-binomial band, but for chance: both rest on ranks alone.

    Parameters
    ----------
    scores : float arrays of shape (n_calibrate,), (n_test,)
        1 − the class's raw probability, for the records of the class in each split.
    assigned : bool arrays of shape (repetitions, n_calibrate), (repetitions, n_test)
        Which of them, with their groups, are assigned to calibrate.
    alpha : float
    """
    if len(scores[1]) == 0:
        return Band(0.0, 1.0)
    in_calibrate = np.concatenate(assigned, axis=1)
    coverage = _assigned_coverage(np.concatenate(scores), in_calibrate, alpha=alpha)
    low, high = np.nanquantile(coverage, [ALPHA / 2, 1 - ALPHA / 2]).tolist()
    return Band(low, high)


def coverage_rows(
    test: LabelledSplit, fitted: FittedRules, *, alpha: float
) -> list[dict[str, Any]]:
    """Coverage of each task, forecaster and class on test, its band, and the share promised.

    Classes of few people, or of few whose set lacks them, are left out.

    Parameters
    ----------
    test : LabelledSplit
    fitted : FittedRules
    alpha : float
        What the thresholds were fitted for, in (0, 1).
    """
    samples = {task: (fitted.calibrate.sample(task), test.sample(task)) for task in test.tasks}
    assigned = None
    if any(sample.in_groups for pair in samples.values() for sample in pair):
        repetitions = len(test.weights) - 1
        assigned = assign_units(fitted.calibrate.n_units, test.n_units, repetitions=repetitions)
    rows = []
    for task, pair in samples.items():
        for name, rules in fitted.rules.items():
            known, forecast = (
                softmax(np.float64(fitted.averages[part][name][task][0, sample.rows]), axis=-1)
                for part, sample in zip(("calibrate", "test"), pair, strict=True)
            )  # (n_labelled, n_classes) each
            inside = prediction_sets(forecast, rules[task].thresholds)
            for k, class_name in enumerate(test.classes[task]):
                held = inside[pair[1].labels == k, k]  # (n_of_class,)
                if is_small_share(held.sum(), len(held), smallest_shown=test.smallest_shown):
                    continue
                band = _find_band(k, (known, forecast), pair, assigned, alpha=alpha)
                numbers = {"coverage": held.mean(), "low": band.low, "high": band.high}
                numbers["promised"] = 1 - alpha
                rows.append(
                    {"task": task, "system": name, "class": class_name}
                    | {key: round(float(number), SHARE_DECIMALS) for key, number in numbers.items()}
                    | {"forms": len(held)}
                )
    return rows


def _find_band(
    k: int,
    probabilities: tuple[np.ndarray, np.ndarray],
    samples: tuple[Sample, Sample],
    assigned: tuple[np.ndarray, np.ndarray] | None,
    *,
    alpha: float,
) -> Band:
    """Of class k, from calibrate and test, `assigned` anew where records come in groups."""
    of_class = [sample.labels == k for sample in samples]
    if assigned is None:
        return beta_binomial_band(*(mask.sum() for mask in of_class), alpha=alpha)
    scores, in_calibrate = [], []
    for chances, sample, units, mask in zip(
        probabilities, samples, assigned, of_class, strict=True
    ):
        scores.append(1 - chances[mask, k])
        in_calibrate.append(units[:, sample.unit[mask]])
    return grouped_band(tuple(scores), tuple(in_calibrate), alpha=alpha)


def _assigned_coverage(scores: np.ndarray, in_calibrate: np.ndarray, *, alpha: float) -> np.ndarray:
    """Coverage of each assignment, (repetitions,); NaN where it leaves no record to test."""
    order = np.argsort(scores)
    then = np.cumsum(in_calibrate[:, order], axis=1)  # (repetitions, n_records)
    now = np.arange(1, len(scores) + 1) - then
    rank = threshold_rank(then[:, -1], alpha=alpha)
    place = (then < rank[:, np.newaxis]).sum(axis=1)  # n_records where no score is high enough
    last_of_ties = np.searchsorted(scores[order], scores[order], side="right") - 1
    last = np.append(last_of_ties, len(scores) - 1)[place]
    covered, tested = now[np.arange(len(now)), last], now[:, -1]
    return np.divide(covered, tested, out=np.full(len(now), np.nan), where=tested > 0)
