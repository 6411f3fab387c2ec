"""What a trained system hands on: logits for every record outside train, for every seed.

A file `predictions/<system>/<task>.parquet` has the columns `record_id, split, seed,
logit_0 … logit_{K-1}`, K the task's classes in the order of `schema.json`. Rows of one seed stand
together, every seed has the same records in the same order, and no label is among the columns.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.files import read_parquet, write_parquet
from intake_triage.tasks import Split

POOLED = -1  # stands for a seed where all seeds are averaged


@dataclass(frozen=True)
class Predictions:
    """Logits of one system for one task.

    Attributes
    ----------
    record_id : str array of shape (n_records,)
    split : str array of shape (n_records,)
        valid, calibrate or test.
    seeds : int array of shape (n_seeds,)
        `POOLED` alone where they are averaged.
    logits : float32 array of shape (n_seeds, n_records, n_classes)
    """

    record_id: np.ndarray
    split: np.ndarray
    seeds: np.ndarray
    logits: np.ndarray

    def of_split(self, split: Split) -> "Predictions":
        """The same for the records of one split."""
        return self.at(self.split == split)

    def at(self, rows: np.ndarray) -> "Predictions":
        """The same for the records at `rows`, positions or a mask."""
        return Predictions(self.record_id[rows], self.split[rows], self.seeds, self.logits[:, rows])


def write_predictions(path: Path, predictions: Predictions) -> None:
    """Write one row per seed and record."""
    n_seeds, n_records, n_classes = predictions.logits.shape
    columns = {
        "record_id": np.tile(predictions.record_id, n_seeds),
        "split": np.tile(predictions.split, n_seeds),
        "seed": np.repeat(predictions.seeds, n_records),
    }
    flat = predictions.logits.astype(np.float32).reshape(n_seeds * n_records, n_classes)
    columns |= {f"logit_{k}": flat[:, k] for k in range(n_classes)}
    write_parquet(path, pd.DataFrame(columns))


def read_predictions(path: Path) -> Predictions:
    """Read what `write_predictions` wrote."""
    frame = read_parquet(path)
    seeds = frame["seed"].unique()
    n_records = len(frame) // len(seeds)
    logit_columns = [column for column in frame.columns if column.startswith("logit_")]
    flat = frame[logit_columns].to_numpy(np.float32)
    return Predictions(
        record_id=frame["record_id"].to_numpy(str)[:n_records],
        split=frame["split"].to_numpy(str)[:n_records],
        seeds=seeds,
        logits=flat.reshape(len(seeds), n_records, len(logit_columns)),
    )


def read_aligned(path: Path, record_id: np.ndarray, split: Split | None = None) -> Predictions:
    """Read predictions in the order of the records that they must be about.

    Parameters
    ----------
    path : file that `write_predictions` wrote
    record_id : str array of shape (n_records,)
        Each once, in the order wanted.
    split : the only split that is looked at; all are by default

    Raises
    ------
    InputError
        If a record has no prediction, two predictions, or is unknown, or a logit is not finite.
    """
    predictions = read_predictions(path)
    if split is not None:
        predictions = predictions.of_split(split)
    index = pd.Index(predictions.record_id)
    if not index.is_unique or len(index) != len(record_id):
        raise InputError(
            f"{path}: {index.nunique()} different records in {len(index)} rows a seed, "
            f"expected {len(record_id)}; run the stage that writes it again"
        )
    rows = index.get_indexer(record_id)  # (n_records,), -1 where absent
    if (rows < 0).any():
        raise InputError(
            f"{path}: no prediction for record {record_id[rows < 0][0]}; "
            "run the stage that writes it again"
        )
    if not np.isfinite(predictions.logits).all():
        raise InputError(f"{path}: a logit is infinite or not a number")
    return predictions.at(rows)
