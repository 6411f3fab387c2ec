"""A calibrator survives JSON, takes any leading axes, and does what its attributes say."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from intake_triage.calibration.averages import log_mean_probabilities
from intake_triage.calibration.calibrators import (
    CALIBRATORS,
    Identity,
    Isotonic,
    Sms,
    Temperature,
    calibrate_seeds,
    calibrator_from_dict,
    calibrator_to_dict,
)

SRC = Path(__file__).resolve().parents[2] / "src"
EXAMPLES = (
    Identity(),
    Temperature(1.7),
    Sms(1.7, 0.01, ((1.1, 0.2, 0.0), (0.0, 0.9, -0.1), (0.3, 0.0, 1.0)), (0.5, -0.2, 0.0)),
    Isotonic(
        probability=((0.1, 0.6), (0.0, 0.5, 0.9), (0.2, 0.3)),
        calibrated=((0.0, 1.0), (0.2, 0.2, 0.8), (0.0, 0.4)),
        prior=(0.5, 0.3, 0.2),
        prior_share=0.1,
    ),
)


def test_every_kind_has_an_example():
    assert [example.name for example in EXAMPLES] == list(CALIBRATORS)


@pytest.mark.parametrize("calibrator", EXAMPLES, ids=lambda c: c.name)
def test_json_round_trip(calibrator):
    text = json.dumps(calibrator_to_dict(calibrator))
    assert calibrator_from_dict(json.loads(text)) == calibrator


@pytest.mark.parametrize("calibrator", EXAMPLES, ids=lambda c: c.name)
def test_records_are_calibrated_one_by_one(rng, calibrator):
    logits = rng.normal(size=(2, 5, 3)).astype(np.float32)
    calibrated = calibrate_seeds([calibrator] * 2, logits)
    assert calibrated.dtype == np.float64
    assert calibrated.shape == logits.shape
    for seed, record in np.ndindex(2, 5):
        one = calibrator.apply(np.float64(logits[seed, record]))
        np.testing.assert_allclose(calibrated[seed, record], one)


def test_what_a_record_gets_hangs_on_no_other_to_the_last_bit(rng):
    corners = np.sort(rng.random((2, 12, 9)), axis=2).tolist()
    as_tuples = [tuple(map(tuple, part)) for part in corners]
    mixing = tuple(map(tuple, (np.eye(12) + rng.normal(scale=0.1, size=(12, 12))).tolist()))
    prior = tuple(rng.dirichlet(np.ones(12)).tolist())
    logits = rng.normal(scale=3, size=(3, 101, 12)).astype(np.float32)
    for calibrator in (
        Temperature(1.7),
        Sms(1.7, 0.01, mixing, tuple(rng.normal(size=12).tolist())),
        Isotonic(*as_tuples, prior, 0.1),
    ):
        calibrated = calibrate_seeds([calibrator] * 3, logits)
        average = log_mean_probabilities(calibrated)
        for rows in (rng.permutation(101), np.arange(7), *np.arange(101)[:, np.newaxis]):
            again = calibrate_seeds([calibrator] * 3, logits[:, rows])
            np.testing.assert_array_equal(again, calibrated[:, rows])
            np.testing.assert_array_equal(log_mean_probabilities(again), average[rows])


@pytest.mark.parametrize("calibrator", EXAMPLES, ids=lambda c: c.name)
def test_a_constant_added_to_a_record_changes_no_probability(rng, calibrator):
    logits = rng.normal(size=(20, 3))
    shifted = calibrator.apply(logits + rng.normal(size=(20, 1)) * 5)
    expected = softmax(calibrator.apply(logits), axis=1)
    np.testing.assert_allclose(softmax(shifted, axis=1), expected)


def test_temperature_divides_and_keeps_the_argmax(rng):
    logits = rng.normal(size=(2, 50, 4)).astype(np.float32)
    calibrated = Temperature(2.5).apply(logits)
    np.testing.assert_allclose(calibrated, logits / 2.5, rtol=1e-6)
    np.testing.assert_array_equal(calibrated.argmax(2), logits.argmax(2))


def test_sms_with_the_unit_matrix_is_a_temperature(rng):
    logits = rng.normal(size=(50, 3))
    plain = Sms(2.0, 1e-12, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), (0.0, 0.0, 0.0))
    expected = log_softmax(Temperature(2.0).apply(logits), axis=1)
    np.testing.assert_allclose(plain.apply(logits), expected, atol=1e-9)


def test_isotonic_by_hand():
    calibrator = EXAMPLES[3]
    raw = np.array([[0.35, 0.4, 0.25], [0.05, 0.93, 0.02], [0.1, 0.6, 0.3]])
    bent = np.array([[0.5, 0.2, 0.2], [0.0, 0.8, 0.0], [0.0, 0.35, 0.4]])
    shares = bent / bent.sum(axis=1, keepdims=True)
    expected = 0.9 * shares + 0.1 * np.array([0.5, 0.3, 0.2])
    np.testing.assert_allclose(np.exp(calibrator.apply(np.log(raw))), expected)


def test_isotonic_falls_back_on_the_prior_where_every_curve_is_zero():
    never = Isotonic(((0.5, 1.0),) * 3, ((0.0, 1.0),) * 3, (0.5, 0.3, 0.2), 0.1)
    np.testing.assert_allclose(np.exp(never.apply(np.zeros(3))), [0.5, 0.3, 0.2])


def test_seeds_are_calibrated_each_by_its_own(rng):
    logits = rng.normal(size=(2, 4, 3))
    calibrated = calibrate_seeds([Temperature(2.0), Temperature(5.0)], logits)
    np.testing.assert_allclose(calibrated, logits / np.array([2, 5])[:, np.newaxis, np.newaxis])


def test_applying_needs_neither_probmetrics_nor_torch():
    code = (
        "import sys; import numpy as np;"
        "from intake_triage.calibration import calibrators, outputs;"
        "calibrators.Sms(1.0, 0.1, ((1.0,),), (0.0,)).apply(np.zeros((1, 1)));"
        "print({'probmetrics', 'numba', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=SRC, text=True, capture_output=True, check=True
    )
    assert done.stdout.strip() == "set()"
