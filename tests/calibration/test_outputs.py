"""What calibrate writes: logits by each seed's own calibrator, rules that read back, metrics."""

import json

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.calibration.calibrators import Temperature
from intake_triage.calibration.choice import CalibratorChoice, CandidateScore
from intake_triage.calibration.class_weights import ClassWeightChoice
from intake_triage.calibration.decisions import DecisionRules
from intake_triage.calibration.forecaster import FittedForecaster
from intake_triage.calibration.forecasters import summarize_forecaster
from intake_triage.calibration.gains import CrossFittedGain
from intake_triage.calibration.outputs import (
    read_nested,
    summarize_choice,
    write_calibrated,
    write_nested,
)
from intake_triage.calibration.system import CalibratedTask
from intake_triage.errors import InputError
from intake_triage.layout import Layout
from intake_triage.models.predictions import Predictions, read_predictions

CHOICE = CalibratorChoice(
    "temperature",
    (Temperature(2.0), Temperature(4.00004)),
    {},
    {"log_loss": 0.12345678},
    {"temperature": CandidateScore(0.12345678, CrossFittedGain(0.00012345678, 0.00000123, 40))},
)


def test_each_seed_has_its_own_calibrator_and_nested_logits_are_averaged(tmp_path, rng):
    layout = Layout(tmp_path)
    logits = rng.normal(size=(2, 3, 2)).astype(np.float32)
    raw = Predictions(np.array(["a", "b", "c"]), np.full(3, "test"), np.array([7, 9]), logits)
    nested = rng.normal(size=(5, 2, 4, 2))
    record_id = np.array(list("wxyz"))
    calibrated = CalibratedTask(CHOICE, nested)
    write_calibrated(layout, "st", "urgency", raw, calibrated, record_id)
    written = read_predictions(layout.calibrated("st", "urgency"))
    assert written.seeds.tolist() == [7, 9]
    np.testing.assert_allclose(written.logits[0], logits[0] / 2, rtol=1e-6)
    np.testing.assert_allclose(written.logits[1], logits[1] / 4.00004, rtol=1e-6)
    kept = json.loads((tmp_path / "models/calibrators/st/urgency.json").read_text())
    assert kept["9"] == {"name": "temperature", "temperature": 4.00004}
    averaged = np.exp(read_nested(layout.nested("st", "urgency"), record_id))
    np.testing.assert_allclose(averaged, softmax(nested, axis=3).mean(axis=1), rtol=1e-5)


def test_nested_logits_are_read_in_the_order_wanted_and_of_no_other_records(tmp_path, rng):
    path = tmp_path / "nested.parquet"
    logits = rng.normal(size=(3, 4, 2)).astype(np.float32)
    write_nested(path, np.array(list("wxyz")), logits)
    np.testing.assert_array_equal(
        read_nested(path, np.array(list("zwyx"))), logits[:, [3, 0, 2, 1]]
    )
    for others in ("wxyq", "wxy", "wxyzq"):
        with pytest.raises(InputError, match="other records"):
            read_nested(path, np.array(list(others)))


def test_the_summary_of_a_choice_is_rounded():
    summary = summarize_choice(CHOICE)
    assert json.loads(json.dumps(summary)) == summary
    assert summary["calibrator"] == "temperature"
    assert summary["log_loss"] == 0.123457
    assert summary["candidates"] == {
        "temperature": {"log_loss": 0.123457, "behind": 0.000123, "standard_error": 1e-06}
    }


@pytest.mark.parametrize(("value", "kept"), [(0.05, True), (0.03, False)])
def test_the_summary_of_a_forecaster_says_whether_class_weights_are_kept(value, kept):
    weights = ClassWeightChoice(np.ones(2), CrossFittedGain(value, 0.02, 1000))
    rules = DecisionRules(0.93217, np.ones(2), np.ones(2))
    summary = summarize_forecaster(
        FittedForecaster(np.ones((1, 2)), np.ones((1, 2)), rules, weights)
    )
    assert summary["temperature"] == 0.9322
    assert summary["balanced"]["kept"] is kept
    assert summary["balanced"]["macro_f1_gain"] == value
    assert summary["balanced"]["low"] == pytest.approx(value - 0.0329, abs=1e-4)
