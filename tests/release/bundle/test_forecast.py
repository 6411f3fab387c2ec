"""A bundle says of a form what compare scored, alone or among others, to the last bit."""

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.models.predictions import read_aligned
from intake_triage.release.bundle.load import load_bundle
from intake_triage.tasks import TASKS

SET_UPS = [
    ("linear", "gbm"),
    ("gbm", "linear"),
    ("st", "gbm+st"),
    ("mtl", "mtl"),
    ("gbm+mtl", "gbm+mtl"),
]


@pytest.mark.parametrize("set_up", SET_UPS, ids="/".join)
def test_a_bundle_gives_the_bytes_that_compare_scored(build, small_run, prepared, set_up):
    test = prepared.of_split("test").frame
    record_id = test["record_id"].to_numpy(str)
    said = load_bundle(build(*set_up)).forecast(test)
    for task, name in zip(TASKS, set_up, strict=True):
        for path, values in (
            (small_run.forecasts, said[task].probabilities),
            (small_run.averages, said[task].raw),
        ):
            (logits,) = read_aligned(path(name, task), record_id, "test").logits
            np.testing.assert_array_equal(values, softmax(np.float64(logits), axis=1))


@pytest.mark.parametrize("set_up", [("linear", "gbm+st"), ("gbm+mtl", "gbm+mtl")], ids="/".join)
def test_what_a_form_gets_hangs_on_no_other(build, prepared, rng, set_up):
    test = prepared.of_split("test").frame
    bundle = load_bundle(build(*set_up))
    whole = bundle.forecast(test)
    order = rng.permutation(len(test))
    for rows in (order, order[:7], *order[:5, np.newaxis]):
        some = bundle.forecast(test.iloc[rows].reset_index(drop=True))
        for task, forecast in whole.items():
            np.testing.assert_array_equal(some[task].probabilities, forecast.probabilities[rows])
            np.testing.assert_array_equal(some[task].raw, forecast.raw[rows])
