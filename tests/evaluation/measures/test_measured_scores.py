"""Scores are means over seeds of the records with a label, equal to scikit-learn's."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn import metrics
from small_split import CLASSES, make_decisions

from intake_triage.evaluation.measures import MEASURES


@pytest.fixture
def system(make_system):
    return make_system(skill=1.0, sharpness=3.0)


def test_scores_equal_scikit_learns(judge, system, split):
    rows = split.labels["urgency"] >= 0
    labels = split.labels["urgency"][rows]
    raw, calibrated = system.raw["urgency"][:, rows], system.calibrated["urgency"][:, rows]

    def f1(seed, average):
        return metrics.f1_score(labels, seed.argmax(1), average=average)

    def brier(seed):
        return metrics.brier_score_loss(labels, softmax(seed, axis=1), scale_by_half=False)

    expected = {
        ("macro_f1", "argmax", False): [f1(seed, "macro") for seed in raw],
        ("accuracy", "argmax", False): [
            metrics.accuracy_score(labels, seed.argmax(1)) for seed in raw
        ],
        ("quadratic_kappa", "argmax", False): [
            metrics.cohen_kappa_score(labels, seed.argmax(1), weights="quadratic") for seed in raw
        ],
    }
    for kind, logits in ((True, calibrated), (False, raw)):
        log_losses = [metrics.log_loss(labels, softmax(seed, axis=1)) for seed in logits]
        expected["log_loss", "", kind] = log_losses
        expected["brier", "", kind] = [brier(seed) for seed in logits]
    results = judge(system, split)
    for (measure, rule, kind), by_seed in expected.items():
        row = results.find(task="urgency", measure=measure, rule=rule, calibrated=kind)
        assert row.value == pytest.approx(np.mean(by_seed)), measure
        assert (row.n, row.units) == (270, 150)
        if measure != "quadratic_kappa":
            assert row.low < row.value < row.high
    by_class = [row.value for row in results.where(task="urgency", measure="f1", column="")]
    assert by_class == pytest.approx(np.mean([f1(seed, None) for seed in raw], axis=0))


def test_sharpened_logits_are_worse_raw_than_calibrated(judge, system, split):
    results = judge(system, split)
    for task in CLASSES:
        for name in ("log_loss", "brier", "ece", "classwise_ece"):
            calibrated, raw = results.where(task=task, measure=name, column="")
            assert calibrated.calibrated
            assert raw.value > calibrated.value


def test_macro_f1_is_over_the_classes_that_the_records_have(judge, system, split):
    """Without an emergent man the mean for men is over the two other tiers; of all, over three."""
    men = split.subgroups["sex"] == "male"
    labels = split.labels["urgency"]
    labels[men & (labels == 0)] = 1
    results = judge(system, split)
    of_all, _, of_men = results.where(task="urgency", measure="macro_f1", rule="argmax")
    assert of_men.subgroup == "male"
    for row, records, classes in ((of_men, men, [1, 2]), (of_all, men | ~men, [0, 1, 2])):
        rows = records & (labels >= 0)
        by_seed = [
            metrics.f1_score(labels[rows], seed[rows].argmax(1), average="macro", labels=classes)
            for seed in system.raw["urgency"]
        ]
        assert row.value == pytest.approx(np.mean(by_seed))


def test_a_class_of_fewer_than_11_people_is_not_shown_alone(judge, system, split):
    labels = split.labels["urgency"]
    labels[labels == 0] = 1
    labels[1:11] = 0  # 10 people
    rows = judge(system, split).where(task="urgency", measure="f1")
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


def test_kappa_without_variation_is_0(kappa):
    assert kappa(np.ones(5, int), np.ones(5, int)) == 0
