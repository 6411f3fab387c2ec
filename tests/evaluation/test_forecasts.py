"""prior is the frequencies of train; the oracle is read by record and class."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from intake_triage.errors import InputError
from intake_triage.evaluation.forecasts import oracle_logits, prior_logits
from intake_triage.records.prepared import PreparedRecords
from intake_triage.records.schema import RecordSchema
from intake_triage.statistics.scores import log_loss

SCHEMA = RecordSchema((), ("emergent", "routine"), ("heart", "skin", "lung"), ())
ORACLE = pd.DataFrame(
    {
        "record_id": ["x", "b", "a"],
        "urgency_0": [0.5, 0.9, 0.2],
        "urgency_1": [0.5, 0.1, 0.8],
        "specialty_0": [0.2, 1.0, 0.3],
        "specialty_1": [0.2, 0.0, 0.3],
        "specialty_2": [0.6, 0.0, 0.4],
    }
)


@pytest.fixture
def records():
    frame = pd.DataFrame(
        {
            "record_id": ["a", "b", "c", "d"],
            "urgency": ["emergent", "routine", "routine", "routine"],
            "specialty": ["heart", "skin", None, "lung"],
        }
    )
    return PreparedRecords(frame, SCHEMA)


def test_prior_is_the_frequencies_among_the_labelled(records):
    prior = prior_logits(records, n_records=5)
    assert prior.raw["specialty"].shape == (1, 5, 3)
    np.testing.assert_allclose(softmax(prior.raw["urgency"][0], axis=1), [[0.25, 0.75]] * 5)
    np.testing.assert_allclose(softmax(prior.raw["specialty"][0], axis=1), [[1 / 3] * 3] * 5)


def test_oracle_is_joined_by_record_and_a_probability_of_0_stays_finite(records):
    oracle = oracle_logits(ORACLE, np.array(["a", "b"]), records)
    np.testing.assert_allclose(softmax(oracle.raw["urgency"][0], axis=1), [[0.2, 0.8], [0.9, 0.1]])
    assert np.isfinite(log_loss(oracle.raw["specialty"][0], np.array([0, 1])))


@pytest.mark.parametrize("oracle", [ORACLE.drop(columns="specialty_2"), ORACLE.iloc[:2]])
def test_an_incomplete_oracle_is_refused(records, oracle):
    with pytest.raises(InputError, match="lacks"):
        oracle_logits(oracle, np.array(["a", "b"]), records)
