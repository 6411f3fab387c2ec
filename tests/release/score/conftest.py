"""Bundles for tests: a stand-in that judges by words, and real ones with a mapping of their own."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from intake_triage.calibration.decisions import DecisionRules
from intake_triage.params import Params
from intake_triage.records.schema import RecordSchema
from intake_triage.release.bundle.forecast import TaskForecast
from intake_triage.release.bundle.load import Bundle, Settings, load_bundle
from intake_triage.release.bundle.manifest import Manifest
from intake_triage.tasks import Task
from tests.form_tables import MAPPING, SCHEMA

TASKS: tuple[Task, ...] = ("urgency", "specialty")


@cache
def weigh(sign: str, n_classes: int) -> np.ndarray:
    """What a word or entry adds to the logits of the classes: any numbers, always the same."""
    seed = int.from_bytes(hashlib.sha256(sign.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=n_classes)


def judge(schema: RecordSchema, task: Task, form: dict) -> np.ndarray:
    """The stand-in's chances of one form's classes: a sum of weights of its words and entries."""
    n_classes = len(schema.classes(task))
    signs = [f"{task} {word}" for word in form["text"].lower().split()]
    entries = [(field.name, form[field.name]) for field in schema.fields]
    signs += [f"{task} {name} {value}" for name, value in entries if not pd.isna(value)]
    return softmax(sum((weigh(sign, n_classes) for sign in signs), np.zeros(n_classes)))


def make_bundle(params: Params, *, tasks: tuple[Task, ...] = TASKS) -> Bundle:
    """A stand-in of the small German clinic, for one task or both."""
    manifest = Manifest(
        name="stand-in",
        version="3",
        use="silent only until signed",
        decision="release",
        reason="lowest_cost",
        forecasters=dict.fromkeys(tasks, "linear"),
        source="file",
        stages={},
        libraries={},
        python="3.11",
        processor="any",
        files={},
    )

    def forecast(frame: pd.DataFrame) -> dict[Task, TaskForecast]:
        forms = frame.to_dict("records")
        chances = {task: np.array([judge(SCHEMA, task, form) for form in forms]) for task in tasks}
        return {task: TaskForecast(p, p**0.5) for task, p in chances.items()}

    thresholds = {"urgency": np.array([0.5, 0.4, np.inf]), "specialty": np.array([0.2, 0.1])}
    return Bundle(
        Path("stand-in"),
        manifest,
        SCHEMA,
        MAPPING,
        Settings(
            decision=params.decision,
            nurse_threshold=0.05 if "urgency" in tasks else None,
            unknown_words=0.25,
        ),
        frozenset({"brust", "knie", "schmerzen", "stark", "seit", "gestern", "chest", "pain"}),
        {task: DecisionRules(1.0, np.ones(3), thresholds[task]) for task in tasks},
        forecast,
    )


@pytest.fixture
def bundle(params: Params) -> Bundle:
    """The stand-in for both tasks."""
    return make_bundle(params)


@pytest.fixture(scope="session")
def real_bundle(build: Callable[..., Path]) -> Callable[[str], Bundle]:
    """Gives the bundle of a forecaster, for both tasks; its table has no column of days."""

    @cache
    def load(name: str) -> Bundle:
        loaded = load_bundle(build(name, name))
        return replace(loaded, mapping=loaded.mapping.model_copy(update={"date": None}))

    return load
