"""The pipeline's own Transformer: a pass of its training loop, and whole fits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.models.fits.jobs import Fit
from intake_triage.models.transformer.balancing import make_balancing
from intake_triage.models.transformer.batches import EncodedRecords, encode_records
from intake_triage.models.transformer.fit import build_model
from intake_triage.models.transformer.loop import train_model
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.train import train_transformer
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


def read_material(n_train: int) -> Material:
    """The first `n_train` records of train and a few of valid."""
    layout, prepared = Layout(), read_prepared()
    records = encode_records(prepared, layout, tasks=TASKS)
    split = prepared.frame["split"].to_numpy(str)
    return Material(
        load_params(),
        prepared,
        AutoTokenizer.from_pretrained(layout.prepared / "tokenizer", local_files_only=True),
        train=records.rows(np.flatnonzero(split == "train")[:n_train]),
        valid=records.rows(np.flatnonzero(split == "valid")[:VALID_RECORDS]),
    )


def build_mtl(material: Material) -> IntakeModel:
    """An untrained mtl model."""
    torch.manual_seed(0)
    return build_model(
        TASKS,
        material.params.encoder,
        material.prepared.schema,
        material.train,
        len(material.tokenizer),
    )


def prepare_pass(material: Material, **changes: Any) -> Callable[[], None]:
    """One pass of the loop that the pipeline's fits run, over a new mtl model.

    Parameters
    ----------
    changes : to the section train of params.yaml
    """
    torch.use_deterministic_algorithms(True)  # as every fit does
    return partial(
        train_model,
        build_mtl(material),
        make_balancing(material.params.mtl),
        material.train,
        material.valid,
        material.params.train.model_copy(update={"epochs": 1, **changes}),
        seed=0,
        pad_id=material.tokenizer.pad_token_id,
        name="pass",
        after_epoch=lambda model, epoch: None,
    )


def prepare_fit(
    system: str, tasks: tuple[Task, ...], seed: int, passes: int | None = None
) -> Callable[[], np.ndarray]:
    """A fit of the train stages, without early stopping.

    Parameters
    ----------
    passes : over train; None for as many as params.yaml says

    Returns
    -------
    call that trains, and returns a float array of shape (n_passes,)
        Log-loss on valid after each pass, summed over the fit's tasks, in nats.
    """
    params = load_params()
    passes = passes or params.train.epochs
    train = partial(
        train_transformer,
        encoder=params.encoder,
        train=params.train.model_copy(update={"epochs": passes, "patience": passes}),
        mtl=params.mtl if system == "mtl" else None,
    )
    fit, folder = Fit(system, tasks, seed), Path(mkdtemp(dir="."))

    def train_wholly() -> np.ndarray:
        train(fit, Layout(), folder)
        history = pd.DataFrame(read_json(folder / "history.json"))
        return history.groupby("epoch")["valid_log_loss"].sum().to_numpy()

    return train_wholly
