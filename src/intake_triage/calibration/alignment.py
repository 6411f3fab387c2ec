"""Predictions put in the order of the records that they are about."""

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.models.predictions import Predictions


def align_predictions(predictions: Predictions, record_id: np.ndarray, *, of: str) -> Predictions:
    """Reorder the records of `predictions`, which must be those of `record_id`, each once.

    Parameters
    ----------
    predictions : Predictions
    record_id : str array of shape (n_records,)
        The order wanted.
    of : str
        Whose predictions they are, for the error.

    Raises
    ------
    InputError
        If a record has no prediction, two predictions, or is unknown, or a logit is not finite.
    """
    index = pd.Index(predictions.record_id)
    if not index.is_unique or len(index) != len(record_id):
        raise InputError(
            f"predictions of {of}: {index.nunique()} different records in {len(index)} rows a "
            f"seed, expected {len(record_id)}; run the stage that writes them again"
        )
    rows = index.get_indexer(record_id)  # (n_records,), -1 where absent
    if (rows < 0).any():
        raise InputError(
            f"predictions of {of}: none for record {record_id[rows < 0][0]}; "
            "run the stage that writes them again"
        )
    if not np.isfinite(predictions.logits).all():
        raise InputError(f"predictions of {of}: a logit is infinite or not a number")
    return Predictions(
        predictions.record_id[rows],
        predictions.split[rows],
        predictions.seeds,
        predictions.logits[:, rows],
    )
