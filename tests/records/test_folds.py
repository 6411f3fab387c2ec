"""Folds keep units whole and spread every class."""

import numpy as np
import pytest

from intake_triage.errors import InputError
from intake_triage.records.folds import assign_folds


def test_no_unit_crosses_folds(rng):
    unit = rng.integers(0, 60, 500) * 7  # numbers that are not used up, as a split of a table has
    fold = assign_folds(unit, [rng.integers(-1, 3, 500)], n_folds=5)
    assert set(fold) == set(range(5))
    assert all(len(set(fold[unit == u])) == 1 for u in set(unit))


def test_a_rare_class_of_each_task_lies_in_every_fold(rng):
    labels = [rng.choice(12, 3000, p=[0.989, *[0.001] * 11]), rng.integers(0, 4, 3000)]
    labels[1][::50] = -1
    fold = assign_folds(np.arange(3000), labels, n_folds=5)
    for task in labels:
        for k in range(task.max() + 1):
            counts = np.bincount(fold[task == k], minlength=5)
            assert counts.max() - counts.min() <= 2


def test_fewer_units_than_folds_are_refused():
    with pytest.raises(InputError, match=r"calibrate\.folds: got 5, but .* has 3 groups"):
        assign_folds(np.array([0, 0, 1, 2]), [np.zeros(4, int)], n_folds=5)
