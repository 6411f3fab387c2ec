"""The split keeps its shares, its classes and what belongs together."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from intake_triage.records.split import (
    SHARES,
    assign_units,
    find_units,
    normalize_texts,
    split_records,
)
from intake_triage.tasks import SPLITS, TASKS

SHARE_OF = {"train": 0.6, "valid": 0.1, "calibrate": 0.15, "test": 0.15}


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
        assert shares[name] == pytest.approx(SHARE_OF[name], abs=0.003)


@pytest.mark.parametrize("by", ["random", "date"])
def test_no_group_crosses_and_every_record_is_in_one_split(frame, by):
    assigned = split(frame, by=by)
    assert set(assigned) == set(SPLITS)
    assert len(assigned) == len(frame)
    assert pd.Series(assigned).groupby(frame["group"]).nunique().max() == 1


@pytest.mark.parametrize("by", ["random", "date"])
def test_without_groups_no_long_text_crosses_whatever_its_case_and_spaces(frame, by):
    frame = frame.drop(columns="group")
    frame["text"] += " and it has been getting worse since about the end of last week"
    frame.loc[::2, "text"] = "  " + frame.loc[::2, "text"].str.upper().str.replace(" ", " \t ")
    assigned = split(frame, by=by)
    same = frame["text"].str.lower().str.split().str.join(" ")
    assert same.duplicated().any()
    assert pd.Series(assigned).groupby(same).nunique().max() == 1


def test_without_groups_a_short_text_is_no_unit_and_a_long_one_is():
    short, long = "chest pain", "chest pain since the morning, worse on the stairs, left arm too"
    chinese = "昨天晚上開始胸口痛而且走樓梯會更嚴重左手也麻"  # 22 characters, 66 bytes
    texts = pd.DataFrame({"text": [short, long, short, long.upper(), chinese[:19], chinese]})
    twice = pd.concat([texts, texts], ignore_index=True)
    assert find_units(texts).tolist() == [0, 1, 2, 1, 3, 4]
    assert find_units(twice).tolist() == [0, 1, 2, 1, 3, 4, 5, 1, 6, 1, 7, 4]


def test_normalized_texts_keep_what_makes_them_different():
    texts = pd.Series(["Sore  Knee", "sore knee ", "sore\nknee", "sore knees", "sore, knee"])
    assert normalize_texts(texts).nunique() == 3


def count_off(frame: pd.DataFrame, assigned: np.ndarray) -> float:
    """The most records that a split has too many or too few, in all or of a class."""
    of_class = [frame[task] == name for task in TASKS for name in frame[task].dropna().unique()]
    return max(
        abs(float((assigned[rows] == name).sum()) - rows.sum() * share)
        for rows in [pd.Series(True, index=frame.index), *of_class]
        for name, share in SHARE_OF.items()
    )


@pytest.mark.parametrize("seed", range(5))
def test_single_records_of_every_class_are_shared_out_to_a_record_or_two(frame, seed):
    assert count_off(frame, split(frame.drop(columns="group"), seed=seed)) <= 3


@pytest.mark.parametrize("seed", range(5))
def test_a_class_of_twenty_records_is_in_every_split(frame, seed):
    frame = frame.drop(columns="group")
    frame["urgency"] = "c"
    frame.loc[frame.index[:20], "urgency"] = "a"
    counts = pd.Series(split(frame, seed=seed)[:20]).value_counts()
    assert counts.to_dict() == {"train": 12, "valid": 2, "calibrate": 3, "test": 3}


def test_a_single_record_lands_in_each_split_as_often_as_its_share(rng):
    n, n_seeds = 200, 600
    labels = [rng.choice(3, n, p=[0.1, 0.3, 0.6]), rng.choice(2, n, p=[0.3, 0.7])]
    lands = [assign_units(np.arange(n), labels, SHARES, seed=seed) for seed in range(n_seeds)]
    chance = (np.stack(lands)[..., np.newaxis] == np.arange(4)).mean(axis=0)  # (n, 4)
    error = np.sqrt(SHARES * (1 - SHARES) / n_seeds)
    assert (np.abs(chance - SHARES) < 5 * error).all()
    for rows in (np.arange(n) < n // 2, np.arange(n) >= n // 2, labels[0] == 0, labels[1] == 0):
        np.testing.assert_allclose(chance[rows].sum(axis=0), SHARES * rows.sum(), atol=1)


@pytest.mark.parametrize(
    "sizes",
    [
        np.r_[600, np.ones(3400, int)],  # one group of 15 %
        np.maximum(1, 700 // np.arange(1, 601)),  # Zipf's law
        np.arange(1, 90),  # no two alike
    ],
)
def test_groups_of_very_different_sizes_are_balanced(sizes, rng):
    units = np.repeat(np.arange(len(sizes)), sizes)
    n = len(units)
    frame = pd.DataFrame(
        {
            "urgency": rng.choice(["a", "b", "c"], n, p=[0.1, 0.3, 0.6]),
            "specialty": rng.choice(["x", "y"], n, p=[0.2, 0.8]),
        }
    )
    assigned = [split_records(frame, units, by="random", seed=seed) for seed in range(4)]
    for each in assigned:
        assert count_off(frame, each) <= 0.01 * n
    agreed = np.mean([(one == other).mean() for one, other in pairwise(assigned)])
    assert agreed < 0.75  # of the same shares at random: 0.42


def test_groups_with_a_specialty_of_their_own_are_balanced(frame):
    frame["specialty"] = frame.groupby("group")["specialty"].transform("first")
    assert count_off(frame, split(frame)) <= 20


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


def test_by_date_forms_of_one_day_are_divided_at_random(frame):
    frame = frame.drop(columns="group").sort_values("urgency", ignore_index=True)
    frame["date"] = pd.Timestamp("2024-01-01")
    assigned = split(frame, by="date")
    assert (assigned != split(frame, by="date", seed=1)).any()
    for name, share in SHARE_OF.items():
        assert (assigned == name).mean() == pytest.approx(share, abs=0.001)
        in_split = frame["urgency"][assigned == name]
        assert (in_split == "b").mean() == pytest.approx((frame["urgency"] == "b").mean(), abs=0.06)


@pytest.mark.parametrize("place", [0, 10, 12, 13, 15, 19])
def test_by_date_a_large_group_leaves_no_split_empty(place):
    sizes = np.ones(20, int)
    sizes[place] = 15
    units = np.repeat(np.arange(20), sizes)
    frame = pd.DataFrame({"date": pd.Timestamp("2024-01-01") + pd.to_timedelta(units, "D")})
    assigned = split_records(frame, units, by="date", seed=0)
    assert list(dict.fromkeys(assigned)) == list(SPLITS)


def test_units_are_numbered_by_their_first_record():
    frame = pd.DataFrame({"text": ["b", "a", "B", "c"], "group": ["x", "y", "x", "y"]})
    assert find_units(frame).tolist() == [0, 1, 0, 1]
