"""Bins: every entry in one, none of few people."""

import numpy as np
import pandas as pd
import pytest

from intake_triage.release.watch.histograms import (
    describe_numbers,
    describe_values,
    find_bins,
    name_bins,
)


def test_values_of_few_forms_are_one_bin():
    values = pd.Series(["a"] * 50 + ["b"] * 30 + ["c"] * 9 + ["d"] * 6 + [None] * 5, dtype="str")
    histogram = describe_values(values)
    assert histogram == {
        "values": ["a", "b", "other"],
        "shares": [0.526, 0.316, 0.158],
        "forms": 95,
    }


def test_a_value_that_is_itself_called_other_goes_with_those_of_few_forms():
    values = pd.Series(["public"] * 50 + ["private"] * 30 + ["other"] * 20 + ["c"] * 9 + ["d"] * 6)
    histogram = describe_values(values)
    assert histogram == {
        "values": ["public", "private", "other"],
        "shares": [0.435, 0.261, 0.304],
        "forms": 115,
    }
    bins = find_bins(values, histogram)
    assert np.bincount(bins).tolist() == [50, 30, 35]


def test_what_would_give_a_small_value_away_goes_with_it():
    values = pd.Series(["a"] * 50 + ["b"] * 30 + ["c"] * 3, dtype="str")
    assert describe_values(values)["values"] == ["a", "other"]


@pytest.mark.parametrize("n", [15, 60, 1000])
def test_bins_of_numbers_hold_all_and_none_holds_few(n, rng):
    numbers = np.concatenate([rng.exponential(30, n), np.zeros(n // 3), [np.nan] * 7])
    histogram = describe_numbers(numbers)
    bins = find_bins(pd.Series(numbers), histogram)
    known = bins[bins >= 0]
    counts = np.bincount(known, minlength=len(name_bins(histogram)))
    assert counts.sum() == n + n // 3 == histogram["forms"]
    assert counts.min() >= 11
    assert counts / counts.sum() == pytest.approx(histogram["shares"], abs=0.0006)
    assert (bins == -1).sum() == 7


def test_a_number_lies_in_the_bin_that_its_name_tells():
    histogram = {"edges": [18.0, 65.0], "shares": [0.2, 0.5, 0.3], "forms": 100}
    assert name_bins(histogram) == ["below 18", "18 to below 65", "65 or more"]
    assert find_bins(pd.Series([17.9, 18.0, 64.0, 65.0, 300.0]), histogram).tolist() == [
        0,
        1,
        1,
        2,
        2,
    ]


def test_no_edge_is_a_persons_own_number():
    edges = describe_numbers(np.random.default_rng(0).normal(36.5, 1, 500))["edges"]
    assert all(round(edge, 1) == edge for edge in edges)


def test_a_new_value_counts_among_the_forms():
    with_other = {"values": ["a", "other"], "shares": [0.9, 0.1], "forms": 100}
    without = {"values": ["a", "b"], "shares": [0.9, 0.1], "forms": 100}
    column = pd.Series(["a", "new", None])
    assert find_bins(column, with_other).tolist() == [0, 1, -1]
    assert find_bins(column, without).tolist() == [0, 2, -1]


def test_nobody_has_filled_it_in():
    assert describe_numbers(np.array([np.nan])) == {"edges": [], "shares": [0.0], "forms": 0}
    assert describe_values(pd.Series([None, None], dtype="str"))["values"] == []
