"""What earlier stages left is read in the order of the records; prior and oracle as they should."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from intake_triage.calibration.decisions import DecisionRules, write_decision_rules
from intake_triage.errors import InputError
from intake_triage.evaluation.forecasts import (
    oracle_logits,
    prior_logits,
    read_fits,
    read_fitted_rules,
    read_forecasts,
    with_references,
)
from intake_triage.evaluation.samples import label_split
from intake_triage.layout import Layout
from intake_triage.models.predictions import Predictions, write_predictions
from intake_triage.records.prepared import PreparedRecords
from intake_triage.records.schema import RecordSchema
from intake_triage.statistics.scores import log_loss
from intake_triage.systems import FORECASTERS, TRAINED_SYSTEMS
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

    def write(path, rows, added):
        predictions = Predictions(
            record_id[rows], split[rows], np.array([3]), logits[:, rows] + np.float32(added)
        )
        write_predictions(path, predictions)

    for task in TASKS:
        for system in TRAINED_SYSTEMS:
            write(layout.predictions(system, task), slice(8), 0)
            write(layout.calibrated(system, task), slice(4), 20)
        for name in FORECASTERS:
            write(layout.forecasts(name, task), slice(8), 40)
            write(layout.averages(name, task), slice(8), 60)
            rules = DecisionRules(0.9, np.array([1.0, 2.0]), np.array([0.5, np.inf]))
            write_decision_rules(layout.forecaster(name, task), rules)
    return layout


CALIBRATE = np.array([[[10, 11], [14, 15], [8, 9], [12, 13]]])  # of a to d


def test_what_was_fitted_is_in_the_order_of_the_splits(records, test_split, layout):
    calibrate = label_split(records, resamples=10, smallest_shown=11)
    fitted = read_fitted_rules(calibrate, test_split, layout=layout)
    assert list(fitted.rules) == list(fitted.averages["test"]) == list(FORECASTERS)
    of_calibrate = fitted.averages["calibrate"]["gbm+st"]["urgency"]
    np.testing.assert_array_equal(of_calibrate, CALIBRATE + 60)
    assert fitted.averages["test"]["mtl"]["urgency"][0, :, 0].tolist() == [62, 60, 66, 64]
    np.testing.assert_array_equal(fitted.rules["gbm"]["urgency"].thresholds, [0.5, np.inf])
    out_of_fold = read_forecasts(calibrate, "calibrate", layout=layout)
    np.testing.assert_array_equal(out_of_fold["mtl"]["specialty"], CALIBRATE + 40)


def test_predictions_of_other_records_are_refused(records, layout):
    fewer = PreparedRecords(records.frame.iloc[:2], SCHEMA)
    with pytest.raises(
        InputError, match=r"predictions/forecasts/linear/urgency\.parquet: 4 different records"
    ):
        read_forecasts(
            label_split(fewer, resamples=10, smallest_shown=11), "calibrate", layout=layout
        )


@pytest.fixture
def test_split(records):
    """u, t, w and v, in that order."""
    test = PreparedRecords(records.frame.assign(record_id=["u", "t", "w", "v"]), SCHEMA)
    return label_split(test, resamples=10, smallest_shown=11)


def test_single_fits_are_raw_and_calibrated(test_split, layout):
    fits = read_fits(test_split, layout=layout)
    assert list(fits.raw) == list(fits.calibrated) == list(TRAINED_SYSTEMS)
    assert fits.raw["st"]["urgency"][0, :, 0].tolist() == [2, 0, 6, 4]
    assert fits.calibrated["st"]["urgency"][0, :, 0].tolist() == [22, 20, 26, 24]


@pytest.mark.parametrize("known", [True, False])
def test_there_is_an_oracle_where_the_source_knows_it(records, test_split, layout, known):
    truth = pd.concat([ORACLE, ORACLE.iloc[:1]]).assign(record_id=["t", "u", "v", "w"])
    layout.oracle.parent.mkdir()
    (truth if known else truth.iloc[:0]).to_parquet(layout.oracle)
    forecasts = read_forecasts(test_split, "test", layout=layout)
    scored = with_references(forecasts, records, test_split, layout=layout)
    assert list(scored) == ["prior", *FORECASTERS, *["oracle"] * known]
    assert all(by_task["specialty"].shape[:2] == (1, 4) for by_task in scored.values())


def test_prior_is_the_frequencies_among_the_labelled(records):
    prior = prior_logits(records, n_records=5)
    assert prior["specialty"].shape == (1, 5, 3)
    np.testing.assert_allclose(softmax(prior["urgency"][0], axis=1), [[0.25, 0.75]] * 5)
    np.testing.assert_allclose(softmax(prior["specialty"][0], axis=1), [[1 / 3] * 3] * 5)


def test_oracle_is_joined_by_record_and_a_probability_of_0_stays_finite():
    oracle = oracle_logits(ORACLE, np.array(["a", "b"]), CLASSES)
    np.testing.assert_allclose(softmax(oracle["urgency"][0], axis=1), [[0.2, 0.8], [0.9, 0.1]])
    assert np.isfinite(log_loss(oracle["specialty"][0], np.array([0, 1])))


@pytest.mark.parametrize("oracle", [ORACLE.drop(columns="specialty_2"), ORACLE.iloc[:2]])
def test_an_incomplete_oracle_is_refused(oracle):
    with pytest.raises(InputError, match="lacks"):
        oracle_logits(oracle, np.array(["a", "b"]), CLASSES)
