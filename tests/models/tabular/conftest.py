"""The clinic with some of it changed, and fits in folders of their own."""

import shutil

import numpy as np
import pandas as pd
import pytest

from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.models.fits import Fit


@pytest.fixture
def change_clinic(clinic_folder, tmp_path, monkeypatch):
    """A function that makes a changed copy of the clinic the current folder."""

    def change(change_frame, *, schema: dict | None = None) -> pd.DataFrame:
        root = tmp_path / f"clinic_{len(list(tmp_path.iterdir()))}"
        shutil.copytree(clinic_folder, root)
        path = root / "data/prepared/records.parquet"
        frame = change_frame(pd.read_parquet(path))
        frame.to_parquet(path)
        schema_path = root / "data/prepared/schema.json"
        write_json(schema_path, read_json(schema_path) | (schema or {}))
        monkeypatch.chdir(root)
        return frame

    return change


@pytest.fixture
def fit_logits(tmp_path):
    """A function that trains one fit and returns its folder and logits."""

    def train_and_load(train, settings, *, task="urgency", seed=0):
        folder = tmp_path / f"fit_{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        n_parameters = train(Fit("tabular", (task,), seed), Layout(), folder, params=settings)
        logits = np.load(folder / f"logits_{task}.npy", allow_pickle=False)
        return folder, logits, n_parameters

    return train_and_load


@pytest.fixture
def flip_sex():
    """A function that turns the sex of some records."""

    def flip(frame: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
        turned = frame["sex"].map({"male": "female", "female": "male"})
        return frame.assign(sex=frame["sex"].where(~rows, turned))

    return flip
