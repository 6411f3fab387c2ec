"""The records: their columns, shares and gaps, and that a seed fixes every byte."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intake_triage.records.synthetic import (
    CATALOGUE,
    DEFAULT_RELATEDNESS,
    FIELDS,
    SPECIALTY,
    URGENCY,
    generate_clinic,
)
from intake_triage.records.synthetic.generate import CHUNK

ROOT = Path(__file__).resolve().parents[3]


def generate(n_records: int, *, seed: int = 7) -> tuple[pd.DataFrame, pd.DataFrame]:
    chunks = generate_clinic(
        CATALOGUE,
        n_records=n_records,
        seed=seed,
        task_relatedness=DEFAULT_RELATEDNESS,
        reading="own",
    )
    records, oracle = zip(*chunks, strict=True)
    return pd.concat(records, ignore_index=True), pd.concat(oracle, ignore_index=True)


def digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()


def test_a_record_is_the_same_however_many_follow():
    few, few_oracle = generate(700)
    many, many_oracle = generate(CHUNK + 300)
    assert digest(few) == digest(many[:700])
    assert digest(few_oracle) == digest(many_oracle[:700])
    assert len(many) == len(many_oracle) == CHUNK + 300


def test_chunks_and_seeds_do_not_repeat_each_other():
    records, _ = generate(2 * CHUNK)
    other, _ = generate(CHUNK, seed=8)
    first, second = records["text"][:CHUNK], records["text"][CHUNK:]
    assert len(set(first) & set(second)) < 0.01 * CHUNK
    assert len(set(first) & set(other["text"])) < 0.01 * CHUNK


def test_columns_are_those_of_the_fields_labels_and_subgroups(clinic_records):
    records, oracle = clinic_records
    names = {field.name for field in FIELDS}
    others = {"record_id", "text", "date", "age_band", "urgency", "specialty"}
    assert set(records) == names | others
    assert records["record_id"].is_unique
    assert (records["record_id"] == oracle["record_id"]).all()
    assert records["date"].max() - records["date"].min() < pd.Timedelta(days=730)
    for field in FIELDS:
        values = records[field.name].dropna()
        if field.kind == "numeric":
            assert values.between(field.low, field.high).all()
            assert records[field.name].dtype == np.float64
        else:
            assert values.map(type).eq(str).all()


def test_the_oracle_gives_distributions(clinic_records):
    _, oracle = clinic_records
    for task, n_classes in (("urgency", len(URGENCY)), ("specialty", len(SPECIALTY))):
        posterior = oracle[[f"{task}_{k}" for k in range(n_classes)]].to_numpy()
        assert posterior.min() >= 0
        np.testing.assert_allclose(posterior.sum(axis=1), 1, atol=1e-12)


def test_class_shares_are_as_designed(clinic_records):
    records, _ = clinic_records
    tiers = records["urgency"].value_counts(normalize=True)
    np.testing.assert_allclose(tiers[list(URGENCY)], [0.04, 0.18, 0.43, 0.35], atol=0.015)
    specialties = records["specialty"].value_counts(normalize=True)
    assert set(specialties.index) == set(SPECIALTY)
    assert 0.20 <= specialties.max() <= 0.30
    assert 0.015 <= specialties.min() <= 0.03


def test_texts_are_distinct_and_of_a_forms_length(clinic_records):
    texts = clinic_records[0]["text"]
    n_words = texts.str.split().str.len()
    assert texts.nunique() >= 0.95 * len(texts)
    assert n_words.min() >= 5
    assert n_words.max() <= 60
    assert 15 <= n_words.median() <= 25
    assert n_words.mean() > n_words.median()  # the right tail is the longer one


def test_entries_are_missing_as_often_as_on_real_forms_and_not_at_random(clinic_records):
    records, _ = clinic_records
    missing = records[[field.name for field in FIELDS]].isna()
    assert missing.mean().between(0.05, 0.40).all()
    assert (records["age_band"].isna() == missing["age"]).all()
    by_tier = missing["temperature"].groupby(records["urgency"]).mean()
    assert by_tier["routine"] > by_tier["urgent"] + 0.03


@pytest.mark.parametrize(
    ("n_records", "dial", "message"),
    [(0, 0.5, "n_records must be at least 1"), (10, 1.5, r"task_relatedness must lie in \[0, 1\]")],
)
def test_settings_out_of_range_are_refused(n_records, dial, message):
    with pytest.raises(ValueError, match=message):
        next(
            generate_clinic(
                CATALOGUE, n_records=n_records, seed=0, task_relatedness=dial, reading="own"
            )
        )


def test_the_same_bytes_come_from_a_fresh_interpreter():
    """Whatever its hash seed: nothing hangs on the order of a set."""
    program = (
        "import hashlib, sys; from intake_triage.records.synthetic import *;"
        "chunks = generate_clinic(CATALOGUE, n_records=300, seed=7,"
        " task_relatedness=DEFAULT_RELATEDNESS, reading='own');"
        "texts = [frame.to_csv(index=False) for pair in chunks for frame in pair];"
        "print(*(hashlib.sha256(text.encode()).hexdigest() for text in texts))"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONPATH": "src", "PYTHONHASHSEED": hash_seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for hash_seed in ("1", "2")
    ]
    assert printed[0] == printed[1] == [digest(frame) for frame in generate(300)]
