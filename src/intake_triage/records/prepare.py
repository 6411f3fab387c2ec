"""From a source to `data/prepared/`: check, screen, draw, split, encode."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.files import replacing, write_json, write_parquet
from intake_triage.layout import Layout
from intake_triage.params import DataParams, TokenizerParams
from intake_triage.records.checks import check_class_sizes, check_records, check_train_classes
from intake_triage.records.identifiers.screen import screen_identifiers
from intake_triage.records.schema import RecordSchema
from intake_triage.records.sources import read_source
from intake_triage.records.split import find_units, normalize_texts, split_records
from intake_triage.records.tokenizer import encode_texts, load_tokenizer, train_tokenizer
from intake_triage.statistics.disclosure import SMALLEST_SHOWN
from intake_triage.tasks import SPLITS, TASKS


@dataclass(frozen=True)
class SplitRecords:
    """Records with their split, labels of every split still in place; `oracle` is of test alone."""

    frame: pd.DataFrame
    schema: RecordSchema
    oracle: pd.DataFrame
    identifiers: dict[str, int]


# From records, their units and the section `data` to each record's split; keeps a unit on one side.
Assign = Callable[[pd.DataFrame, np.ndarray, DataParams], np.ndarray]


def assign_by_share(frame: pd.DataFrame, units: np.ndarray, params: DataParams) -> np.ndarray:
    """60/10/15/15, as `data.split.by` says."""
    return split_records(frame, units, by=params.split.by, seed=params.seed)


def split_source(params: DataParams, assign: Assign = assign_by_share) -> SplitRecords:
    """Read the source, draw `n_records` of its records and split them.

    Raises
    ------
    InputError
        One line on the first thing that is wrong with the source.
    """
    table = read_source(params)
    check_records(table, source=params.path)
    frame, identifiers = screen_identifiers(
        table.frame, table.schema, source=params.path, redact=params.identifiers == "redact"
    )
    frame = _draw(frame, n_records=params.n_records, seed=params.seed)
    check_class_sizes(frame, table.schema, source=params.path)
    if params.split.by == "date" and "date" not in frame:
        raise InputError("params.yaml: data.split.by: got 'date', but the records have no date")
    units = find_units(frame)
    frame["unit"] = units
    frame["split"] = assign(frame, units, params)
    check_train_classes(frame, table.schema, source=params.path)
    if "date" in frame:  # only the distance between visits is kept
        frame["date"] = (frame["date"] - frame["date"].min()).dt.days
    schema = _with_categories(table.schema, frame[frame["split"] == "train"])
    tested = frame.loc[frame["split"] == "test", "record_id"]
    oracle = table.oracle[table.oracle["record_id"].isin(tested)]
    return SplitRecords(frame, schema, oracle, identifiers)


def write_prepared(
    records: SplitRecords,
    params: TokenizerParams,
    *,
    pretrained: str | None,
    layout: Layout = Layout(),
) -> None:
    """Write records without test labels, schema, tokenizer and tokens; then the two files apart.

    `pretrained` is the local folder of an encoder whose tokenizer is used instead of a trained one.
    """
    frame = records.frame
    labels = frame.loc[frame["split"] == "test", ["record_id", *TASKS]]
    hidden = frame.copy()
    for task in TASKS:
        hidden[task] = hidden[task].where(hidden["split"] != "test").astype("str")
    if pretrained:
        tokenizer = load_tokenizer(pretrained)
    else:
        tokenizer = train_tokenizer(
            frame.loc[frame["split"] == "train", "text"].tolist(),
            vocabulary=params.vocabulary,
            min_document_frequency=params.min_document_frequency,
        )
    tokens, offsets = encode_texts(frame["text"].tolist(), tokenizer, max_tokens=params.max_tokens)
    with replacing(layout.prepared) as temporary:
        temporary.mkdir()
        write_parquet(temporary / "records.parquet", hidden)
        write_json(temporary / "schema.json", records.schema.to_dict())
        tokenizer.save_pretrained(temporary / "tokenizer")
        np.save(temporary / "tokens.npy", tokens)
        np.save(temporary / "token_offsets.npy", offsets)
    write_parquet(layout.test_labels, labels)
    write_parquet(layout.oracle, records.oracle)


def summarize(records: SplitRecords) -> dict[str, Any]:
    """What went where, without a count of people that is small enough to point at one."""
    frame, split = records.frame, records.frame["split"]
    normalized = normalize_texts(frame["text"])
    seen = set(normalized[split == "train"])
    words = frame["text"].str.split().str.len()
    return {
        "records": {name: _shown(int((split == name).sum())) for name in SPLITS},
        "units": {name: _shown(frame.loc[split == name, "unit"].nunique()) for name in SPLITS},
        "label_shares": {
            task: {name: _share(frame[task] == name) for name in records.schema.classes(task)}
            for task in TASKS
        },
        "missing_label_share": {task: _share(frame[task].isna()) for task in TASKS},
        "median_words": float(words.median()),
        "distinct_text_share": round(float(normalized.nunique() / len(frame)), 4),
        "test_text_seen_in_train_share": _share(normalized[split == "test"].isin(seen)),
        "records_with_redacted_identifiers": {
            kind: _shown(count) for kind, count in records.identifiers.items()
        },
    }


def _shown(count: int) -> int | str:
    return count if count == 0 or count >= SMALLEST_SHOWN else f"under {SMALLEST_SHOWN}"


def _share(true: pd.Series) -> float | str:
    """The share, unless it would tell a count of people that is not shown."""
    count = _shown(int(true.sum()))
    return f"{count} records" if isinstance(count, str) else round(float(true.mean()), 4)


def _draw(frame: pd.DataFrame, *, n_records: int, seed: int) -> pd.DataFrame:
    """At most `n_records` rows at random, in their old order."""
    if len(frame) <= n_records:
        return frame.reset_index(drop=True)
    chosen = np.random.default_rng(seed).choice(len(frame), size=n_records, replace=False)
    return frame.iloc[np.sort(chosen)].reset_index(drop=True)


def _with_categories(schema: RecordSchema, train: pd.DataFrame) -> RecordSchema:
    """The schema with each categorical field's values in train, in alphabetical order."""
    categories = {
        field.name: tuple(sorted(train[field.name].dropna().unique()))
        for field in schema.fields
        if field.kind == "categorical"
    }
    fields = (replace(field, categories=categories.get(field.name, ())) for field in schema.fields)
    return replace(schema, fields=tuple(fields))
