"""What stage `calibrate` leaves behind: calibrators, calibrated test logits, a line of metrics."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from intake_triage.calibration.calibrators import calibrate_logits, calibrator_to_dict
from intake_triage.calibration.choice import CalibratorChoice
from intake_triage.files import write_json
from intake_triage.predictions import PREDICTIONS, Predictions, predictions_path, write_predictions
from intake_triage.tasks import Task

CALIBRATORS_FOLDER = Path("models/calibrators")
CALIBRATED = PREDICTIONS / "calibrated"


def write_calibrated(
    system: str, task: Task, predictions: Predictions, choice: CalibratorChoice
) -> None:
    """Write the calibrator of each seed, and `predictions` calibrated by it, seed by seed."""
    by_seed = zip(predictions.seeds, choice.fitted, strict=True)
    write_json(
        CALIBRATORS_FOLDER / system / f"{task}.json",
        {str(seed): calibrator_to_dict(calibrator) for seed, calibrator in by_seed},
    )
    logits = np.stack(
        [
            calibrate_logits(calibrator, seed_logits)
            for calibrator, seed_logits in zip(choice.fitted, predictions.logits, strict=True)
        ]
    )  # (n_seeds, n_records, n_classes)
    calibrated = Predictions(predictions.record_id, predictions.split, predictions.seeds, logits)
    write_predictions(predictions_path(system, task, folder=CALIBRATED), calibrated)


def summarize_choice(choice: CalibratorChoice, seeds: np.ndarray) -> dict[str, Any]:
    """The calibrator chosen, its cross-fitted scores, its parameters a seed; rounded to read."""
    by_seed = zip(seeds, choice.fitted, strict=True)
    return {
        "calibrator": choice.name,
        **{name: round(score, 6) for name, score in choice.scores.items()},
        "seeds": {
            str(seed): {name: round(value, 4) for name, value in asdict(calibrator).items()}
            for seed, calibrator in by_seed
        },
    }
