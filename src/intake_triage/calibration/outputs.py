"""What stage `calibrate` leaves behind: calibrators, decision rules, calibrated logits, metrics.

`models/decisions/<system>/<task>.json` holds, by seed, `class_weights` and `conformal_thresholds`,
a number a class each, null for an infinite threshold.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from intake_triage.calibration.calibrators import calibrate_seeds, calibrator_to_dict
from intake_triage.calibration.choice import CalibratorChoice
from intake_triage.calibration.class_weights import ClassWeightChoice
from intake_triage.files import read_json, write_json
from intake_triage.models.predictions import (
    PREDICTIONS,
    Predictions,
    predictions_path,
    write_predictions,
)
from intake_triage.tasks import Task

CALIBRATORS_FOLDER = Path("models/calibrators")
DECISIONS_FOLDER = Path("models/decisions")
CALIBRATED = PREDICTIONS / "calibrated"
OUT_OF_FOLD = PREDICTIONS / "out_of_fold"


@dataclass(frozen=True)
class DecisionRules:
    """What turns the probabilities of one system and task into decisions and sets.

    Attributes
    ----------
    seeds : int array of shape (n_seeds,)
    class_weights : float array of shape (n_seeds, n_classes)
        For `decide_balanced` on calibrated probabilities; all 1 where balancing gains nothing.
    thresholds : float array of shape (n_seeds, n_classes)
        For `prediction_sets` on raw probabilities; may be infinite.
    """

    seeds: np.ndarray
    class_weights: np.ndarray
    thresholds: np.ndarray


def write_calibrated(
    system: str, task: Task, predictions: Predictions, choice: CalibratorChoice
) -> None:
    """Write the calibrator of each seed, and `predictions` calibrated by it, seed by seed."""
    by_seed = zip(predictions.seeds, choice.fitted, strict=True)
    write_json(
        CALIBRATORS_FOLDER / system / f"{task}.json",
        {str(seed): calibrator_to_dict(calibrator) for seed, calibrator in by_seed},
    )
    logits = calibrate_seeds(choice.fitted, predictions.logits)
    calibrated = Predictions(predictions.record_id, predictions.split, predictions.seeds, logits)
    write_predictions(predictions_path(system, task, folder=CALIBRATED), calibrated)


def write_decision_rules(system: str, task: Task, rules: DecisionRules) -> None:
    """Write the rules of each seed."""
    by_seed = zip(rules.seeds, rules.class_weights.tolist(), rules.thresholds, strict=True)
    write_json(
        DECISIONS_FOLDER / system / f"{task}.json",
        {
            str(seed): {
                "class_weights": weights,
                "conformal_thresholds": [float(q) if np.isfinite(q) else None for q in thresholds],
            }
            for seed, weights, thresholds in by_seed
        },
    )


def read_decision_rules(system: str, task: Task) -> DecisionRules:
    """Read what `write_decision_rules` wrote."""
    by_seed = read_json(DECISIONS_FOLDER / system / f"{task}.json")
    thresholds = [
        [np.inf if q is None else q for q in rules["conformal_thresholds"]]
        for rules in by_seed.values()
    ]
    return DecisionRules(
        seeds=np.array([int(seed) for seed in by_seed]),
        class_weights=np.array([rules["class_weights"] for rules in by_seed.values()]),
        thresholds=np.array(thresholds),
    )


def summarize_choice(choice: CalibratorChoice, weights: ClassWeightChoice) -> dict[str, Any]:
    """Everything that was chosen for one system and task, and why; rounded to read.

    Returns
    -------
    dict
        calibrator: the one chosen; its scores as in `CalibratorChoice`; candidates: by name, their
        cross-fitted log-loss in nats, how far that is behind the best one's, and the standard error
        of that; balanced: whether class weights are kept, their cross-fitted gain in macro-F1, and
        its lower one-sided 95 % limit.
    """
    return {
        "calibrator": choice.name,
        **{name: round(score, 6) for name, score in choice.scores.items()},
        "candidates": {
            name: {
                "log_loss": round(score.log_loss, 6),
                "behind": round(score.behind.value, 6),
                "standard_error": round(score.behind.standard_error, 6),
            }
            for name, score in choice.candidates.items()
        },
        "balanced": {
            "kept": weights.gain.is_real,
            "macro_f1_gain": round(weights.gain.value, 4),
            "low": round(weights.gain.lower_limit, 4),
        },
    }
