"""Each rule decides on what it says it does, and prior's is train's commonest class."""

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.decisions import decide_all


@pytest.fixture
def decided(systems, fitted, params):
    return decide_all(systems, fitted.rules, params.decision)


def test_which_rules_a_system_has(decided):
    for name, by_rule in decided.items():
        trained = name not in ("prior", "oracle")
        assert list(by_rule) == ["argmax", *["balanced"] * trained, "cost"]


def test_argmax_is_of_raw_probabilities_the_others_of_calibrated_ones(make_system, fitted, params):
    system = make_system(skill=1.0)
    raw = {task: -logits for task, logits in system.calibrated.items()}
    flipped = type(system)(raw, system.calibrated)
    (by_rule,) = decide_all({"st": flipped}, fitted.rules, params.decision).values()
    for task in ("urgency", "specialty"):
        np.testing.assert_array_equal(by_rule["argmax"][task], raw[task].argmax(axis=2))
    np.testing.assert_array_equal(
        by_rule["cost"]["specialty"], system.calibrated["specialty"].argmax(axis=2)
    )
    doubled = softmax(system.calibrated["urgency"], axis=2) * [2, 1, 1]  # as the fixture weighs
    np.testing.assert_array_equal(by_rule["balanced"]["urgency"], doubled.argmax(axis=2))


def test_least_cost_equals_a_loop_over_tiers(decided, systems, params):
    probabilities = softmax(systems["gbm"].calibrated["urgency"][1, :20], axis=1)
    cost = urgency_cost_matrix(3, params.decision)
    for i, forecast in enumerate(probabilities):
        expected = [
            sum(forecast[true] * cost[true, tier] for true in range(3)) for tier in range(3)
        ]
        assert decided["gbm"]["cost"]["urgency"][1, i] == np.argmin(expected)


def test_prior_decides_on_the_most_frequent_class(systems, fitted, params):
    frequencies = {"urgency": [0.2, 0.5, 0.3], "specialty": [0.6, 0.4]}
    logits = {task: np.tile(np.log(f), (1, 300, 1)) for task, f in frequencies.items()}
    prior = type(systems["prior"])(logits, logits)
    decided = decide_all({"prior": prior}, fitted.rules, params.decision)
    assert (decided["prior"]["argmax"]["urgency"] == 1).all()
    assert (decided["prior"]["argmax"]["specialty"] == 0).all()
