"""Predictions are joined to records by id, never by position."""

from dataclasses import replace

import numpy as np
import pytest

from intake_triage.calibration.alignment import align_predictions
from intake_triage.errors import InputError
from intake_triage.models.predictions import Predictions


@pytest.fixture
def predictions():
    logits = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    return Predictions(np.array(["a", "b", "c"]), np.full(3, "test"), np.array([0, 1]), logits)


def test_records_are_put_in_the_order_asked_for(predictions):
    aligned = align_predictions(predictions, np.array(["c", "a", "b"]), of="st/urgency")
    assert aligned.record_id.tolist() == ["c", "a", "b"]
    np.testing.assert_array_equal(aligned.logits, predictions.logits[:, [2, 0, 1]])


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (["a", "b"], "3 different records in 3 rows a seed, expected 2"),
        (["a", "b", "d"], "none for record d"),
    ],
)
def test_other_records_are_refused(predictions, wanted, message):
    with pytest.raises(InputError, match=f"st/urgency: {message}"):
        align_predictions(predictions, np.array(wanted), of="st/urgency")


def test_a_record_predicted_twice_is_refused(predictions):
    twice = replace(predictions, record_id=np.array(["a", "b", "b"]))
    with pytest.raises(InputError, match="2 different records in 3 rows"):
        align_predictions(twice, np.array(["a", "b", "c"]), of="st/urgency")


def test_an_infinite_logit_is_refused(predictions):
    predictions.logits[0, 0, 0] = -np.inf
    with pytest.raises(InputError, match="infinite"):
        align_predictions(predictions, np.array(["a", "b", "c"]), of="st/urgency")
