"""Logits come back as they were written, and are joined to records by id, never by position."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.models.predictions import (
    Predictions,
    read_aligned,
    read_predictions,
    write_predictions,
)


@pytest.fixture
def predictions(rng):
    """Seeds out of order, records in no order of their own."""
    record_id = np.array(["r9", "r10", "r1", "r007"])
    split = np.array(["valid", "test", "calibrate", "test"])
    logits = rng.normal(size=(3, 4, 5)).astype(np.float32)
    return Predictions(record_id, split, np.array([2, 0, 7]), logits)


def test_a_round_trip_changes_nothing(predictions, tmp_path):
    write_predictions(tmp_path / "p.parquet", predictions)
    back = read_predictions(tmp_path / "p.parquet")
    for name in ("record_id", "split", "seeds", "logits"):
        np.testing.assert_array_equal(getattr(back, name), getattr(predictions, name))
    assert back.logits.dtype == np.float32


def test_the_columns_are_those_documented_and_no_label_is_among_them(predictions, tmp_path):
    write_predictions(tmp_path / "p.parquet", predictions)
    frame = pd.read_parquet(tmp_path / "p.parquet")
    assert list(frame) == ["record_id", "split", "seed", *(f"logit_{k}" for k in range(5))]


def test_rows_of_a_seed_stand_together_with_the_records_in_order(predictions, tmp_path):
    write_predictions(tmp_path / "p.parquet", predictions)
    frame = pd.read_parquet(tmp_path / "p.parquet")
    assert frame["seed"].tolist() == [2] * 4 + [0] * 4 + [7] * 4
    for seed, part in frame.groupby("seed"):
        np.testing.assert_array_equal(part["record_id"], predictions.record_id)
        position = predictions.seeds.tolist().index(seed)
        np.testing.assert_array_equal(part["logit_3"], predictions.logits[position, :, 3])


def test_of_split_keeps_the_records_of_that_split_for_every_seed(predictions):
    test = predictions.of_split("test")
    assert test.record_id.tolist() == ["r10", "r007"]
    np.testing.assert_array_equal(test.logits, predictions.logits[:, [1, 3]])
    np.testing.assert_array_equal(test.seeds, predictions.seeds)


@pytest.fixture
def write(predictions, tmp_path):
    """A function that writes the predictions with some of them changed and returns the file."""

    def write_changed(**changes):
        write_predictions(tmp_path / "st.parquet", replace(predictions, **changes))
        return tmp_path / "st.parquet"

    return write_changed


def test_records_are_put_in_the_order_asked_for(predictions, write):
    wanted = np.array(["r007", "r1", "r9", "r10"])
    aligned = read_aligned(write(), wanted)
    assert aligned.record_id.tolist() == wanted.tolist()
    np.testing.assert_array_equal(aligned.logits, predictions.logits[:, [3, 2, 0, 1]])


def test_the_records_of_one_split_are_those_asked_for(predictions, write):
    aligned = read_aligned(write(), np.array(["r007", "r10"]), "test")
    assert aligned.split.tolist() == ["test", "test"]
    np.testing.assert_array_equal(aligned.logits, predictions.logits[:, [3, 1]])


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (["r1", "r9"], "4 different records in 4 rows a seed, expected 2"),
        (["r1", "r9", "r10", "r2"], "no prediction for record r2"),
    ],
)
def test_other_records_are_refused(write, wanted, message):
    with pytest.raises(InputError, match=rf"st\.parquet: {message}"):
        read_aligned(write(), np.array(wanted))


def test_a_record_predicted_twice_is_refused(write):
    path = write(record_id=np.array(["r9", "r10", "r1", "r1"]))
    with pytest.raises(InputError, match="3 different records in 4 rows"):
        read_aligned(path, np.array(["r9", "r10", "r1", "r007"]))


def test_an_infinite_logit_is_refused(predictions, write):
    predictions.logits[0, 0, 0] = -np.inf
    with pytest.raises(InputError, match="infinite"):
        read_aligned(write(), predictions.record_id)
