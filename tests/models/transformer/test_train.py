"""A whole fit on the small clinic: what it writes, and what it does not depend on."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import AutoModel, BertConfig

from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.transformer.batches import encode_records
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.predict import predict_logits
from intake_triage.models.transformer.train import train_transformer
from intake_triage.records.prepared import read_prepared
from intake_triage.statistics.scores import log_loss
from intake_triage.tasks import TASKS

ROOT = Path(__file__).resolve().parents[3]
NEEDS_CUDA = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no graphics processor that torch can use"
)


@pytest.fixture
def sections(params):
    """Sections encoder, train and mtl by name, small."""
    encoder = {"layers": 1, "width": 8, "attention_heads": 2, "feedforward": 8}
    train = {"epochs": 2, "batch_size": 32, "learning_rate": 0.01, "device": "cpu"}
    return {
        "encoder": params.encoder.model_copy(update=encoder),
        "train": params.train.model_copy(update=train),
        "mtl": params.mtl,
    }


@pytest.fixture
def fit_folder(sections, tmp_path):
    """A function that trains one fit in a folder of its own and returns the folder."""

    def train(fit: Fit, device="cpu", **changes):
        folder = tmp_path / f"fit_{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        parameters = train_transformer(
            fit,
            Layout(),
            folder,
            encoder=sections["encoder"].model_copy(update=changes),
            train=sections["train"].model_copy(update={"device": device}),
            mtl=sections["mtl"] if len(fit.tasks) == 2 else None,
        )
        (folder / "parameters").write_text(str(parameters))
        return folder

    return train


def test_a_stage_waits_for_its_fits_without_their_libraries():
    script = "import sys, stages.train_st, stages.train_mtl; print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert told.stdout == "False\n", told.stderr


def load_logits(folder, task) -> np.ndarray:
    return np.load(folder / f"logits_{task}.npy", allow_pickle=False)


@pytest.mark.parametrize("tasks", [("urgency",), TASKS])
def test_the_saved_model_reproduces_the_logits_of_every_record_outside_train(
    clinic, fit_folder, tasks
):
    folder = fit_folder(Fit("any", tasks, 0))
    assert sorted(path.name for path in (folder / "model").iterdir()) == [
        "config.json",
        "model.safetensors",
    ]
    model = IntakeModel.from_pretrained(folder / "model", local_files_only=True)
    prepared = read_prepared()
    records = encode_records(prepared, Layout(), tasks=tasks)
    scored = records.rows(np.flatnonzero(prepared.frame["split"] != "train"))
    for task, logits in predict_logits(model, scored, pad_id=0).items():
        np.testing.assert_array_equal(load_logits(folder, task), logits)
    assert {path.name for path in folder.glob("logits_*")} == {f"logits_{t}.npy" for t in tasks}
    assert model.num_parameters() == int((folder / "parameters").read_text())


def test_the_history_ends_at_the_scores_of_the_kept_epoch(clinic, fit_folder):
    folder = fit_folder(Fit("mtl", TASKS, 3))
    history = json.loads((folder / "history.json").read_text())
    assert [(row["seed"], row["epoch"], row["task"]) for row in history] == [
        (3, epoch, task) for epoch in (1, 2) for task in TASKS
    ]
    sums = [sum(row["valid_log_loss"] for row in history if row["epoch"] == e) for e in (1, 2)]
    prepared = read_prepared()
    valid = prepared.of_split("valid")
    in_valid = (prepared.frame["split"][prepared.frame["split"] != "train"] == "valid").to_numpy()
    total = 0.0
    for task in TASKS:
        known = valid.labels(task) >= 0
        logits = load_logits(folder, task)[in_valid][known]
        total += log_loss(logits, valid.labels(task)[known])
    assert min(sums) == pytest.approx(total, abs=1e-4)


def test_the_log_shows_weights_and_gradients_of_two_tasks(clinic, fit_folder):
    folder = fit_folder(Fit("mtl", TASKS, 0))
    metrics = json.loads((folder / "live/metrics.json").read_text())
    assert metrics["loss_weight"] == {"urgency": 0.5, "specialty": 0.5}
    cosine, norm = metrics["gradient_cosine"], metrics["gradient_norm"]
    assert set(cosine) == set(norm) == set(TASKS)
    assert -1 <= cosine["urgency"] == cosine["specialty"] <= 1
    assert all(value > 0 for value in norm.values())
    assert set(metrics["valid_log_loss"]) == set(TASKS)


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=NEEDS_CUDA)])
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(clinic, fit_folder, device):
    folders = [fit_folder(Fit("mtl", TASKS, seed), device) for seed in (0, 0, 1)]
    weights = [(folder / "model/model.safetensors").read_bytes() for folder in folders]
    logits = [(folder / "logits_urgency.npy").read_bytes() for folder in folders]
    assert weights[0] == weights[1]
    assert logits[0] == logits[1]
    assert weights[0] != weights[2]
    assert logits[0] != logits[2]


@NEEDS_CUDA
def test_a_graphics_processor_is_taken_and_differs_by_rounding_alone(clinic, fit_folder):
    by_device = {d: fit_folder(Fit("mtl", TASKS, 0), d) for d in ("auto", "cuda", "cpu")}
    for task in TASKS:
        logits = {device: load_logits(folder, task) for device, folder in by_device.items()}
        np.testing.assert_array_equal(logits["auto"], logits["cuda"])
        assert (logits["cuda"] != logits["cpu"]).any()
        np.testing.assert_allclose(logits["cuda"], logits["cpu"], atol=0.01)


def test_records_without_the_label_are_left_out_of_train(
    clinic_folder, tmp_path, monkeypatch, fit_folder
):
    logits = {}
    for changed in ("nothing", "unlabelled", "labelled"):
        root = tmp_path / "clinics" / changed
        shutil.copytree(clinic_folder, root)
        monkeypatch.chdir(root)
        path = root / "data/prepared/records.parquet"
        frame = pd.read_parquet(path)
        if changed != "nothing":
            labelled = frame["urgency"].notna()
            rows = (frame["split"] == "train") & (labelled == (changed == "labelled"))
            frame.loc[rows, "age"] = 1.0
            assert rows.sum() > 20
        frame.to_parquet(path)
        logits[changed] = load_logits(fit_folder(Fit("st", ("urgency",), 0)), "urgency")
    np.testing.assert_array_equal(logits["unlabelled"], logits["nothing"])
    assert np.abs(logits["labelled"] - logits["nothing"]).max() > 1e-3


def test_a_pretrained_encoder_is_where_training_begins(clinic, fit_folder, tmp_path, sections):
    torch.manual_seed(9)
    config = BertConfig(
        vocab_size=150,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    encoder = AutoModel.from_config(config)
    encoder.save_pretrained(tmp_path / "encoder")
    folder = fit_folder(Fit("st", ("urgency",), 0), pretrained=str(tmp_path / "encoder"))
    model = IntakeModel.from_pretrained(folder / "model", local_files_only=True)
    assert model.encoder.config.hidden_size == 16  # its own width, not that of the params
    trained, given = (
        m.embeddings.word_embeddings.weight.detach().flatten() for m in (model.encoder, encoder)
    )
    cosine = torch.nn.functional.cosine_similarity(trained, given, dim=0)
    assert 0.5 < cosine < 1  # near where it began, and moved
