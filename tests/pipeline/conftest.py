"""A copy of the repository with small settings, before and after the pipeline has run."""

import pytest
from checkout import Checkout, make_small

SMALL = {
    "data": {"n_records": 1600},
    "gbm": {"max_rounds": 12, "leaves": 7},
    "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
    "train": {"epochs": 2, "seeds": [0, 1], "learning_rate": 0.01},
    "calibrate": {"candidates": ["identity", "temperature"], "folds": 3},
    "compare": {"resamples": 200},
}


@pytest.fixture(scope="session")
def small_project(make_once) -> Checkout:
    """The working tree as it stands, committed with small settings and nothing run yet."""
    return Checkout(make_once("small_project", lambda folder: make_small(folder, SMALL)))


@pytest.fixture(scope="session")
def half_done(small_project: Checkout, make_once) -> Checkout:
    """A clone in which the pipeline has run as far as to the independent models."""

    def begin(folder):
        small_project.clone_to(folder).dvc("repro", "train_gbm", "train_st")

    return Checkout(make_once("half_done", begin))


@pytest.fixture(scope="session")
def reproduced(half_done: Checkout, make_once) -> Checkout:
    """The same, in which the whole pipeline has run and its results are committed."""

    def reproduce(folder):
        checkout = half_done.copy_to(folder)
        # Half a minute, whatever the settings; tests/report/ has the page.
        checkout.dvc("commit", "--force", "data_card")
        checkout.dvc("repro")
        checkout.commit("results")

    return Checkout(make_once("reproduced", reproduce))
