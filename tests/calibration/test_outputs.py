"""What calibrate writes: each seed's logits by its own calibrator, and metrics that are small."""

import json

import numpy as np
import pytest

from intake_triage.calibration.calibrators import Temperature
from intake_triage.calibration.choice import CalibratorChoice
from intake_triage.calibration.outputs import CALIBRATED, summarize_choice, write_calibrated
from intake_triage.predictions import Predictions, predictions_path, read_predictions

CHOICE = CalibratorChoice(
    "temperature", (Temperature(2.0), Temperature(4.00004)), {"log_loss": 0.12345678}
)


def test_each_seed_is_calibrated_by_its_own_calibrator(tmp_path, monkeypatch, rng):
    monkeypatch.chdir(tmp_path)
    logits = rng.normal(size=(2, 3, 2)).astype(np.float32)
    raw = Predictions(np.array(["a", "b", "c"]), np.full(3, "test"), np.array([7, 9]), logits)
    write_calibrated("st", "urgency", raw, CHOICE)
    written = read_predictions(predictions_path("st", "urgency", folder=CALIBRATED))
    assert written.seeds.tolist() == [7, 9]
    np.testing.assert_allclose(written.logits[0], logits[0] / 2, rtol=1e-6)
    np.testing.assert_allclose(written.logits[1], logits[1] / 4.00004, rtol=1e-6)
    kept = json.loads((tmp_path / "models/calibrators/st/urgency.json").read_text())
    assert kept["9"] == {"name": "temperature", "temperature": 4.00004}


def test_the_summary_is_rounded():
    summary = summarize_choice(CHOICE, np.array([7, 9]))
    assert summary["log_loss"] == pytest.approx(0.123457, abs=0)
    assert summary["seeds"] == {"7": {"temperature": 2.0}, "9": {"temperature": 4.0}}
