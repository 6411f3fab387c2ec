"""The folds that the calibrate split is cut into."""

from collections.abc import Sequence

import numpy as np

from intake_triage.errors import InputError
from intake_triage.records.split import assign_units

FOLD_SEED = 0


def assign_folds(unit: np.ndarray, labels: Sequence[np.ndarray], *, n_folds: int) -> np.ndarray:
    """Number of the fold of each record; a unit never crosses folds, and each class is spread.

    Parameters
    ----------
    unit : int array of shape (n_records,)
    labels : sequence of int arrays of shape (n_records,)
        Class indices of each task, -1 where there is none.
    n_folds : int
        At least 2.

    Returns
    -------
    int64 array of shape (n_records,)
        In ``range(n_folds)``.

    Raises
    ------
    InputError
        If there are fewer units than folds.
    """
    units, numbered = np.unique(unit, return_inverse=True)
    if len(units) < n_folds:
        raise InputError(
            f"params.yaml: calibrate.folds: got {n_folds}, but the calibrate split has {len(units)}"
            " groups; it may be at most that"
        )
    shares = np.full(n_folds, 1 / n_folds)
    return assign_units(numbered, labels, shares, seed=FOLD_SEED)[numbered]
