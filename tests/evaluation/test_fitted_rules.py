"""What stage calibrate left is read in the order of the split, with its labels and units."""

import numpy as np
import pandas as pd
import pytest

from intake_triage.calibration.decisions import DecisionRules, write_decision_rules
from intake_triage.errors import InputError
from intake_triage.evaluation.fitted_rules import read_fitted_rules
from intake_triage.layout import Layout
from intake_triage.models.predictions import Predictions, write_predictions
from intake_triage.records.prepared import PreparedRecords
from intake_triage.records.schema import RecordSchema
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS

SCHEMA = RecordSchema((), ("emergent", "routine"), ("heart", "skin"), ())


@pytest.fixture
def split(tmp_path, monkeypatch):
    """The calibrate split of a checkout whose predictions are in another order, among test's."""
    monkeypatch.chdir(tmp_path)
    rules = DecisionRules(np.array([3]), np.array([[1.0, 2.0]]), np.array([[0.5, np.inf]]))
    predictions = Predictions(
        record_id=np.array(["t", "c", "a", "b"]),
        split=np.array(["test", "calibrate", "calibrate", "calibrate"]),
        seeds=np.array([3]),
        logits=np.arange(8, dtype=np.float32).reshape(1, 4, 2),
    )
    for system in TRAINED_SYSTEMS:
        for task in TASKS:
            write_predictions(Layout().predictions(system, task), predictions)
            write_decision_rules(Layout().decision_rules(system, task), rules)
    frame = pd.DataFrame(
        {
            "record_id": ["a", "b", "c"],
            "unit": [40, 7, 40],
            "urgency": ["routine", None, "emergent"],
            "specialty": ["skin", "heart", "heart"],
        }
    )
    return PreparedRecords(frame, SCHEMA)


def test_logits_labels_and_units_are_in_the_order_of_the_split(split):
    fitted = read_fitted_rules(split, Layout())
    assert list(fitted.rules) == list(fitted.logits) == list(TRAINED_SYSTEMS)
    np.testing.assert_array_equal(fitted.logits["gbm"]["urgency"], [[[4, 5], [6, 7], [2, 3]]])
    np.testing.assert_array_equal(fitted.rules["gbm"]["urgency"].thresholds, [[0.5, np.inf]])
    assert fitted.samples["urgency"].labels.tolist() == [1, 0]
    assert fitted.samples["urgency"].rows.tolist() == [0, 2]
    assert fitted.samples["specialty"].unit.tolist() == [1, 0, 1]
    assert fitted.n_units == 2


def test_predictions_of_other_records_are_refused(split):
    with pytest.raises(
        InputError, match=r"predictions/linear/urgency\.parquet: 3 different records"
    ):
        read_fitted_rules(PreparedRecords(split.frame.iloc[:2], SCHEMA), Layout())
