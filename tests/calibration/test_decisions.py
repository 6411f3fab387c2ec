"""Decisions against an enumeration, and the costs against their definition."""

import json
from fractions import Fraction
from math import ceil

import numpy as np
import pytest

from intake_triage.calibration.decisions import (
    DecisionRules,
    cut_thresholds,
    decide_argmax,
    decide_balanced,
    decide_least_cost,
    fit_nurse_threshold,
    missed_urgent_probability,
    read_decision_rules,
    urgency_cost_matrix,
    write_decision_rules,
)
from intake_triage.params import CostParams, DecisionParams

COST = CostParams(too_late_urgent=10.0, too_late=2.0, too_early=1.0, misroute=3.0)


@pytest.fixture
def decide(params):
    """A function from how many tiers are urgent, and costs, to params."""

    def decide(urgent_tiers: int = 2, **costs: float) -> DecisionParams:
        cost = COST.model_copy(update=costs)
        return params.decision.model_copy(update={"urgent_tiers": urgent_tiers, "cost": cost})

    return decide


@pytest.fixture
def probabilities(rng):
    return rng.dirichlet(np.full(4, 0.7), size=(2, 150))  # (n_seeds, n_records, n_classes)


def test_least_cost_is_the_minimum_over_all_decisions(rng, probabilities):
    cost = rng.uniform(0, 5, size=(4, 4))
    decided = decide_least_cost(probabilities, cost)
    assert decided.shape == (2, 150)
    for place in np.ndindex(2, 150):
        expected = [
            sum(probabilities[place][true] * cost[true, choice] for true in range(4))
            for choice in range(4)
        ]
        assert decided[place] == np.argmin(expected)


def test_balanced_is_the_highest_weighted_probability(rng, probabilities):
    weights = rng.uniform(0.2, 5, size=4)
    decided = decide_balanced(probabilities, weights)
    for place in np.ndindex(2, 150):
        assert decided[place] == max(range(4), key=lambda k: probabilities[place][k] * weights[k])


@pytest.mark.parametrize("weight", [0.1, 1, 7])
def test_equal_weights_decide_on_the_likeliest_class(probabilities, weight):
    np.testing.assert_array_equal(
        decide_balanced(probabilities, np.full(4, weight)), decide_argmax(probabilities)
    )


def test_a_higher_weight_only_ever_adds_records_to_its_class(probabilities):
    before = decide_balanced(probabilities, np.array([1, 1, 1, 1]))
    after = decide_balanced(probabilities, np.array([1, 1, 3, 1]))
    assert (after[before == 2] == 2).all()
    assert ((after == before) | (after == 2)).all()
    assert (after == 2).sum() > (before == 2).sum()


@pytest.mark.parametrize("urgent_tiers", [1, 2, 3])
def test_urgency_costs_follow_their_definition(decide, urgent_tiers):
    expected = np.empty((4, 4))
    for true, decided in np.ndindex(4, 4):
        tiers_too_low = decided - true
        if tiers_too_low > 0:
            expected[true, decided] = tiers_too_low * (10 if true < urgent_tiers else 2)
        else:
            expected[true, decided] = -tiers_too_low
    np.testing.assert_array_equal(urgency_cost_matrix(4, decide(urgent_tiers)), expected)


@pytest.mark.parametrize("n_tiers", [2, 3, 5, 7])
def test_urgency_costs_for_other_numbers_of_tiers(decide, n_tiers):
    cost = urgency_cost_matrix(n_tiers, decide(urgent_tiers=1))
    assert cost.shape == (n_tiers, n_tiers)
    assert (np.diag(cost) == 0).all()
    assert (cost[np.triu_indices(n_tiers, 1)] > 0).all()
    assert cost[-1, 0] == n_tiers - 1


def test_delay_that_costs_more_moves_decisions_up(probabilities, decide):
    decided = [
        decide_least_cost(
            probabilities,
            urgency_cost_matrix(4, decide(too_late_urgent=too_late)),
        )
        for too_late in (2.0, 10.0, 50.0)
    ]
    assert (decided[1] <= decided[0]).all()
    assert (decided[2] <= decided[1]).all()
    assert decided[2].mean() < decided[0].mean()


def test_least_cost_of_a_sub_specialty_is_the_likeliest(probabilities):
    cost = COST.misroute * (np.ones((4, 4)) - np.eye(4))  # all wrong ones cost the same
    np.testing.assert_array_equal(
        decide_least_cost(probabilities, cost), decide_argmax(probabilities)
    )


def test_thresholds_are_those_of_the_costs(decide):
    assert cut_thresholds(4, decide()) == pytest.approx([1 / 11, 1 / 11, 1 / 3])
    dear = decide(too_early=2.0, too_late_urgent=10.0, too_late=6.0)
    assert cut_thresholds(4, dear) == pytest.approx([1 / 6, 1 / 6, 1 / 4])
    assert cut_thresholds(3, decide(1)) == pytest.approx([1 / 11, 1 / 3])


def test_of_equal_classes_the_more_urgent_is_taken():
    even = np.full((1, 3), 1 / 3)
    assert decide_argmax(even).tolist() == [0]
    assert decide_balanced(even, np.ones(3)).tolist() == [0]
    assert decide_least_cost(even, np.ones((3, 3))).tolist() == [0]


@pytest.mark.parametrize("urgent_tiers", [1, 2, 3])
def test_an_urgent_form_is_missed_where_its_tier_is_above_the_one_decided_on(
    rng, probabilities, urgent_tiers
):
    decided = rng.integers(0, 4, (2, 150))
    missed = missed_urgent_probability(probabilities, decided, urgent_tiers)
    for place in np.ndindex(2, 150):
        expected = sum(
            probabilities[place][tier] for tier in range(urgent_tiers) if tier < decided[place]
        )
        assert missed[place] == pytest.approx(expected)
    assert (missed[decided == 0] == 0).all()


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.9])
def test_no_more_than_their_share_go_to_a_nurse_and_no_lower_threshold_keeps_to_it(rng, share):
    for missed in (rng.random(130), rng.integers(0, 4, 130) / 10, np.zeros(130)):
        threshold = fit_nurse_threshold(missed, nurse_share=share)
        assert (missed > threshold).mean() <= share
        lower = missed[missed < threshold]
        assert all((missed > each).mean() > share for each in lower)


@pytest.mark.parametrize("share", ["0.05", "0.1", "0.2", "0.3", "0.6", "0.7", "0.9"])
def test_a_whole_number_of_forms_is_one_whatever_the_last_binary_digit(share):
    for n in (*range(1, 41), 130, 990, 1000):
        kept = ceil(n * (1 - Fraction(share)))
        assert fit_nurse_threshold(np.arange(n), nurse_share=float(share)) == max(kept, 1) - 1


def test_decision_rules_read_back_to_the_last_digit(tmp_path, rng):
    rules = DecisionRules(0.1 + 0.2, rng.random(3), np.array([0.2, np.inf, 0.7]))
    write_decision_rules(tmp_path / "rules.json", rules)
    read = read_decision_rules(tmp_path / "rules.json")
    assert read.temperature == rules.temperature
    for name in ("class_weights", "thresholds"):
        np.testing.assert_array_equal(getattr(read, name), getattr(rules, name))
    kept = json.loads((tmp_path / "rules.json").read_text())
    assert kept["conformal_thresholds"][1] is None
