"""The folds that the calibrate split is cut into."""

import numpy as np
from sklearn.model_selection import GroupKFold

from intake_triage.errors import InputError


def assign_folds(unit: np.ndarray, *, n_folds: int) -> np.ndarray:
    """Number of the fold of each record; a unit never crosses folds.

    Parameters
    ----------
    unit : int array of shape (n_records,)
    n_folds : int
        At least 2.

    Returns
    -------
    int array of shape (n_records,)
        In ``range(n_folds)``.

    Raises
    ------
    InputError
        If there are fewer units than folds.
    """
    n_units = len(np.unique(unit))
    if n_units < n_folds:
        raise InputError(
            f"params.yaml: calibrate.folds: got {n_folds}, but the calibrate split has {n_units}"
            " groups; it may be at most that"
        )
    fold = np.empty(len(unit), np.int64)
    for number, (_, held_out) in enumerate(GroupKFold(n_folds).split(unit, groups=unit)):
        fold[held_out] = number
    return fold
