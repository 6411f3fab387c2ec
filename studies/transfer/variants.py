"""The same records otherwise: a partner that tells nothing, few labels of a task, more fields."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from intake_triage.files import replacing, write_json, write_parquet
from intake_triage.layout import Layout
from intake_triage.models.transformer.batches import encode_records, scoring_batches
from intake_triage.models.transformer.heads import summarize
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.predict import encode
from intake_triage.records.prepared import read_prepared
from intake_triage.records.schema import FormField, RecordSchema
from intake_triage.tasks import TASKS, Task

Changed = tuple[pd.DataFrame, RecordSchema]


def other_task(task: Task) -> Task:
    """The partner."""
    (partner,) = (other for other in TASKS if other != task)
    return partner


def shuffle_partner(layout: Layout, task: Task, seed: int) -> Layout:
    """The records where the labels of the other task say nothing about a record.

    They are permuted over train, and absent from valid: the checkpoint is then chosen by the task
    itself, since a task that cannot be learned would only ask to stop early. Each seed has a
    permutation of its own, so that the spread over seeds holds that of permutations.
    """
    partner = other_task(task)

    def change(frame: pd.DataFrame, schema: RecordSchema) -> Changed:
        train = (frame["split"] == "train").to_numpy()
        rng = np.random.default_rng(seed)
        frame.loc[train, partner] = rng.permutation(frame.loc[train, partner].to_numpy())
        frame.loc[frame["split"] == "valid", partner] = None
        return frame, schema

    return _write_variant(layout, f"shuffled_partner_of_{task}.{seed}", change)


def keep_labels(layout: Layout, share: float, task: Task, seed: int) -> Layout:
    """The records where only so large a share of train has the task's label.

    Each seed keeps others, a smaller share a part of a larger one. Valid keeps all its labels.
    """

    def change(frame: pd.DataFrame, schema: RecordSchema) -> Changed:
        train = np.flatnonzero(frame["split"] == "train")
        order = np.random.default_rng(seed).permutation(train)
        dropped = order[round(share * len(train)) :]
        frame.iloc[dropped, frame.columns.get_loc(task)] = None
        return frame, schema

    return _write_variant(layout, f"{task}_{100 * share:g}_percent.{seed}", change)


def add_features(layout: Layout, fitted: Path) -> Layout:
    """The records where each number that the encoder of a fitted model gives for one is a field.

    Parameters
    ----------
    fitted : folder of a fit of `mtl` on the records of `layout`
    """

    def change(frame: pd.DataFrame, schema: RecordSchema) -> Changed:
        features = compute_features(layout, fitted)
        names = [f"feature_{k}" for k in range(features.shape[1])]
        columns = pd.DataFrame(features, columns=names, index=frame.index)
        fields = (*schema.fields, *(FormField(name, "numeric") for name in names))
        return pd.concat([frame, columns], axis=1), replace(schema, fields=fields)

    return _write_variant(layout, f"with_features_of_{fitted.name}", change)


@torch.inference_mode()
def compute_features(layout: Layout, fitted: Path) -> np.ndarray:
    """The summary that both heads read of every record, float32 of shape (n_records, width)."""
    records = encode_records(read_prepared(layout), layout, tasks=())
    model = IntakeModel.from_pretrained(fitted / "model", local_files_only=True).eval()
    out = np.empty((len(records), model.encoder.config.hidden_size), dtype=np.float32)
    for batch in scoring_batches(records, pad_id=0):
        out[batch.rows] = summarize(*encode(model, batch)).numpy()
    return out


def _write_variant(
    layout: Layout, name: str, change: Callable[[pd.DataFrame, RecordSchema], Changed]
) -> Layout:
    """Copy the prepared records as `change` makes them; the other files are shared."""
    variant = Layout(layout.root.with_name(f"{layout.root.name}.{name}"))
    if variant.prepared.exists():
        return variant
    prepared = read_prepared(layout)
    frame, schema = change(prepared.frame, prepared.schema)
    with replacing(variant.prepared) as temporary:
        temporary.mkdir()
        write_parquet(temporary / "records.parquet", frame)
        write_json(temporary / "schema.json", schema.to_dict())
        for path in layout.prepared.rglob("*"):
            place = temporary / path.relative_to(layout.prepared)
            if path.is_file() and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, place)
    return variant
