"""A study small enough for a test: few records and seeds, every control in one block."""

import pytest

from studies.transfer import block as block_module
from studies.transfer.settings import RecordCounts, StudyParams, load_study

COUNTS = RecordCounts(train=500, valid=120, calibrate=240, test=600)


@pytest.fixture(scope="session")
def tiny_study() -> StudyParams:
    study = load_study()
    controls = ["size", "fine_tuning", "distillation", "few_labels", "dial", "equals"]
    everything = study.blocks["default"].model_copy(update={"controls": controls})
    distillation = {"folds": 2, "unlabelled": 300, "unlabelled_epochs": 1}
    return study.model_copy(
        update={
            "records": COUNTS,
            "seeds": [0, 1, 2],
            "few_seeds": [0, 1],
            "resamples": 100,
            "label_fractions": [0.25],
            "distillation": study.distillation.model_copy(update=distillation),
            "blocks": {"default": everything},
        }
    )


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """Where a block works and writes, instead of the checkout."""
    monkeypatch.setattr(block_module, "WORK", tmp_path / "work")
    monkeypatch.setattr(block_module, "RESULTS", tmp_path / "results")
    return tmp_path
