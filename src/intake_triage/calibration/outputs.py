"""What stage `calibrate` leaves behind of a choice: calibrators, calibrated logits, metrics."""

from dataclasses import replace
from typing import Any

from intake_triage.calibration.calibrators import calibrate_seeds, calibrator_to_dict
from intake_triage.calibration.choice import CalibratorChoice
from intake_triage.calibration.class_weights import ClassWeightChoice
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.models.predictions import Predictions, write_predictions
from intake_triage.tasks import Task


def write_calibrated(
    layout: Layout, system: str, task: Task, predictions: Predictions, choice: CalibratorChoice
) -> None:
    """Write the calibrator of each seed, and `predictions` calibrated by it, seed by seed."""
    by_seed = zip(predictions.seeds, choice.fitted, strict=True)
    write_json(
        layout.calibrators(system, task),
        {str(seed): calibrator_to_dict(calibrator) for seed, calibrator in by_seed},
    )
    logits = calibrate_seeds(choice.fitted, predictions.logits)
    write_predictions(layout.calibrated(system, task), replace(predictions, logits=logits))


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
