"""The clinic with some of it changed, and fits in folders of their own."""

import shutil

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.records.prepared import NO_LABEL, read_prepared


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


UNSPACED = {  # of the clinic's words, and how a form joins them: no blank anywhere
    "chest pain": "胸口疼",
    "palpitations": "心慌",
    "short of breath": "喘不上气",
    "itchy rash": "皮疹发痒",
    "dry skin": "皮肤干燥",
    "a mole that changed": "痣变大了",
    "sore knee": "膝盖疼",
    "back pain": "腰疼",
    "swollen ankle": "脚踝肿了",
    "suddenly": "突然",
    "unbearable": "受不了",
    "getting worse": "越来越重",
    "since yesterday": "从昨天起",
    "for months": "好几个月了",
    "check-up": "复查",
    "visit": "第",
    " ": "",
}


@pytest.fixture
def chinese_clinic(change_clinic):
    """The clinic with its texts in Chinese, each form one run of characters."""

    def translate(text: str) -> str:
        for english, chinese in UNSPACED.items():
            text = text.replace(english, chinese)
        return text

    return change_clinic(lambda frame: frame.assign(text=frame["text"].map(translate)))


@pytest.fixture
def macro_f1():
    """A function from the logits of a fit to their macro-F1 on the valid split."""

    def score(logits: np.ndarray, task: str) -> float:
        prepared = read_prepared()
        split = prepared.frame["split"]
        labels = prepared.of_split("valid").labels(task)
        decided = logits[(split[split != "train"] == "valid").to_numpy()].argmax(axis=1)
        known = labels != NO_LABEL
        return f1_score(labels[known], decided[known], average="macro")

    return score


@pytest.fixture
def denying_clinic(change_clinic):
    """The clinic where every third form first says what is not there: what another has."""

    def deny(frame: pd.DataFrame) -> pd.DataFrame:
        denied = "Denies " + frame["text"][::-1].array + ". " + frame["text"]
        return frame.assign(text=frame["text"].where(np.arange(len(frame)) % 3 > 0, denied))

    return change_clinic(deny)
