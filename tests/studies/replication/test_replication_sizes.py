"""Fewer forms are part of more, and what is tested on stays the same."""

import numpy as np
import pandas as pd
import pytest

from intake_triage.errors import InputError
from studies.replication.prepare import UNUSED, assign_by_count, count_splits

N_RECORDS, N_UNITS = 3000, 700


@pytest.fixture
def units(rng):
    return np.unique(rng.integers(0, N_UNITS, N_RECORDS), return_inverse=True)[1]


@pytest.fixture
def assign(params, units, rng):
    frame = pd.DataFrame(
        {
            "urgency": rng.choice(["now", "later"], N_RECORDS),
            "specialty": rng.choice(["heart", "skin"], N_RECORDS),
        }
    )
    return lambda learn, test=None: assign_by_count(
        frame, units, params.data, most=count_splits(learn, test)
    )


def test_the_parts_keep_their_proportions():
    assert count_splits(2400, None) == {"train": 2400, "valid": 400, "calibrate": 600}
    assert count_splits(2400, 50)["test"] == 50


def test_each_part_gets_its_count_in_whole_units(assign, units):
    split = assign(600, 200)
    largest = np.bincount(units).max()
    for name, count in count_splits(600, 200).items():
        assert count <= (split == name).sum() < count + largest
    sides = pd.DataFrame({"unit": units, "split": split}).groupby("unit")["split"].nunique()
    assert (sides == 1).all()
    assert (split == UNUSED).any()


def test_small_parts_lie_within_large_ones_and_test_stays(assign):
    few, more = assign(300), assign(900)
    for name in ("train", "valid", "calibrate"):
        assert not ((few == name) & (more != name)).any()
        assert (few == name).sum() < (more == name).sum()
    assert ((few == "test") == (more == "test")).all()


def test_more_forms_than_there_are_are_refused(assign):
    with pytest.raises(InputError, match=r"train has \d+ records, of which 2500 are asked for"):
        assign(2500)
