"""Class-wise errors equal a slice by slice count, and their reference a simulation."""

import numpy as np
import pytest

from intake_triage.evaluation.classwise import classwise_ece
from intake_triage.evaluation.measures.reliability import ReliabilityBins, debiased_ece


@pytest.fixture
def probabilities(rng):
    return rng.dirichlet([3, 2, 1], 600)


def draw(rng, probabilities):
    return (probabilities.cumsum(axis=1) < rng.random((len(probabilities), 1))).sum(axis=1)


def test_each_class_equals_slices_of_the_sorted_records(rng, probabilities):
    labels = draw(rng, probabilities[:, [1, 0, 2]])  # the first two classes are mixed up
    measured = classwise_ece(probabilities, labels, n_bins=6).by_class
    for k in range(3):
        slices = np.argsort(probabilities[:, k]).reshape(6, 100)
        bins = ReliabilityBins(
            probabilities[slices, k].mean(axis=1),
            (labels[slices] == k).mean(axis=1),
            np.full(6, 100),
        )
        assert measured[k] == pytest.approx(debiased_ece(bins))
    assert measured[:2].min() > measured[2]


def test_the_reference_is_what_a_calibrated_model_shows(rng, probabilities):
    reference = classwise_ece(probabilities, np.zeros(600, int), n_bins=15).if_calibrated
    shown = [
        classwise_ece(probabilities, draw(rng, probabilities), n_bins=15).by_class
        for _ in range(150)
    ]
    np.testing.assert_allclose(np.mean(shown, axis=0), reference, rtol=0.15)


def test_two_classes_are_equally_wrong(rng):
    """P(second) = 1 − P(first), so their bins mirror each other where none is split by a tie."""
    first = rng.uniform(0.01, 0.99, 400)
    labels = (rng.random(400) < 0.5).astype(int)
    by_class = classwise_ece(np.column_stack([first, 1 - first]), labels, n_bins=8).by_class
    assert by_class[0] == pytest.approx(by_class[1], abs=1e-3)
