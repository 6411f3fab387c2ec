"""Scores are of the records with a label, and equal to scikit-learn's."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn import metrics
from small_split import CLASSES, make_decisions

from intake_triage.evaluation.forecasts import SystemFits
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.table import Results
from intake_triage.evaluation.walk import walk_fits


@pytest.fixture
def logits(make_logits):
    return make_logits(skill=1.0)


def test_scores_equal_scikit_learns(judge, logits, split):
    rows = split.labels["urgency"] >= 0
    labels = split.labels["urgency"][rows]
    (said,) = logits["urgency"][:, rows]
    likeliest, probabilities = said.argmax(axis=1), softmax(said, axis=1)
    expected = {
        ("macro_f1", "argmax"): metrics.f1_score(labels, likeliest, average="macro"),
        ("accuracy", "argmax"): metrics.accuracy_score(labels, likeliest),
        ("quadratic_kappa", "argmax"): metrics.cohen_kappa_score(
            labels, likeliest, weights="quadratic"
        ),
        ("log_loss", ""): metrics.log_loss(labels, probabilities),
        ("brier", ""): metrics.brier_score_loss(labels, probabilities, scale_by_half=False),
    }
    results = judge(logits, split)
    for (measure, rule), value in expected.items():
        row = results.find(task="urgency", measure=measure, rule=rule)
        assert row.value == pytest.approx(value), measure
        assert (row.n, row.units) == (270, 150)
        if measure != "quadratic_kappa":
            assert row.low < row.value < row.high
    found = results.where(task="urgency", measure="f1", rule="argmax", column="")
    by_class = metrics.f1_score(labels, likeliest, average=None)
    assert [row.value for row in found] == pytest.approx(by_class)


def test_sharpened_logits_are_worse_raw_than_calibrated(logits, split, params):
    sharp = {task: 3 * each for task, each in logits.items()}
    fits = SystemFits({"st": sharp}, {"st": logits})
    results = Results(walk_fits(fits, split, params=params.compare, decision=params.decision))
    for task in CLASSES:
        raw, calibrated = results.where(task=task, measure="log_loss")
        assert calibrated.calibrated
        assert raw.value > calibrated.value


def test_macro_f1_is_over_the_classes_that_the_records_have(judge, logits, split):
    """Without an emergent man the mean for men is over the two other tiers; of all, over three."""
    men = split.subgroups["sex"] == "male"
    labels = split.labels["urgency"]
    labels[men & (labels == 0)] = 1
    results = judge(logits, split)
    of_all, _, of_men = results.where(task="urgency", measure="macro_f1", rule="argmax")
    assert of_men.subgroup == "male"
    for row, records, classes in ((of_men, men, [1, 2]), (of_all, men | ~men, [0, 1, 2])):
        rows = records & (labels >= 0)
        likeliest = logits["urgency"][0, rows].argmax(axis=1)
        expected = metrics.f1_score(labels[rows], likeliest, average="macro", labels=classes)
        assert row.value == pytest.approx(expected)


def test_a_class_of_fewer_than_11_people_is_not_shown_alone(judge, logits, split):
    labels = split.labels["urgency"]
    labels[labels == 0] = 1
    labels[1:11] = 0  # 10 people
    rows = judge(logits, split).where(task="urgency", measure="f1", rule="argmax")
    assert [row.class_name for row in rows] == ["urgent", "routine"]


@pytest.fixture
def kappa(params):
    def kappa(predicted, labels):
        classes = {"urgency": tuple("abcd")}
        shared = {"urgency": predicted[np.newaxis]}, {"urgency": labels}, classes
        decisions = make_decisions(*shared, params.decision)
        return MEASURES["quadratic_kappa"].compute(decisions, "urgency").item()

    return kappa


def test_kappa_equals_its_definition(kappa, rng):
    """1 less the observed over the expected mean squared distance (Cohen 1968)."""
    labels, predicted = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    observed = np.mean((labels - predicted) ** 2)
    expected = np.mean((labels[:, np.newaxis] - predicted) ** 2)
    assert kappa(predicted, labels) == pytest.approx(1 - observed / expected)


@pytest.mark.parametrize("absent", [0, 1, 3])
def test_kappa_keeps_the_distance_across_a_tier_that_no_form_has(kappa, rng, absent):
    held = np.delete(np.arange(4), absent)
    labels, predicted = held[rng.integers(0, 3, (2, 200))]
    observed = np.mean((labels - predicted) ** 2)
    expected = np.mean((labels[:, np.newaxis] - predicted) ** 2)
    assert kappa(predicted, labels) == pytest.approx(1 - observed / expected)


def test_kappa_without_variation_is_0(kappa):
    assert kappa(np.ones(5, int), np.ones(5, int)) == 0
