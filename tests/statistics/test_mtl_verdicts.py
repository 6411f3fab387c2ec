"""Verdicts at all their borders, the Holm correction, and the sign of each measure."""

import numpy as np
import pytest

from intake_triage.statistics.bootstrap import draw_weights, replicate_scores
from intake_triage.statistics.estimates import Estimate
from intake_triage.statistics.verdicts import (
    Transfer,
    decide_verdict,
    gain_in_f1,
    gain_in_log_loss,
    holm,
)

MARGIN = 0.02
T95, T90 = 1.959963985, 1.644853627  # half widths of the intervals in standard errors


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [
        (0.05, 0.05 / T95 * 0.999, "positive"),
        (0.05, 0.05 / T95 * 1.001, "inconclusive"),
        (-0.05, 0.05 / T95 * 0.999, "negative"),
        (-0.05, 0.05 / T95 * 1.001, "inconclusive"),
        (0.01, 0.01 / T90 * 0.999, "equivalent"),
        (0.01, 0.01 / T90 * 1.001, "inconclusive"),
        (-0.01, 0.01 / T90 * 0.999, "equivalent"),
        (0.015, 0.005 / T90 * 0.999, "positive, smaller than the margin"),
        (0.015, 0.005 / T90 * 1.001, "positive"),
        (-0.015, 0.005 / T90 * 0.999, "negative, smaller than the margin"),
        (-0.015, 0.005 / T90 * 1.001, "negative"),
        (0.0, 0.0, "equivalent"),
        (0.03, 0.0, "positive"),
    ],
)
def test_verdict(value, error, verdict):
    assert decide_verdict(Estimate(value, error, np.inf), margin=MARGIN) == verdict


def test_corrected_p_values_overrule_the_estimates_own():
    estimate = Estimate(0.05, 0.02, np.inf)
    assert decide_verdict(estimate, margin=MARGIN) == "positive"
    assert decide_verdict(estimate, margin=MARGIN, p_zero=0.05, p_within=0.9) == "inconclusive"


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([]) == []


def test_holm_keeps_the_family_error_at_5_percent(rng):
    false_finds = [min(holm(rng.random(8).tolist())) < 0.05 for _ in range(4000)]
    assert np.mean(false_finds) == pytest.approx(0.05, abs=0.012)


@pytest.fixture
def arms(rng):
    """mtl better than st for class 1, the same for class 0."""
    labels = np.arange(200) % 2
    right = np.eye(2)[labels]
    weights = draw_weights(200, resamples=200)
    arms = []
    for strength in (3.0, 0.5):
        pull = np.where(labels == 1, strength, 1.0)[:, np.newaxis]
        logits = right * pull + rng.normal(size=(3, 200, 2))
        arms.append(replicate_scores(logits, labels, np.arange(200), weights))
    return arms


@pytest.mark.parametrize("gain_in", [gain_in_f1, gain_in_log_loss])
def test_above_0_favours_mtl(arms, gain_in):
    mtl, st = arms
    shared = {"classes": {0: "a", 1: "b"}, "margin": 0.02, "n_units": 200}
    gain = gain_in(mtl, st, **shared)
    assert gain.summary()["verdict"] == "positive"
    assert gain.by_class["b"].value > 0
    reverse = gain_in(st, mtl, **shared)
    assert reverse.overall.value == pytest.approx(-gain.overall.value)
    assert reverse.summary()["verdict"] == "negative"


def test_rows_hold_the_task_and_then_the_classes_to_show(arms):
    rows = gain_in_f1(*arms, classes={1: "b"}, margin=0.02, n_units=200).rows()
    assert [row["class"] for row in rows] == ["all classes", "b"]
    assert all(row["low"] < row["delta"] < row["high"] for row in rows)


def test_verdicts_by_class_are_corrected_and_that_of_the_task_is_not():
    found = Estimate(0.05, 0.05 / 2.1, np.inf)  # p = 0.036, and 0.07 among two
    rows = Transfer(found, {"a": found, "b": Estimate(0.0, 0.05, np.inf)}, 0.02, 3).rows()
    assert [row["verdict"] for row in rows] == ["positive", "inconclusive", "inconclusive"]
    (_, alone) = Transfer(found, {"a": found}, 0.02, 3).rows()
    assert alone["verdict"] == "positive"
