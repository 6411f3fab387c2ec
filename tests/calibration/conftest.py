"""Forecasts whose calibration is known, because the labels are drawn from them."""

import numpy as np
import pytest
from scipy.special import softmax


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def draw_labels(rng):
    """A function that draws labels from the probabilities of logits."""

    def draw(logits: np.ndarray) -> np.ndarray:
        cumulative = softmax(logits, axis=-1).cumsum(axis=-1)
        drawn = (rng.random((len(logits), 1)) > cumulative).sum(axis=1)
        return np.minimum(drawn, logits.shape[-1] - 1)

    return draw
