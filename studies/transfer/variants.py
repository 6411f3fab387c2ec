"""The same records otherwise: a partner that tells nothing, few labels of a task, soft labels."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from transformers import AutoTokenizer

from intake_triage.files import replacing, write_json, write_parquet
from intake_triage.layout import Layout
from intake_triage.params import DataParams
from intake_triage.records.prepared import read_prepared
from intake_triage.records.schema import RecordSchema
from intake_triage.records.sources import read_source
from intake_triage.records.tokenizer import encode_texts
from intake_triage.tasks import TASKS, Task

HELD_OUT, UNLABELLED = "held_out", "unlabelled"  # splits that no fit learns from
SOFT = "soft_{}.npy"  # beside the records, by task
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


def hold_out(layout: Layout, fold: np.ndarray, number: int) -> Layout:
    """The records where one of the parts of train is not learned from, but scored.

    `fold` is an int array of shape (n_train,), in the records' order.
    """

    def change(frame: pd.DataFrame, schema: RecordSchema) -> Changed:
        train = np.flatnonzero(frame["split"] == "train")
        frame.iloc[train[fold == number], frame.columns.get_loc("split")] = HELD_OUT
        return frame, schema

    return _write_variant(layout, f"without_part_{number}", change)


def add_unlabelled(layout: Layout, data: DataParams, n_forms: int) -> Layout:
    """The records of the synthetic clinic and the next `n_forms` that it makes, less their labels.

    They are `UNLABELLED`, which no fit learns from; the words that a fit knows stay the same.
    """
    here = data.n_records
    further = read_source(data.model_copy(update={"n_records": here + n_forms})).frame.iloc[here:]
    tokenizer = AutoTokenizer.from_pretrained(layout.prepared / "tokenizer", local_files_only=True)
    tokens, offsets = encode_texts(further["text"].tolist(), tokenizer)

    def change(frame: pd.DataFrame, schema: RecordSchema) -> Changed:
        kept = ["record_id", "text", *(field.name for field in schema.fields)]
        rows = further[kept].assign(split=UNLABELLED)
        return pd.concat([frame, rows.reindex(columns=frame.columns)], ignore_index=True), schema

    def add_tokens(folder: Path) -> None:
        known = np.load(layout.prepared / "tokens.npy", allow_pickle=False)
        starts = np.load(layout.prepared / "token_offsets.npy", allow_pickle=False)
        np.save(folder / "tokens.npy", np.concatenate([known, tokens]))
        np.save(folder / "token_offsets.npy", np.append(starts, starts[-1] + offsets[1:]))

    return _write_variant(layout, f"{n_forms}_unlabelled", change, add_tokens)


def add_soft_labels(layout: Layout, soft: Mapping[Task, np.ndarray], digest: str) -> Layout:
    """The records with what teachers say of each that is learned from, `UNLABELLED` ones too.

    Parameters
    ----------
    soft : by task the chances of the classes, of shape (n_records, n_classes); those of train and
        of `UNLABELLED` are kept, in the records' order
    digest : of the teachers
    """
    split = read_prepared(layout).frame["split"]
    learned = split.isin(["train", UNLABELLED]).to_numpy()

    def change(frame: pd.DataFrame, schema: RecordSchema) -> Changed:
        further = (frame["split"] == UNLABELLED).to_numpy()
        for task, chances in soft.items():
            likeliest = np.array(schema.classes(task))[chances[further].argmax(axis=1)]
            frame.loc[further, task] = likeliest  # so that the record counts as one with a label
        return frame.assign(split=split.mask(further, "train")), schema

    def add_chances(folder: Path) -> None:
        for task, chances in soft.items():
            np.save(folder / SOFT.format(task), chances[learned].astype(np.float32))

    return _write_variant(layout, f"soft_labels.{digest}", change, add_chances)


def _write_variant(
    layout: Layout,
    name: str,
    change: Callable[[pd.DataFrame, RecordSchema], Changed],
    add_files: Callable[[Path], None] = lambda folder: None,
) -> Layout:
    """Copy the prepared records as `change` makes them; files that are not added are shared."""
    variant = Layout(layout.root.with_name(f"{layout.root.name}.{name}"))
    if variant.prepared.exists():
        return variant
    prepared = read_prepared(layout)
    frame, schema = change(prepared.frame, prepared.schema)
    with replacing(variant.prepared) as temporary:
        temporary.mkdir()
        write_parquet(temporary / "records.parquet", frame)
        write_json(temporary / "schema.json", schema.to_dict())
        add_files(temporary)
        for path in layout.prepared.rglob("*"):
            place = temporary / path.relative_to(layout.prepared)
            if path.is_file() and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, place)
    return variant
