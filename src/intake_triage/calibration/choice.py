"""Which calibrator a system gets for a task: by cross-fitted log-loss, seeds pooled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from intake_triage.calibration.calibrators import CALIBRATORS, Calibrator, calibrate_seeds
from intake_triage.calibration.fit_calibrators import fit_calibrator
from intake_triage.calibration.gains import CrossFittedGain, log_loss_gain
from intake_triage.calibration.sample import CalibrationSample
from intake_triage.errors import InputError
from intake_triage.statistics.scores import brier, log_loss

FittedByFold = dict[int, tuple[Calibrator, ...]]  # by fold, one calibrator a seed


@dataclass(frozen=True)
class CandidateScore:
    """What one candidate loses when each record is calibrated by a fit without its fold.

    Attributes
    ----------
    log_loss : mean over seeds, in nats
    behind : how much lower the log-loss of the best candidate is
    """

    log_loss: float
    behind: CrossFittedGain


@dataclass(frozen=True)
class CalibratorChoice:
    """The calibrator of one system and task, and what it is worth.

    Attributes
    ----------
    name : the candidate chosen
    fitted : one calibrator a seed, fitted on the whole of the split
    fitted_by_fold : by fold, one calibrator a seed, fitted on all the other folds
    scores : means over seeds on the split, for the raw logits (`raw_log_loss`, `raw_brier`) and for
        those calibrated by a fit that has not seen the record's fold (`log_loss`, `brier`)
    candidates : by name, all that the choice was among
    """

    name: str
    fitted: tuple[Calibrator, ...]
    fitted_by_fold: FittedByFold
    scores: dict[str, float]
    candidates: dict[str, CandidateScore]


def choose_calibrator(sample: CalibrationSample, candidates: Sequence[str]) -> CalibratorChoice:
    """Choose among `candidates` by cross-fitted log-loss pooled over seeds, then fit each seed.

    Of the candidates whose log-loss is within one standard error of the lowest, the simplest is
    taken, as the one-standard-error rule has it; the standard error is that of the difference from
    the lowest, on the same records. So a calibrator that only fits noise, or gains what cannot be
    told from noise, is not put in the place of a simpler one, nor of the raw logits.

    Parameters
    ----------
    sample : CalibrationSample
        Labelled records alone.
    candidates : sequence of str
        Names in `CALIBRATORS`, which lists the simplest first.

    Raises
    ------
    InputError
        If the labels lie in one fold alone.

    References
    ----------
    Breiman, Friedman, Olshen, Stone (1984), Classification and regression trees, section 3.4.3.
    """
    if len(np.unique(sample.fold)) < 2:
        raise InputError("the labels of the calibrate split lie in fewer than 2 folds of groups")
    by_fold = {name: fit_by_fold(name, sample) for name in candidates}
    scores = score_candidates(by_fold, sample)
    chosen = simplest_close(scores)
    held_out = calibrate_held_out(by_fold[chosen], sample)
    return CalibratorChoice(
        name=chosen,
        fitted=fit_seeds(chosen, sample),
        fitted_by_fold=by_fold[chosen],
        scores={
            "raw_log_loss": _mean_score(log_loss, sample.logits, sample.labels),
            "log_loss": scores[chosen].log_loss,
            "raw_brier": _mean_score(brier, sample.logits, sample.labels),
            "brier": _mean_score(brier, held_out, sample.labels),
        },
        candidates=scores,
    )


def score_candidates(
    by_fold: Mapping[str, FittedByFold], sample: CalibrationSample
) -> dict[str, CandidateScore]:
    """Cross-fitted log-loss of every candidate, and how far it is behind the best one's.

    Parameters
    ----------
    by_fold : mapping
        By the candidate's name, its calibrators for each fold, fitted without that fold.
    sample : CalibrationSample
        Labelled records alone.
    """
    labels, unit = sample.labels, sample.unit
    held_out = {name: calibrate_held_out(fitted, sample) for name, fitted in by_fold.items()}
    losses = {name: _mean_score(log_loss, held_out[name], labels) for name in by_fold}
    best = min(by_fold, key=losses.__getitem__)
    return {
        name: CandidateScore(
            losses[name], log_loss_gain(held_out[best], held_out[name], labels, unit)
        )
        for name in by_fold
    }


def simplest_close(scores: Mapping[str, CandidateScore]) -> str:
    """The simplest candidate within one standard error of the best."""
    behind = {name: score.behind for name, score in scores.items()}
    close = [name for name, gain in behind.items() if gain.value <= gain.standard_error]
    return min(close, key=list(CALIBRATORS).index)


def fit_by_fold(name: str, sample: CalibrationSample) -> FittedByFold:
    """For each fold, one calibrator a seed, fitted on the records of all the other folds."""
    return {
        int(number): fit_seeds(name, sample.at(sample.fold != number))
        for number in np.unique(sample.fold)
    }


def calibrate_held_out(by_fold: FittedByFold, sample: CalibrationSample) -> np.ndarray:
    """Calibrate every record by its fold's calibrators, float64 of the logits' shape."""
    calibrated = np.empty(sample.logits.shape)
    for number, seeds in by_fold.items():
        rows = sample.fold == number
        calibrated[:, rows] = calibrate_seeds(seeds, sample.logits[:, rows])
    return calibrated


def fit_seeds(name: str, sample: CalibrationSample) -> tuple[Calibrator, ...]:
    """One calibrator a seed, fitted on all of `sample`."""
    return tuple(fit_calibrator(name, logits, sample.labels) for logits in sample.logits)


def _mean_score(
    score: Callable[[np.ndarray, np.ndarray], float], logits: np.ndarray, labels: np.ndarray
) -> float:
    return float(np.mean([score(seed_logits, labels) for seed_logits in logits]))
