"""The small split and its systems, and all set-ups on it."""

import pytest
from small_split import forecasts, judge, make_logits, params, rng, split

from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.systems import TRAINED_SYSTEMS

__all__ = ["forecasts", "judge", "make_logits", "params", "rng", "split"]


@pytest.fixture
def scorer(systems, split, params):
    """The split stands for either."""
    calibrated = {name: systems[name].calibrated for name in TRAINED_SYSTEMS}
    return SetUpScorer(calibrated, split, params.decision, params.compare.ece_bins)
