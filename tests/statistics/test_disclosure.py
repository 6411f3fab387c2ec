"""No count of people below 11 can be seen in a row, or worked out from the rest of it."""

import numpy as np
import pytest

from intake_triage.statistics.disclosure import (
    SMALLEST_SHOWN,
    hide_small_counts,
    is_small_share,
)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([50, 11, 60], [False, False, False]),
        ([50, 10, 60], [True, True, False]),  # 10 alone would be the row less the rest
        ([50, 6, 5], [False, True, True]),  # 6 + 5 = 11: nothing below 11 follows
        ([50, 5, 5], [True, True, True]),
        ([50, 0, 0], [False, True, True]),
        ([50, 0, 4], [True, True, True]),
        ([3, 4, 0], [True, True, True]),
    ],
)
def test_rows(counts, hidden):
    assert hide_small_counts(np.array([counts], float)).tolist() == [hidden]


def test_what_is_hidden_never_sums_to_a_small_count(rng):
    counts = rng.poisson(np.exp(rng.normal(2, 2, (500, 8)))).astype(float)
    hidden = hide_small_counts(counts)
    assert hidden[counts < SMALLEST_SHOWN].all()
    sums = (counts * hidden).sum(axis=1)
    fine = (sums == 0) | (sums >= SMALLEST_SHOWN) | hidden.all(axis=1)
    assert fine.all()


@pytest.mark.parametrize(
    ("count", "of", "hidden"),
    [
        (11, 22, False),
        (10.9, 100, True),  # a mean over seeds
        (0, 100, True),
        (90, 100, True),  # 10 are left over
        (89, 100, False),
        (100, 100, False),
        (100 - 1e-12, 100, False),
        (5, 5, True),
        (np.nan, 0, True),
    ],
)
def test_shares(count, of, hidden):
    assert is_small_share(count, of) == hidden


def test_larger_cells_can_be_asked_for_and_the_rest_still_hides_few_people():
    counts = np.array([[300.0, 120.0, 60.0], [300.0, 120.0, 5.0]])
    hidden = hide_small_counts(counts, smallest=100)
    assert hidden.tolist() == [[False, False, True], [False, True, True]]
