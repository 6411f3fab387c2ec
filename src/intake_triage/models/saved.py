"""The saved fits of a trained system, and what they make of forms; loads what it needs alone."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors import SafetensorError

from intake_triage.errors import InputError
from intake_triage.files import REMOVE
from intake_triage.layout import Layout
from intake_triage.records.schema import RecordSchema
from intake_triage.systems import SYSTEMS
from intake_triage.tasks import Task

Folders = Mapping[Task, Sequence[Path]]  # by task, a fit's folder a seed
# From forms, with the columns `text` and those of the schema's fields, to raw logits by task,
# float32 of shape (n_seeds, n_forms, n_classes).
Predict = Callable[[pd.DataFrame], dict[Task, np.ndarray]]


def load_system(
    layout: Layout, system: str, seeds: Sequence[int], tasks: Sequence[Task], schema: RecordSchema
) -> Predict:
    """The fits of a system from some seeds, for some of its tasks.

    What a form gets does not depend on the forms beside it; on the kind of processor that trained
    the fits it is what their stage wrote, to the last bit.

    Raises
    ------
    InputError
        If a file of a fit is cut off.
    """
    folders = {task: [fit_folder(layout, system, seed, task) for seed in seeds] for task in tasks}
    try:
        if system in ("linear", "gbm"):
            return _load_tables(system, folders, schema)
        return _load_transformers(folders, schema, layout.prepared / "tokenizer")
    except SafetensorError:
        raise InputError(f"{layout.model(system)}: weights are not whole; {REMOVE}") from None


def fit_folder(layout: Layout, system: str, seed: int, task: Task) -> Path:
    """Where the fit lies that serves a task; of a joint system it is one and the same."""
    folder = layout.model(system) / f"seed_{seed}"
    return folder if SYSTEMS[system].joint else folder / task


def _load_tables(system: str, folders: Folders, schema: RecordSchema) -> Predict:
    if system == "linear":
        from intake_triage.models.tabular.linear import LinearModel as Model
    else:
        from intake_triage.models.tabular.gbm import GbmModel as Model

    models = {
        task: [Model.load(folder, schema.fields) for folder in of_seeds]
        for task, of_seeds in folders.items()
    }

    def predict(frame: pd.DataFrame) -> dict[Task, np.ndarray]:
        return {
            task: np.stack([model.predict_logits(frame) for model in of_seeds])
            for task, of_seeds in models.items()
        }

    return predict


def _load_transformers(folders: Folders, schema: RecordSchema, tokenizer_folder: Path) -> Predict:
    from transformers import AutoTokenizer

    from intake_triage.models.transformer.batches import encode_forms
    from intake_triage.models.transformer.model import IntakeModel
    from intake_triage.models.transformer.predict import predict_logits, settle_torch

    settle_torch()
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder, local_files_only=True)
    distinct = {folder for of_seeds in folders.values() for folder in of_seeds}
    models = {
        folder: IntakeModel.from_pretrained(folder, local_files_only=True) for folder in distinct
    }

    def predict(frame: pd.DataFrame) -> dict[Task, np.ndarray]:
        records = encode_forms(frame, schema.fields, tokenizer)
        logits = {
            folder: predict_logits(model, records, pad_id=tokenizer.pad_token_id)
            for folder, model in models.items()
        }
        return {
            task: np.stack([logits[folder][task] for folder in of_seeds])
            for task, of_seeds in folders.items()
        }

    return predict
