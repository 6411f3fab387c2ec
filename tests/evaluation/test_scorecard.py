"""A system's scores are means over seeds of the records with a label, equal to scikit-learn's."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn import metrics

from intake_triage.evaluation.classwise import classwise_ece
from intake_triage.evaluation.scorecard import quadratic_kappa, score_classes, score_system


@pytest.fixture
def scored(make_system, held_out):
    system = make_system(skill=1.0, sharpness=3.0)
    return system, score_system(system, held_out, ece_bins=15)


def test_scores_equal_scikit_learns(scored, held_out):
    system, scores = scored
    rows = held_out.labels["urgency"] >= 0
    labels = held_out.labels["urgency"][rows]
    raw, calibrated = system.raw["urgency"][:, rows], system.calibrated["urgency"][:, rows]
    expected = {
        "macro_f1": [metrics.f1_score(labels, seed.argmax(1), average="macro") for seed in raw],
        "accuracy": [metrics.accuracy_score(labels, seed.argmax(1)) for seed in raw],
        "quadratic_kappa": [
            metrics.cohen_kappa_score(labels, seed.argmax(1), weights="quadratic") for seed in raw
        ],
        "log_loss": [metrics.log_loss(labels, softmax(seed, axis=1)) for seed in calibrated],
        "raw_log_loss": [metrics.log_loss(labels, softmax(seed, axis=1)) for seed in raw],
    }
    for name, by_seed in expected.items():
        assert scores["urgency"][name] == pytest.approx(np.mean(by_seed), abs=1e-5), name
    by_class = [metrics.f1_score(labels, seed.argmax(1), average=None) for seed in raw]
    assert list(scores["urgency"]["f1"].values()) == pytest.approx(np.mean(by_class, 0), abs=1e-5)


def test_sharpened_logits_are_worse_raw_than_calibrated(scored):
    _, scores = scored
    for task in ("urgency", "specialty"):
        for name in ("log_loss", "brier", "ece"):
            assert scores[task][f"raw_{name}"] > scores[task][name]


def test_both_right_needs_both_labels(make_system, held_out):
    system = make_system(skill=1.0, n_seeds=2)
    right = []
    for seed in range(2):
        for i in range(300):
            labels = [held_out.labels[task][i] for task in ("urgency", "specialty")]
            if -1 not in labels:
                predicted = [
                    system.raw[task][seed, i].argmax() for task in ("urgency", "specialty")
                ]
                right.append(predicted == labels)
    scores = score_system(system, held_out, ece_bins=15)
    assert scores["both_right"] == pytest.approx(np.mean(right), abs=1e-5)


def test_a_class_of_fewer_than_11_people_is_not_shown_alone(make_system, held_out):
    labels = held_out.labels["urgency"]
    labels[labels == 0] = 1
    labels[1:11] = 0  # 10 people
    f1 = score_system(make_system(skill=1.0), held_out, ece_bins=15)["urgency"]["f1"]
    assert list(f1) == ["urgent", "routine"]


def test_kappa_equals_its_definition(rng):
    """1 less the observed over the expected mean squared distance (Cohen 1968)."""
    labels, predicted = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    observed = np.mean((labels - predicted) ** 2)
    expected = np.mean((labels[:, np.newaxis] - predicted) ** 2)
    assert quadratic_kappa(predicted, labels) == pytest.approx(1 - observed / expected)


def test_class_wise_errors_are_means_over_seeds_and_name_the_worst_class(scored, held_out):
    system, scores = scored
    rows = held_out.labels["urgency"] >= 0
    labels = held_out.labels["urgency"][rows]
    by_class = np.mean(
        [
            classwise_ece(softmax(seed, axis=1), labels, n_bins=15).by_class
            for seed in system.raw["urgency"][:, rows]
        ],
        axis=0,
    )
    shown = scores["urgency"]
    assert shown["raw_classwise_ece"] == pytest.approx(by_class.mean(), abs=1e-5)
    assert shown["raw_worst_class"] == held_out.classes["urgency"][by_class.argmax()]
    assert shown["raw_worst_class_ece"] == pytest.approx(by_class.max(), abs=1e-5)
    assert shown["raw_classwise_ece"] > shown["classwise_ece"]


def test_no_class_is_the_worst_where_none_may_be_named(rng):
    labels = np.array([0] * 8 + [1] * 8)
    scores = score_classes(rng.normal(size=(1, 16, 2)), labels, {}, ece_bins=5)
    assert scores["worst_class"] is None
    assert scores["worst_class_ece"] is None
    assert scores["classwise_ece"] >= 0


def test_kappa_without_variation_is_0():
    assert quadratic_kappa(np.ones(5, int), np.ones(5, int)) == 0
