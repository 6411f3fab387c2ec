"""Net benefit equals a count of right and wrong actions, and the ends of its range."""

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.evaluation.curves.net_benefit import (
    THRESHOLDS,
    TREAT_ALL,
    net_benefit_rows,
    record_net_benefits,
    replicate_net_benefit,
)
from intake_triage.evaluation.samples import Sample
from intake_triage.statistics.bootstrap import draw_weights
from intake_triage.statistics.disclosure import SMALLEST_SHOWN


def test_by_hand():
    """At 20 % four needless actions weigh as much as one that was needed."""
    outcomes = np.array([True, True, True, False, False, False, False, False, False, False])
    probabilities = np.array([0.9, 0.2, 0.1, 0.8, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1])
    benefit = record_net_benefits(probabilities, outcomes, threshold=0.2).mean()
    assert benefit == pytest.approx(2 / 10 - 2 / 10 / 4)


def test_replicates_equal_brute_force(rng):
    probabilities, outcomes = rng.random((2, 90)), rng.random(90) < 0.3
    unit = np.arange(90) // 3
    weights = draw_weights(30, resamples=6)
    sample = Sample(np.arange(90), outcomes.astype(int), unit, weights, SMALLEST_SHOWN)
    benefits = replicate_net_benefit(probabilities, outcomes, sample)
    assert benefits.shape == (len(THRESHOLDS), 2, 7)
    for i, threshold in enumerate(THRESHOLDS):
        for seed in range(2):
            for number, times in enumerate(sample.weights):
                true_positives = false_positives = n = 0
                for record in range(90):
                    n += times[unit[record]]
                    if probabilities[seed, record] >= threshold:
                        true_positives += times[unit[record]] * outcomes[record]
                        false_positives += times[unit[record]] * ~outcomes[record]
                odds = threshold / (1 - threshold)
                expected = true_positives / n - odds * false_positives / n
                assert benefits[i, seed, number] == pytest.approx(expected)


def test_thresholds_are_in_order_and_short_of_certainty():
    assert (np.diff(THRESHOLDS) > 0).all()
    assert THRESHOLDS.min() > 0
    assert THRESHOLDS.max() < 1


@pytest.fixture
def rows(forecasts, split):
    return net_benefit_rows({"gbm": forecasts["gbm"]}, split)


def test_treating_all_has_the_prevalence_less_the_odds_of_the_rest(rows, split):
    labels = split.labels["urgency"]
    for row in rows:
        if row["system"] == TREAT_ALL and row["cut"] == "urgent_or_above":
            prevalence = (labels[labels >= 0] <= 1).mean()
            odds = row["threshold"] / (1 - row["threshold"])
            assert row["net_benefit"] == pytest.approx(
                prevalence - (1 - prevalence) * odds, abs=5.1e-4
            )


def test_rows_stop_where_few_people_are_acted_on_or_few_are_not(rows, forecasts, split):
    shown = {row["threshold"] for row in rows if (row["system"], row["cut"]) == ("gbm", "emergent")}
    labelled = split.labels["urgency"] >= 0
    emergent = softmax(forecasts["gbm"]["urgency"][:, labelled], axis=2)[..., 0]
    for threshold in THRESHOLDS.tolist():
        acted = (emergent >= threshold).sum(axis=1).mean()
        few = acted < 11 or 0 < labelled.sum() - acted < 11
        assert (threshold in shown) != few
    assert 0 < len(shown) < len(THRESHOLDS), "the example should show some and hide some"
