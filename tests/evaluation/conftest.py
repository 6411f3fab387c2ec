"""A small test split, and systems that know its truth more or less well."""

import numpy as np
import pytest

from intake_triage.evaluation.held_out import HeldOut
from intake_triage.evaluation.systems import SystemLogits

CLASSES = {"urgency": ("emergent", "urgent", "routine"), "specialty": ("heart", "skin")}


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture
def held_out(rng):
    """300 records in 150 units; every tenth lacks urgency, every seventh specialty."""
    n_records = 300
    labels = {task: rng.integers(0, len(names), n_records) for task, names in CLASSES.items()}
    labels["urgency"][::10] = -1
    labels["specialty"][::7] = -1
    record_id = np.array([f"r{i}" for i in range(n_records)])
    return HeldOut(record_id, np.arange(n_records) // 2, labels, CLASSES)


@pytest.fixture
def make_system(rng, held_out):
    """A function that makes a system; `skill` pulls its logits to the truth."""

    def make(*, skill: float, n_seeds: int = 3, sharpness: float = 1.0) -> SystemLogits:
        calibrated = {}
        for task, names in CLASSES.items():
            truth = np.eye(len(names))[held_out.labels[task]]
            noise = rng.normal(size=(n_seeds, *truth.shape))
            calibrated[task] = skill * truth + noise
        raw = {task: sharpness * logits for task, logits in calibrated.items()}
        return SystemLogits(raw, calibrated)

    return make
