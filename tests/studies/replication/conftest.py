"""A run small enough for a test, and results that are made up."""

from typing import Any

import numpy as np
import pytest

from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.systems import FORECASTERS, TRAINED_SYSTEMS
from intake_triage.tasks import TASKS
from studies.replication.settings import Run

TINY = {
    "data.seed": 1,
    "data.n_records": 2000,
    "gbm.max_rounds": 8,
    "gbm.leaves": 7,
    "encoder.layers": 1,
    "encoder.width": 32,
    "encoder.attention_heads": 2,
    "encoder.feedforward": 32,
    "train.epochs": 1,
    "train.seeds": [0, 1],
    "calibrate.candidates": ["temperature"],
    "compare.resamples": 100,
}
LABELS = [set_up.label for set_up in list_set_ups(TASKS)]


@pytest.fixture
def tiny_run() -> Run:
    """800 forms to learn from, 250 to be tested on."""
    return Run(group="sizes", params=TINY, learn=800, test=250)


def make_result(seed: int = 0, *, source: str = "synthetic", train: int = 24000) -> dict[str, Any]:
    """What keep.py gives of a run, with figures drawn at random."""
    rng = np.random.default_rng(seed)

    def interval(value: float) -> list[float]:
        return [value, value - 0.02, value + 0.02]

    def figures() -> dict[str, Any]:
        both = {
            task: {
                name: interval(rng.uniform(0.5, 0.9)) for name in ("macro_f1", "log_loss", "ece")
            }
            | {"gap_closed": [rng.uniform(0.7, 0.9)]}
            for task in TASKS
        }
        return both | {"both": {"cost_per_1000": interval(rng.uniform(1200, 1400))}}

    gain = {"delta": 0.01, "low": -0.01, "high": 0.03, "verdict": "inconclusive"}
    return {
        "code": "0a1b2c3d",
        "source": source,
        "data_seed": seed,
        "training_seeds": [0, 1, 2],
        "records": {"train": train, "valid": 4000, "calibrate": 6000, "test": 6000},
        "decision": "release",
        "reason": "fewer_parts",
        "choice": "mtl",
        "lowest": "gbm+mtl",
        "nearest": None,
        "needed": {"tied": 4.0, "ceilings": {"under_triage": 0.5, "ece_urgency": None}},
        "tied": ["gbm+mtl", "mtl"],
        "set_ups": {
            label: {"breaks": {}, "calibrate": [1300.0, 5.0, -5.0, 15.0], "test": 1300.0 + k}
            for k, label in enumerate(LABELS)
        },
        "figures": {name: figures() for name in FORECASTERS},
        "single_fits": {
            name: {task: {"macro_f1": 0.6, "log_loss": 0.7, "gap_closed": 0.8} for task in TASKS}
            for name in TRAINED_SYSTEMS
        },
        "transfer": {task: gain | {"log_loss": gain} for task in TASKS},
        "cpu_seconds": dict.fromkeys(FORECASTERS, 300.0),
    }


@pytest.fixture
def made_result():
    """`make_result`."""
    return make_result
