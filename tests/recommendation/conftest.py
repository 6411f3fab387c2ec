"""The small split and its forecasts, and all set-ups on it."""

import pytest
from made_tables import CEILINGS, table_of
from small_split import fits, fitted, forecasts, judge, make_logits, params, rng, split

from intake_triage.recommendation.rule import choose_set_up
from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.systems import FORECASTERS

__all__ = ["fits", "fitted", "forecasts", "judge", "make_logits", "params", "rng", "split"]


@pytest.fixture
def released(forecasts):
    """Those of the forecasters alone."""
    return {name: forecasts[name] for name in FORECASTERS}


@pytest.fixture
def scorer(released, split, params):
    """The split stands for either."""
    return SetUpScorer(released, split, params.decision, params.compare.ece_bins)


@pytest.fixture
def decision(params):
    """The committed ceilings and costs, with a margin of 30."""
    return params.decision.model_copy(update={"cost_margin": 30.0, "tied_level": 0.9})


@pytest.fixture
def choose(decision):
    """A function from rows of a table to the choice, or None."""

    def choose(*rows, margin: float = 30.0):
        changed = decision.model_copy(update={"cost_margin": margin})
        return choose_set_up(table_of(*rows), CEILINGS, changed)

    return choose
