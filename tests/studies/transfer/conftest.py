"""A study small enough for a test: few records, two seeds, every control in one block."""

import pytest

from studies.transfer import block as block_module
from studies.transfer.settings import RecordCounts, StudyParams, load_study

COUNTS = RecordCounts(train=500, valid=120, calibrate=240, verdict=200, fresh=400)


@pytest.fixture(scope="session")
def tiny_study() -> StudyParams:
    study = load_study()
    everything = study.blocks["default"].model_copy(
        update={"controls": ["size", "balancing", "start", "fractions", "truth", "dial"]}
    )
    return study.model_copy(
        update={
            "records": COUNTS,
            "seeds": [0, 1],
            "truth_seeds": [2, 3],
            "resamples": 100,
            "label_fractions": [0.25],
            "trial_weights": [0.4, 0.6],
            "frontier_weights": [0.1],
            "balancing": ["fixed", "pcgrad"],
            "blocks": {"default": everything},
        }
    )


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """Where a block works and writes, instead of the checkout."""
    monkeypatch.setattr(block_module, "WORK", tmp_path / "work")
    monkeypatch.setattr(block_module, "RESULTS", tmp_path / "results")
    return tmp_path
