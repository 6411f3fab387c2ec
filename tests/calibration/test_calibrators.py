"""A calibrator survives JSON, and a temperature never moves the argmax."""

import json

import numpy as np
import pytest

from intake_triage.calibration.calibrators import (
    Identity,
    Temperature,
    calibrate_logits,
    calibrator_from_dict,
    calibrator_to_dict,
)


@pytest.mark.parametrize("calibrator", [Identity(), Temperature(1.7)], ids=str)
def test_json_round_trip(calibrator):
    text = json.dumps(calibrator_to_dict(calibrator))
    assert calibrator_from_dict(json.loads(text)) == calibrator


def test_temperature_divides_and_keeps_the_argmax(rng):
    logits = rng.normal(size=(2, 50, 4)).astype(np.float32)
    calibrated = calibrate_logits(Temperature(2.5), logits)
    assert calibrated.dtype == np.float64
    np.testing.assert_allclose(calibrated, logits / 2.5, rtol=1e-6)
    np.testing.assert_array_equal(calibrated.argmax(2), logits.argmax(2))
