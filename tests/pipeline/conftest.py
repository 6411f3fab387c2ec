"""A copy of the repository with small settings, before and after the pipeline has run."""

import pytest
from checkout import Checkout, make_small

SMALL = {
    "data": {"n_records": 1600},
    "gbm": {"max_rounds": 12, "leaves": 7},
    "encoder": {"layers": 1, "width": 16, "attention_heads": 2, "feedforward": 16},
    "train": {"epochs": 2, "seeds": [0, 1, 2], "learning_rate": 0.01},
    "compare": {"resamples": 200},
}


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The working tree as it stands, committed with small settings and nothing run yet."""
    return make_small(tmp_path_factory.mktemp("project") / "small", SMALL)


@pytest.fixture(scope="session")
def reproduced(small_project: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A clone in which the whole pipeline has run and its results are committed."""
    checkout = small_project.clone_to(tmp_path_factory.mktemp("project") / "reproduced")
    checkout.dvc("repro")
    checkout.commit("results")
    return checkout
