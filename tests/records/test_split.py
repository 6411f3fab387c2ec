"""The split keeps its shares, its classes and what belongs together."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from intake_triage.records.split import find_units, normalize_texts, split_records
from intake_triage.tasks import SPLITS

SHARES = {"train": 0.6, "valid": 0.1, "calibrate": 0.15, "test": 0.15}


@pytest.fixture
def frame(rng):
    """8,000 records in groups of one to nine; labels are skewed and partly missing."""
    n = 8000
    group = np.repeat(np.arange(n), rng.integers(1, 10, n))[:n]
    urgency = pd.Series(rng.choice(["a", "b", "c"], n, p=[0.05, 0.35, 0.6]))
    specialty = pd.Series(rng.choice(["x", "y"], n, p=[0.15, 0.85]))
    return pd.DataFrame(
        {
            "record_id": [f"r{i}" for i in range(n)],
            "text": [f"complaint {i}" for i in rng.integers(0, 6000, n)],
            "group": [f"g{i}" for i in rng.permutation(group)],
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 700, n), "D"),
            "urgency": urgency.where(rng.random(n) < 0.9),
            "specialty": specialty.where(rng.random(n) < 0.9),
        }
    )


def split(frame: pd.DataFrame, *, by: str = "random", seed: int = 0) -> np.ndarray:
    return split_records(frame, find_units(frame), by=by, seed=seed)


@pytest.mark.parametrize("by", ["random", "date"])
@pytest.mark.parametrize("grouped", [True, False])
def test_the_shares_are_60_10_15_15(frame, by, grouped):
    frame = frame if grouped else frame.drop(columns="group")
    shares = pd.Series(split(frame, by=by)).value_counts(normalize=True)
    for name in SPLITS:
        assert shares[name] == pytest.approx(SHARES[name], abs=0.015)


@pytest.mark.parametrize("by", ["random", "date"])
def test_no_group_crosses_and_every_record_is_in_one_split(frame, by):
    assigned = split(frame, by=by)
    assert set(assigned) == set(SPLITS)
    assert len(assigned) == len(frame)
    assert pd.Series(assigned).groupby(frame["group"]).nunique().max() == 1


@pytest.mark.parametrize("by", ["random", "date"])
def test_without_groups_no_text_crosses_whatever_its_case_and_spaces(frame, by):
    frame = frame.drop(columns="group")
    frame.loc[::2, "text"] = "  " + frame.loc[::2, "text"].str.upper().str.replace(" ", " \t ")
    assigned = split(frame, by=by)
    same = frame["text"].str.lower().str.split().str.join(" ")
    assert same.duplicated().any()
    assert pd.Series(assigned).groupby(same).nunique().max() == 1


def test_normalized_texts_keep_what_makes_them_different():
    texts = pd.Series(["Sore  Knee", "sore knee ", "sore\nknee", "sore knees", "sore, knee"])
    assert normalize_texts(texts).nunique() == 3


def test_every_class_of_both_labels_has_the_same_share_in_every_split(frame):
    frame = frame.drop(columns="group")
    frame["text"] = frame["record_id"]  # every record a unit of its own
    assigned = split(frame)
    strata = frame["urgency"].fillna("?") + frame["specialty"].fillna("?")
    for stratum, n in strata.value_counts().items():
        counts = pd.Series(assigned)[strata == stratum].value_counts()
        for name in SPLITS:
            # assigned in twenties, so at most two of them are cut by the stratum's edges
            assert abs(counts.get(name, 0) - n * SHARES[name]) <= 12, stratum


def test_a_group_is_stratified_on_its_most_frequent_labels(frame):
    frame["urgency"] = frame.groupby("group")["urgency"].transform("first").fillna("c")
    assigned = pd.Series(split(frame))
    for name in ("a", "b", "c"):
        rows = frame["urgency"] == name
        share = (assigned[rows] == "test").mean()
        assert share == pytest.approx(0.15, abs=0.05)


def test_the_seed_decides_the_split(frame):
    np.testing.assert_array_equal(split(frame, seed=3), split(frame, seed=3))
    assert (split(frame, seed=3) != split(frame, seed=4)).mean() > 0.3


def test_columns_that_are_no_label_and_no_unit_do_not_matter(frame, rng):
    other = frame.assign(text="same", record_id=rng.permutation(frame["record_id"]), age=3.0)
    other.index = rng.permutation(len(frame))
    np.testing.assert_array_equal(split(frame), split(other))


def test_by_date_train_is_older_than_test(frame):
    assigned = split(frame, by="date")
    last = frame.groupby("group")["date"].transform("max")  # a group is as old as its last record
    borders = [
        (last[assigned == earlier].max(), last[assigned == later].min())
        for earlier, later in pairwise(SPLITS)
    ]
    assert all(newest <= oldest for newest, oldest in borders)
    assert last[assigned == "train"].max() < last[assigned == "test"].min()


def test_by_date_takes_no_seed(frame):
    np.testing.assert_array_equal(split(frame, by="date", seed=1), split(frame, by="date", seed=2))


def test_units_are_numbered_by_their_first_record():
    texts = pd.DataFrame({"text": ["b", "a", "B", "c"]})
    assert find_units(texts).tolist() == [0, 1, 0, 2]
    assert find_units(texts.assign(group=["x", "y", "x", "y"])).tolist() == [0, 1, 0, 1]
