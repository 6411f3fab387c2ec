"""What a train stage hands on: predictions, models, curves, and its scores on valid."""

import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import log_softmax
from sklearn import metrics

from intake_triage.errors import InputError
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.outputs import train_system
from intake_triage.models.predictions import read_predictions
from intake_triage.models.tabular.gbm import train_gbm
from intake_triage.records.prepared import NO_LABEL, read_prepared
from intake_triage.tasks import TASKS

SEEDS = (4, 1)


@pytest.fixture
def own_clinic(clinic_folder, tmp_path, monkeypatch):
    """A copy of the clinic as the current folder, to be written to."""
    shutil.copytree(clinic_folder, tmp_path / "clinic")
    monkeypatch.chdir(tmp_path / "clinic")
    return tmp_path / "clinic"


@pytest.fixture(scope="module")
def settings(params):
    return params.gbm.model_copy(update={"max_rounds": 20, "min_records_in_leaf": 5})


@pytest.fixture(scope="module")
def scores(clinic_folder, settings, tmp_path_factory):
    """In a copy of the clinic, trees for both tasks from two seeds; to be left as it is."""
    root = tmp_path_factory.mktemp("trained") / "clinic"
    shutil.copytree(clinic_folder, root)
    fits = [Fit("gbm", (task,), seed) for seed in SEEDS for task in TASKS]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        yield train_system(fits, partial(train_gbm, params=settings), Layout())


def test_the_stage_leaves_its_outputs_and_no_unfinished_fit(scores):
    expected = {f"seed_{seed}/{task}" for seed in SEEDS for task in TASKS}
    models = Path("models/gbm")
    assert {path.relative_to(models).as_posix() for path in models.glob("*/*")} == expected
    assert list(Path(".fits").iterdir()) == []
    history = json.loads(Path("training/gbm/history.json").read_text())
    assert {(row["seed"], row["task"]) for row in history} == {(s, t) for s in SEEDS for t in TASKS}
    costs = json.loads(Path("training/gbm/cost.json").read_text())["fits"]
    assert [(cost["seed"], cost["tasks"]) for cost in costs] == [
        (seed, [task]) for seed in SEEDS for task in TASKS
    ]
    assert not list(Path.cwd().rglob("*.part"))


def test_every_record_outside_train_is_predicted_for_every_seed(scores):
    frame = read_prepared().frame
    outside = frame[frame["split"] != "train"]
    for task in TASKS:
        predictions = read_predictions(Path(f"predictions/gbm/{task}.parquet"))
        assert predictions.record_id.tolist() == outside["record_id"].tolist()
        assert predictions.split.tolist() == outside["split"].tolist()
        assert tuple(predictions.seeds) == SEEDS
        assert predictions.logits.shape == (2, len(outside), 3)
        assert (predictions.logits[0] != predictions.logits[1]).any()


def test_the_scores_on_valid_equal_scikit_learns(scores):
    valid = read_prepared().of_split("valid")
    written = json.loads(Path("training/gbm/valid.json").read_text())
    for task in TASKS:
        labels = valid.labels(task)
        known = labels != NO_LABEL
        logits = read_predictions(Path(f"predictions/gbm/{task}.parquet")).of_split("valid").logits
        log_losses = [
            metrics.log_loss(labels[known], np.exp(log_softmax(one[known].astype(float), axis=1)))
            for one in logits
        ]
        macro_f1s = [
            metrics.f1_score(labels[known], one[known].argmax(axis=1), average="macro")
            for one in logits
        ]
        assert written[task]["by_seed"]["log_loss"] == pytest.approx(log_losses, abs=2e-5)
        assert written[task]["by_seed"]["macro_f1"] == pytest.approx(macro_f1s, abs=2e-5)
        assert written[task]["log_loss"] == pytest.approx(np.mean(log_losses), abs=2e-5)
        assert written[task]["macro_f1"] == pytest.approx(np.mean(macro_f1s), abs=2e-5)
        assert scores["valid_log_loss"][task] == written[task]["log_loss"]


@pytest.mark.parametrize("split", ["train", "valid"])
def test_a_task_without_labels_is_refused_before_anything_is_trained(own_clinic, settings, split):
    path = own_clinic / "data/prepared/records.parquet"
    frame = pd.read_parquet(path)
    frame.assign(urgency=frame["urgency"].where(frame["split"] != split)).to_parquet(path)
    fits = [Fit("gbm", (task,), 0) for task in TASKS]
    with pytest.raises(InputError, match=f"no {split} record has a label for urgency"):
        train_system(fits, partial(train_gbm, params=settings), Layout())
    assert not Path(".fits").exists()
