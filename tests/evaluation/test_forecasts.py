"""What earlier stages left is read in the order of the records; prior and oracle as they should."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from intake_triage.calibration.decisions import DecisionRules, write_decision_rules
from intake_triage.errors import InputError
from intake_triage.evaluation.forecasts import (
    oracle_logits,
    prior_logits,
    read_fitted_rules,
    read_out_of_fold,
    read_systems,
)
from intake_triage.evaluation.samples import label_split
from intake_triage.layout import Layout
from intake_triage.models.predictions import Predictions, write_predictions
from intake_triage.records.prepared import PreparedRecords
from intake_triage.records.schema import RecordSchema
from intake_triage.statistics.scores import log_loss
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS

CLASSES = {"urgency": ("emergent", "routine"), "specialty": ("heart", "skin", "lung")}
SCHEMA = RecordSchema((), *CLASSES.values(), ())
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
            "unit": [40, 7, 40, 9],
            "urgency": ["emergent", "routine", "routine", "routine"],
            "specialty": ["heart", "skin", None, "lung"],
        }
    )
    return PreparedRecords(frame, SCHEMA)


@pytest.fixture
def layout(tmp_path):
    """A run whose predictions are of t to w on test and of a to d on calibrate, out of order."""
    layout = Layout(tmp_path)
    record_id, split = np.array(list("tuvwcadb")), np.repeat(["test", "calibrate"], 4)
    logits = np.arange(16, dtype=np.float32).reshape(1, 8, 2)
    rules = DecisionRules(np.array([3]), np.array([[1.0, 2.0]]), np.array([[0.5, np.inf]]))
    for system, task in product(TRAINED_SYSTEMS, TASKS):
        for path, rows, added in (
            (layout.predictions, slice(8), 0),
            (layout.calibrated, slice(4), 20),
            (layout.out_of_fold, slice(4, 8), 40),
        ):
            predictions = Predictions(
                record_id[rows], split[rows], np.array([3]), logits[:, rows] + np.float32(added)
            )
            write_predictions(path(system, task), predictions)
        write_decision_rules(layout.decision_rules(system, task), rules)
    return layout


def test_what_was_fitted_is_in_the_order_of_the_split(records, layout):
    calibrate = label_split(records, resamples=10)
    fitted = read_fitted_rules(calibrate, layout=layout)
    assert list(fitted.rules) == list(fitted.logits) == list(TRAINED_SYSTEMS)
    in_order = np.array([[[10, 11], [14, 15], [8, 9], [12, 13]]])
    np.testing.assert_array_equal(fitted.logits["gbm"]["urgency"], in_order)
    np.testing.assert_array_equal(fitted.rules["gbm"]["urgency"].thresholds, [[0.5, np.inf]])
    out_of_fold = read_out_of_fold(calibrate, layout=layout)
    np.testing.assert_array_equal(out_of_fold["mtl"]["specialty"], in_order + 40)


def test_predictions_of_other_records_are_refused(records, layout):
    fewer = PreparedRecords(records.frame.iloc[:2], SCHEMA)
    with pytest.raises(
        InputError, match=r"predictions/linear/urgency\.parquet: 4 different records"
    ):
        read_fitted_rules(label_split(fewer, resamples=10), layout=layout)


@pytest.mark.parametrize("known", [True, False])
def test_there_is_an_oracle_where_the_source_knows_it(records, layout, known):
    test = PreparedRecords(records.frame.assign(record_id=["u", "t", "w", "v"]), SCHEMA)
    truth = pd.concat([ORACLE, ORACLE.iloc[:1]]).assign(record_id=["t", "u", "v", "w"])
    layout.oracle.parent.mkdir()
    (truth if known else truth.iloc[:0]).to_parquet(layout.oracle)
    systems = read_systems(records, test, layout=layout)
    assert list(systems) == ["prior", *TRAINED_SYSTEMS, *["oracle"] * known]
    assert systems["st"].raw["urgency"][0, :, 0].tolist() == [2, 0, 6, 4]
    assert systems["st"].calibrated["urgency"][0, :, 0].tolist() == [22, 20, 26, 24]


def test_prior_is_the_frequencies_among_the_labelled(records):
    prior = prior_logits(records, n_records=5)
    assert prior.raw["specialty"].shape == (1, 5, 3)
    np.testing.assert_allclose(softmax(prior.raw["urgency"][0], axis=1), [[0.25, 0.75]] * 5)
    np.testing.assert_allclose(softmax(prior.raw["specialty"][0], axis=1), [[1 / 3] * 3] * 5)


def test_oracle_is_joined_by_record_and_a_probability_of_0_stays_finite():
    oracle = oracle_logits(ORACLE, np.array(["a", "b"]), CLASSES)
    np.testing.assert_allclose(softmax(oracle.raw["urgency"][0], axis=1), [[0.2, 0.8], [0.9, 0.1]])
    assert np.isfinite(log_loss(oracle.raw["specialty"][0], np.array([0, 1])))


@pytest.mark.parametrize("oracle", [ORACLE.drop(columns="specialty_2"), ORACLE.iloc[:2]])
def test_an_incomplete_oracle_is_refused(oracle):
    with pytest.raises(InputError, match="lacks"):
        oracle_logits(oracle, np.array(["a", "b"]), CLASSES)
