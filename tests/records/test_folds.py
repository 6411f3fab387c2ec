"""Folds keep units whole."""

import numpy as np
import pytest

from intake_triage.errors import InputError
from intake_triage.records.folds import assign_folds


def test_no_unit_crosses_folds(rng):
    unit = rng.integers(0, 60, 500)
    fold = assign_folds(unit, n_folds=5)
    assert set(fold) == set(range(5))
    assert all(len(set(fold[unit == u])) == 1 for u in set(unit))


def test_fewer_units_than_folds_are_refused():
    with pytest.raises(InputError, match=r"calibrate\.folds: got 5, but .* has 3 groups"):
        assign_folds(np.array([0, 0, 1, 2]), n_folds=5)
