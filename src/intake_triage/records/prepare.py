"""From a source to `data/prepared/`: check, screen, draw, split, encode."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerFast

from intake_triage.errors import InputError
from intake_triage.files import replacing, write_json, write_parquet
from intake_triage.layout import Layout
from intake_triage.params import DataParams, TokenizerParams
from intake_triage.records.checks import check_records
from intake_triage.records.classes import Dropped, settle_small_classes
from intake_triage.records.identifiers.screen import screen_identifiers
from intake_triage.records.schema import RecordSchema
from intake_triage.records.sources import read_source
from intake_triage.records.split import find_units, split_records
from intake_triage.records.split_checks import check_split, check_units
from intake_triage.records.tokenizer import (
    TextLengths,
    encode_texts,
    load_tokenizer,
    measure_texts,
    train_tokenizer,
)
from intake_triage.statistics.disclosure import smallest_to_show
from intake_triage.tasks import TASKS


@dataclass(frozen=True)
class SplitRecords:
    """Records with their split, labels of every split still in place.

    Attributes
    ----------
    frame : the columns of `RecordSchema`, `unit` and `split`
    schema : with the classes that were kept, and the categories of train that may be shown
    oracle : of the test records alone
    identifiers : how many records of the source hold what looks like an identifier, by kind
    n_read : number of records of the source
    names_and_places : what looked for them in a user's file; empty for another source
    reading : what was found of how a user's file is saved
    dropped_classes : those left out, by task
    """

    frame: pd.DataFrame
    schema: RecordSchema
    oracle: pd.DataFrame
    identifiers: dict[str, int]
    n_read: int
    names_and_places: str = ""
    reading: dict[str, Any] = field(default_factory=dict)
    dropped_classes: Dropped = field(default_factory=dict)


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
        A line for each fault of the first kind that the source has.
    """
    table = read_source(params)
    check_records(table, source=params.path)
    screened = screen_identifiers(table, params)
    frame = _draw(screened.frame, n_records=params.n_records, seed=params.seed)
    frame, schema, dropped = settle_small_classes(frame, table.schema, params)
    if params.split.by == "date" and "date" not in frame:
        raise InputError("params.yaml: data.split.by: got 'date', but the records have no date")
    units = find_units(frame)
    check_units(units, params)
    frame["unit"] = units
    frame["split"] = assign(frame, units, params)
    check_split(frame, schema, params)
    if "date" in frame:  # only the distance between visits is kept
        frame["date"] = (frame["date"] - frame["date"].min()).dt.days
    schema = _with_categories(
        schema,
        frame[frame["split"] == "train"],
        smallest_shown=smallest_to_show(params.source),
    )
    tested = frame.loc[frame["split"] == "test", "record_id"]
    # A class that was left out has no posterior.
    oracle = table.oracle.loc[table.oracle["record_id"].isin(tested), schema.oracle_columns()]
    return SplitRecords(
        frame,
        schema,
        oracle,
        screened.found,
        n_read=len(table.frame),
        names_and_places=screened.names_and_places,
        reading=table.reading,
        dropped_classes=dropped,
    )


def write_prepared(
    records: SplitRecords,
    params: TokenizerParams,
    *,
    pretrained: str | None,
    layout: Layout = Layout(),
) -> TextLengths:
    """Write records without test labels, schema, tokenizer and tokens; then the two files apart.

    `pretrained` is the local folder of an encoder whose tokenizer is used instead of a trained one.
    Gives back how long the texts are, and where they are cut.
    """
    frame = records.frame
    labels = frame.loc[frame["split"] == "test", ["record_id", *TASKS]]
    known = frame["split"] != "test"
    hidden = frame.assign(**{task: frame[task].where(known).astype("str") for task in TASKS})
    texts, train = frame["text"].tolist(), (frame["split"] == "train").to_numpy()
    if pretrained:
        tokenizer = _load_pretrained(pretrained)
    else:
        tokenizer = train_tokenizer(
            frame.loc[train, "text"],
            vocabulary=params.vocabulary,
            min_document_frequency=params.min_document_frequency,
        )
    lengths = measure_texts(texts, tokenizer, train=train, bound=params.max_tokens)
    tokenizer.model_max_length = lengths.max_tokens  # whoever loads it cuts texts there too
    tokens, offsets = encode_texts(texts, tokenizer)
    with replacing(layout.prepared) as temporary:
        temporary.mkdir()
        write_parquet(temporary / "records.parquet", hidden)
        write_json(temporary / "schema.json", records.schema.to_dict())
        tokenizer.save_pretrained(temporary / "tokenizer")
        np.save(temporary / "tokens.npy", tokens)
        np.save(temporary / "token_offsets.npy", offsets)
    write_parquet(layout.test_labels, labels)
    write_parquet(layout.oracle, records.oracle)
    return lengths


def _load_pretrained(folder: str) -> PreTrainedTokenizerFast:
    """The tokenizer of a pretrained encoder; without its files the library gives one of no words.

    Raises
    ------
    InputError
        If the folder holds no tokenizer that can be read, or one of special tokens alone.
    """
    try:
        tokenizer = load_tokenizer(folder)
    except InputError:
        raise
    except Exception:  # of a broken file the library's parsers raise whatever they meet
        tokenizer = None
    if tokenizer is None or len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise InputError(
            f"params.yaml: encoder.pretrained: {folder} holds no tokenizer that can be read; save "
            "the encoder's own beside it, by save_pretrained"
        )
    return tokenizer


def _draw(frame: pd.DataFrame, *, n_records: int, seed: int) -> pd.DataFrame:
    """At most `n_records` rows at random, in their old order."""
    if len(frame) <= n_records:
        return frame.reset_index(drop=True)
    chosen = np.random.default_rng(seed).choice(len(frame), size=n_records, replace=False)
    return frame.iloc[np.sort(chosen)].reset_index(drop=True)


def _with_categories(
    schema: RecordSchema, train: pd.DataFrame, *, smallest_shown: int
) -> RecordSchema:
    """The schema with each categorical field's values in train, in alphabetical order.

    It goes into bundles, which tell it to whoever asks for the schema of a form. So a value of
    fewer records than may be shown, such as a name that was typed into the wrong field, is left
    out: to the models it is one that they do not know.
    """
    counts = {
        each.name: train[each.name].value_counts()
        for each in schema.fields
        if each.kind == "categorical"
    }
    shown = {
        name: tuple(sorted(of_field.index[of_field >= smallest_shown]))
        for name, of_field in counts.items()
    }
    fields = (replace(each, categories=shown.get(each.name, ())) for each in schema.fields)
    return replace(schema, fields=tuple(fields))
