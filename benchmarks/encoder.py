"""The pipeline's own Transformer: a pass of its training loop, and whole fits."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from benchmarks.processes import Stopwatch
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.models.fits import Fit
from intake_triage.models.transformer.balancing import make_balancing
from intake_triage.models.transformer.batches import EncodedRecords, encode_records
from intake_triage.models.transformer.loop import train_model
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.train import build_model, train_transformer
from intake_triage.params import Params, load_params
from intake_triage.records.prepared import PreparedRecords, read_prepared
from intake_triage.tasks import TASKS, Task

VALID_RECORDS = 64  # the loop scores valid after a pass; so few take no time that matters
WARM_UP_RECORDS = 1_280


@dataclass(frozen=True)
class Material:
    """What is trained on: params.yaml and prepared records of the current folder."""

    params: Params
    prepared: PreparedRecords
    tokenizer: PreTrainedTokenizerFast
    train: EncodedRecords
    valid: EncodedRecords


@dataclass(frozen=True)
class WholeFit:
    """What a fit cost and how it went.

    Attributes
    ----------
    train_records : number of records of a pass
    best_pass : the pass with the lowest valid log-loss, summed over the fit's tasks; from 1
    best_loss : that sum, in nats
    """

    watch: Stopwatch
    train_records: int
    passes: int
    best_pass: int
    best_loss: float


def read_material(n_train: int) -> Material:
    """The first `n_train` records of train and a few of valid."""
    prepared = read_prepared()
    records = encode_records(prepared, Layout().prepared, tasks=TASKS)
    split = prepared.frame["split"].to_numpy(str)
    return Material(
        load_params(),
        prepared,
        AutoTokenizer.from_pretrained(Layout().prepared / "tokenizer", local_files_only=True),
        train=records.rows(np.flatnonzero(split == "train")[:n_train]),
        valid=records.rows(np.flatnonzero(split == "valid")[:VALID_RECORDS]),
    )


def build_mtl(material: Material) -> IntakeModel:
    """An untrained mtl model."""
    torch.manual_seed(0)
    return build_model(
        Fit("mtl", TASKS, seed=0),
        material.prepared.schema,
        material.params.encoder,
        material.train,
        vocabulary=len(material.tokenizer),
    )


def train_one_pass(model: IntakeModel, material: Material, **changes: Any) -> Stopwatch:
    """One pass of the loop that the pipeline's fits run, alone on the clock.

    Parameters
    ----------
    changes : to the section train of params.yaml
    """
    torch.use_deterministic_algorithms(True)  # as every fit does
    with Stopwatch() as watch:
        train_model(
            model,
            make_balancing(material.params.mtl),
            material.train,
            material.valid,
            material.params.train.model_copy(update={"epochs": 1, **changes}),
            seed=0,
            pad_id=material.tokenizer.pad_token_id,
            name="pass",
            after_epoch=lambda model, epoch: None,
        )
    return watch


def fit_wholly(system: str, tasks: tuple[Task, ...], seed: int, passes: int | None) -> WholeFit:
    """Run a fit of the train stages, without early stopping.

    Parameters
    ----------
    passes : over train; None for as many as params.yaml says
    """
    params = load_params()
    passes = passes or params.train.epochs
    train_params = params.train.model_copy(update={"epochs": passes, "patience": passes})
    sections = (params.encoder, train_params, *([params.mtl] if system == "mtl" else []))
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with Stopwatch() as watch:
            train_transformer(Fit(system, tasks, seed), sections, folder)
        history = read_json(folder / "history.json")
    losses = np.zeros(passes)
    for row in history:
        losses[row["epoch"] - 1] += row["valid_log_loss"]
    best = int(losses.argmin())
    n_train = len(read_prepared().of_split("train").frame)
    return WholeFit(watch, n_train, passes, best + 1, float(losses[best]))
