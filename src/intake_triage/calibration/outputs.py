"""What is left behind of a system's calibration: calibrators, calibrated logits, metrics."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intake_triage.calibration.averages import log_mean_probabilities
from intake_triage.calibration.calibrators import calibrate_seeds, calibrator_to_dict
from intake_triage.calibration.choice import CalibratorChoice
from intake_triage.calibration.system import CalibratedTask
from intake_triage.errors import InputError
from intake_triage.files import read_parquet, write_json, write_parquet
from intake_triage.layout import Layout
from intake_triage.models.predictions import Predictions, write_predictions
from intake_triage.tasks import Task


def write_calibrated(
    layout: Layout,
    system: str,
    task: Task,
    test: Predictions,
    calibrated: CalibratedTask,
    record_id: np.ndarray,
) -> None:
    """Write the calibrator of each seed, and its logits: of test seed by seed, nested averaged.

    `test` are the raw predictions of that split, `record_id` the records of calibrate in the order
    of `calibrated`.
    """
    fitted = calibrated.choice.fitted
    by_seed = zip(test.seeds, fitted, strict=True)
    write_json(
        layout.calibrators(system, task),
        {str(seed): calibrator_to_dict(calibrator) for seed, calibrator in by_seed},
    )
    logits = calibrate_seeds(fitted, test.logits)
    write_predictions(layout.calibrated(system, task), replace(test, logits=logits))
    averages = log_mean_probabilities(calibrated.nested.swapaxes(0, 1))
    write_nested(layout.nested(system, task), record_id, averages)


def write_nested(path: Path, record_id: np.ndarray, logits: np.ndarray) -> None:
    """Write a row a fold that is held out and a record, logits (n_folds, n_records, n_classes)."""
    n_folds, n_records, n_classes = logits.shape
    columns = {
        "held_out_fold": np.repeat(np.arange(n_folds), n_records),
        "record_id": np.tile(record_id, n_folds),
    }
    flat = logits.astype(np.float32).reshape(-1, n_classes)
    write_parquet(
        path, pd.DataFrame(columns | {f"logit_{k}": flat[:, k] for k in range(n_classes)})
    )


def read_nested(path: Path, record_id: np.ndarray) -> np.ndarray:
    """Read what `write_nested` wrote, in the order of records that it must be about.

    `record_id`, str of shape (n_records,), has each once. Float32 of shape (n_folds, n_records,
    n_classes).

    Raises
    ------
    InputError
        If a record is absent, or another is there.
    """
    frame = read_parquet(path)
    n_folds = frame["held_out_fold"].nunique()
    first = pd.Index(frame["record_id"].to_numpy(str)[: len(frame) // n_folds])
    logits = frame.filter(regex="^logit_").to_numpy(np.float32)
    by_fold = logits.reshape(n_folds, len(first), -1)
    rows = first.get_indexer(record_id)  # (n_records,), -1 where absent
    if len(first) != len(record_id) or (rows < 0).any():
        raise InputError(f"{path}: other records than wanted; run the stage that writes it again")
    return by_fold[:, rows]


def summarize_choice(choice: CalibratorChoice) -> dict[str, Any]:
    """Everything that was chosen for one system and task, and why; rounded to read.

    Returns
    -------
    dict
        calibrator: the one chosen; its scores as in `CalibratorChoice`; candidates: by name, their
        cross-fitted log-loss in nats, how far that is behind the best one's, and the standard error
        of that.
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
    }
