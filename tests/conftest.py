"""One seed for all tests, and a small made-up clinic that is prepared once."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
import yaml

from intake_triage.layout import Layout
from intake_triage.models.fits import pool
from intake_triage.params import Params, TokenizerParams
from intake_triage.records import prepare
from intake_triage.records.schema import FormField, RecordSchema, RecordTable

ROOT = Path(__file__).resolve().parents[1]
# What trains, and what dvclive loads late.
TRAINERS = (
    *("intake_triage.models.tabular.gbm", "intake_triage.models.transformer.fit"),
    *("dvc.repo", "dvc.scm"),
)
URGENCY = ("now", "today", "later")
SPECIALTY = ("heart", "skin", "bones")
WORDS_OF = {
    "heart": ("chest pain", "palpitations", "short of breath"),
    "skin": ("itchy rash", "dry skin", "a mole that changed"),
    "bones": ("sore knee", "back pain", "swollen ankle"),
    "now": ("suddenly", "unbearable"),
    "today": ("getting worse", "since yesterday"),
    "later": ("for months", "check-up"),
}

# Below tests/, what takes over some three seconds: real DVC, browsers, servers, clusters and more.
# `make test-quick` leaves it out.
SLOW = (
    "benchmarks/",
    "calibration/test_choice.py",
    "calibration/test_nested.py",
    "calibration/test_stage.py",
    "evaluation/test_compare.py",
    "evaluation/test_made_up.py",
    "examples/",
    "faults/",
    "hostile/",
    "models/test_cluster.py",
    "models/test_fits.py",
    "models/transformer/test_loop.py",
    "models/transformer/test_train.py",
    "pipeline/",
    "recommendation/test_recommend.py",
    "records/draft/",
    "records/forms/",
    "records/synthetic/",
    "records/tables/test_encodings.py",
    "records/tables/test_round_trips.py",
    "records/test_file_formats.py",
    "records/test_namcs.py",
    "release/bundle/",
    "release/plan/",
    "release/score/",
    "release/serve/",
    "release/test_demo.py",
    "release/watch/test_labelling.py",
    "release/watch/test_watch_command.py",
    "release/watch/test_watch_page.py",
    "report/review/",
    "report/test_brief",
    "report/test_plot_templates.py",
    "statistics/test_confidence_set.py",
    "statistics/test_estimates.py",
    "studies/",
)

for thread_variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(thread_variable, "1")


def pytest_xdist_auto_num_workers() -> int:
    """Two more than cores: a process waits for another's folder, a server or a signal now and then.

    With a core for each, a fifth of the time would pass so.
    """
    return psutil.cpu_count() + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `SLOW` names; the studies go first, lest two of the longest run last and alone."""
    items.sort(key=lambda item: not item.path.is_relative_to(ROOT / "tests/studies"))
    for item in items:
        if item.path.relative_to(ROOT / "tests").as_posix().startswith(SLOW):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable], Path]:
    """A function that makes a folder, once for all processes of a run of the tests.

    What it gives is to be left as it is, for another process may read it.
    """
    ours = tmp_path_factory.getbasetemp()
    shared = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours

    def make_once(name: str, make: Callable[[Path], object]) -> Path:
        folder, half = shared / name, shared / f"{name}.half"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                shutil.rmtree(half, ignore_errors=True)
                make(half)
                half.rename(folder)
        return folder

    return make_once


@pytest.fixture(scope="session", autouse=True)
def preloaded() -> Iterator[None]:
    """Let the fork server of a process of tests have what any of its fits imports.

    It starts once: after a fit by LightGBM each by a Transformer would import torch itself.
    """
    with_modules = pool._context_with
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "_context_with", lambda own: with_modules({*own, *TRAINERS}))
        yield


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers of one test."""
    return np.random.default_rng(20240531)


@pytest.fixture(scope="session")
def raw_params() -> dict:
    """The committed params.yaml as a dictionary; copy before changing it."""
    return yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def params(raw_params: dict) -> Params:
    """The committed params.yaml."""
    return Params.model_validate(raw_params)


def make_forms(*, n_records: int = 600, seed: int = 0) -> RecordTable:
    """Invented forms whose words mostly tell the labels; a tenth lacks each, fields have gaps."""
    rng = np.random.default_rng(seed)
    urgency = rng.choice(URGENCY, n_records, p=[0.2, 0.3, 0.5])
    specialty = rng.choice(SPECIALTY, n_records, p=[0.5, 0.3, 0.2])
    texts = [
        f"{rng.choice(WORDS_OF[where])} {rng.choice(WORDS_OF[when])} visit {i % 211}"
        for i, (when, where) in enumerate(zip(urgency, specialty, strict=True))
    ]
    for labels in (urgency, specialty):
        noisy = rng.random(n_records) < 0.15
        labels[noisy] = rng.permutation(labels[noisy])
    age = rng.integers(0, 90, n_records).astype(float)
    frame = pd.DataFrame(
        {
            "record_id": [f"f{i:04d}" for i in range(n_records)],
            "text": texts,
            "age": np.where(rng.random(n_records) < 0.2, np.nan, age),
            "pain": np.where(urgency == "now", 8.0, 3.0) + rng.integers(0, 3, n_records),
            "sex": rng.choice(["female", "male"], n_records),
            "payment": pd.Series(rng.choice(["private", "public"], n_records)).where(
                rng.random(n_records) < 0.7
            ),
            "date": pd.Timestamp("2023-01-01")
            + pd.to_timedelta(rng.integers(0, 500, n_records), "D"),
            "urgency": pd.Series(urgency).where(rng.random(n_records) < 0.9),
            "specialty": pd.Series(specialty).where(rng.random(n_records) < 0.9),
        }
    )
    fields = (
        FormField("age", "numeric", low=0, high=120),
        FormField("pain", "numeric", low=0, high=10),
        FormField("sex", "categorical"),
        FormField("payment", "categorical"),
    )
    schema = RecordSchema(fields, URGENCY, SPECIALTY, subgroups=("sex",))
    return RecordTable(frame, schema, schema.without_oracle())


@pytest.fixture
def forms() -> RecordTable:
    """600 invented forms without groups."""
    return make_forms()


@pytest.fixture(scope="session")
def split_forms(params: Params) -> prepare.SplitRecords:
    """The invented forms after checks, screen and split."""
    data = params.data.model_copy(update={"n_records": 600})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare, "read_source", lambda _: make_forms())
        return prepare.split_source(data)


@pytest.fixture(scope="session")
def clinic_folder(
    split_forms: prepare.SplitRecords, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A checkout's root in which stage prepare has run on the invented forms."""
    root = tmp_path_factory.mktemp("clinic")
    prepare.write_prepared(
        split_forms,
        TokenizerParams(vocabulary=150, min_document_frequency=3, max_tokens=16),
        pretrained=None,
        layout=Layout(root),
    )
    return root


@pytest.fixture
def clinic(clinic_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same as the current folder, as every stage expects it; to be left as it is."""
    monkeypatch.chdir(clinic_folder)
    return clinic_folder
