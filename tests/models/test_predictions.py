"""Logits come back as they were written, under the documented columns."""

import numpy as np
import pandas as pd
import pytest

from intake_triage.models.predictions import (
    Predictions,
    predictions_path,
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


def test_the_file_of_a_system_and_task_lies_where_dvc_expects_it():
    assert predictions_path("mtl", "urgency").as_posix() == "predictions/mtl/urgency.parquet"
