"""Each rule decides on what it says it does, and prior's is train's commonest class."""

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.decisions import decide_all


@pytest.fixture
def decided(forecasts, fitted, params):
    return decide_all(forecasts, fitted.rules, params.decision)


def test_which_rules_there_are(decided):
    for name, by_rule in decided.items():
        trained = name not in ("prior", "oracle")
        assert list(by_rule) == ["argmax", *["balanced"] * trained, "cost"]


def test_the_likeliest_class_and_the_weighted_one(decided, forecasts):
    for task in ("urgency", "specialty"):
        likeliest = forecasts["st"][task].argmax(axis=2)
        np.testing.assert_array_equal(decided["st"]["argmax"][task], likeliest)
    np.testing.assert_array_equal(
        decided["st"]["cost"]["specialty"], decided["st"]["argmax"]["specialty"]
    )
    doubled = softmax(forecasts["st"]["urgency"], axis=2) * [2, 1, 1]  # as the fixture weighs
    np.testing.assert_array_equal(decided["st"]["balanced"]["urgency"], doubled.argmax(axis=2))


def test_least_cost_equals_a_loop_over_tiers(decided, forecasts, params):
    probabilities = softmax(forecasts["gbm"]["urgency"][0, :20], axis=1)
    cost = urgency_cost_matrix(3, params.decision)
    for i, forecast in enumerate(probabilities):
        expected = [
            sum(forecast[true] * cost[true, tier] for true in range(3)) for tier in range(3)
        ]
        assert decided["gbm"]["cost"]["urgency"][0, i] == np.argmin(expected)


def test_prior_decides_on_the_most_frequent_class(params):
    frequencies = {"urgency": [0.2, 0.5, 0.3], "specialty": [0.6, 0.4]}
    prior = {task: np.tile(np.log(f), (1, 300, 1)) for task, f in frequencies.items()}
    decided = decide_all({"prior": prior}, {}, params.decision)
    assert (decided["prior"]["argmax"]["urgency"] == 1).all()
    assert (decided["prior"]["argmax"]["specialty"] == 0).all()
