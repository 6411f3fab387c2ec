"""Records as tensors, in batches of like length."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from transformers import PreTrainedTokenizerFast

from intake_triage.layout import Layout
from intake_triage.models.transformer.fields import encode_fields
from intake_triage.records.prepared import NO_LABEL, PreparedRecords
from intake_triage.records.schema import FormField
from intake_triage.records.tokenizer import encode_texts
from intake_triage.tasks import Task

# Of what is scored. A lone form takes as long as a whole batch; larger ones score little faster.
SCORING_BATCH, SCORING_STEP = 8, 8


@dataclass(frozen=True)
class EncodedRecords:
    """Records as arrays; the tokens that `encode_records` gives stay on disk, mapped into memory.

    Attributes
    ----------
    tokens : int32 array of shape (n_tokens of all records,)
    starts, lengths : int64 arrays of shape (n_records,)
        Record i has the tokens ``tokens[starts[i] : starts[i] + lengths[i]]``.
    numeric : float32 tensor of shape (n_records, n_numeric)
    categorical : int64 tensor of shape (n_records, n_categorical)
    labels : dict of task to int64 tensor of shape (n_records,), `NO_LABEL` where there is none; or
        to float32 tensor of shape (n_records, n_classes), soft labels to learn from
    """

    tokens: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    numeric: torch.Tensor
    categorical: torch.Tensor
    labels: dict[Task, torch.Tensor]

    def __len__(self) -> int:
        return len(self.starts)

    def has_a_label(self) -> np.ndarray:
        """Which records carry the label of at least one task, bool of shape (n_records,)."""
        return np.any([labels.numpy() != NO_LABEL for labels in self.labels.values()], axis=0)

    def rows(self, rows: np.ndarray) -> "EncodedRecords":
        """The records at these positions."""
        return EncodedRecords(
            self.tokens,
            self.starts[rows],
            self.lengths[rows],
            self.numeric[rows],
            self.categorical[rows],
            {task: labels[rows] for task, labels in self.labels.items()},
        )


@dataclass(frozen=True)
class Batch:
    """Some records as one padded block; the mask is None where nothing is padded."""

    rows: np.ndarray  # (B,) positions among the records that the batch was cut from
    input_ids: torch.Tensor  # (B, T)
    attention_mask: torch.Tensor | None  # (B, T)
    numeric: torch.Tensor  # (B, n_numeric)
    categorical: torch.Tensor  # (B, n_categorical)
    labels: dict[Task, torch.Tensor]  # (B,) each


def encode_records(
    prepared: PreparedRecords, layout: Layout, *, tasks: tuple[Task, ...]
) -> EncodedRecords:
    """All records of `layout.prepared`, with the labels of `tasks`."""
    offsets = np.load(layout.prepared / "token_offsets.npy", allow_pickle=False)
    tokens = np.load(layout.prepared / "tokens.npy", mmap_mode="r", allow_pickle=False)
    numeric, categorical = encode_fields(prepared.frame, prepared.schema.fields)
    return EncodedRecords(
        tokens,
        offsets[:-1],
        np.diff(offsets),
        torch.from_numpy(numeric),
        torch.from_numpy(categorical),
        {task: torch.from_numpy(prepared.labels(task)) for task in tasks},
    )


def encode_forms(
    frame: pd.DataFrame, fields: tuple[FormField, ...], tokenizer: PreTrainedTokenizerFast
) -> EncodedRecords:
    """Forms as they come in, without labels: their columns `text` and those of `fields`."""
    tokens, offsets = encode_texts(frame["text"].tolist(), tokenizer)
    numeric, categorical = map(torch.from_numpy, encode_fields(frame, fields))
    return EncodedRecords(tokens, offsets[:-1], np.diff(offsets), numeric, categorical, {})


def make_batch(
    records: EncodedRecords, rows: np.ndarray, *, pad_id: int, width: int | None = None
) -> Batch:
    """Pad the records at `rows` to the longest of them, or to `width` tokens with a mask always."""
    lengths = records.lengths[rows]
    columns = np.arange(width or lengths.max())
    present = columns < lengths[:, None]  # (B, T)
    input_ids = np.full(present.shape, pad_id, dtype=np.int64)
    input_ids[present] = records.tokens[(records.starts[rows][:, None] + columns)[present]]
    padded = width is not None or not present.all()
    return Batch(
        rows,
        torch.from_numpy(input_ids),
        torch.from_numpy(present.astype(np.int64)) if padded else None,
        records.numeric[rows],
        records.categorical[rows],
        {task: labels[rows] for task, labels in records.labels.items()},
    )


def drop_words(
    records: EncodedRecords, *, share: float, rng: np.random.Generator
) -> EncodedRecords:
    """The records less so large a share of their tokens; each keeps its leading one.

    Against overfitting: no label may hang on one word. What is left out costs no time either, which
    it would if it were masked.

    References
    ----------
    Iyyer et al. (2015), Deep unordered composition rivals syntactic methods for text classification
    (word dropout).
    """
    firsts = np.cumsum(records.lengths) - records.lengths  # among these records' own tokens
    shift = np.repeat(records.starts - firsts, records.lengths)
    tokens = records.tokens[shift + np.arange(len(shift))]
    kept = rng.random(len(tokens), dtype=np.float32) >= share
    kept[firsts] = True
    lengths = np.add.reduceat(kept, firsts, dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    return replace(records, tokens=tokens[kept], starts=starts, lengths=lengths)


def shuffled_batches(
    records: EncodedRecords, *, batch_size: int, pad_id: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """One pass over batches of like length, in random order; so are records of equal length."""
    order = rng.permutation(len(records))
    by_length = order[np.argsort(records.lengths[order], kind="stable")]
    batches = np.split(by_length, range(0, len(order), batch_size)[1:])
    for position in rng.permutation(len(batches)):
        yield make_batch(records, batches[position], pad_id=pad_id)


def scoring_batches(records: EncodedRecords, *, pad_id: int) -> Iterator[Batch]:
    """Every record, for scoring, in batches of few shapes; `rows` says which record is where.

    How sums are rounded hangs on the shapes of what is multiplied. So a batch has the same number
    of records whatever there is to score, its last record repeated where they run out, and a width
    that follows from the record's own length: what a record gets does not depend on the others.
    """
    widths = scoring_width(records.lengths)
    for width in np.unique(widths):
        rows = np.flatnonzero(widths == width)
        for start in range(0, len(rows), SCORING_BATCH):
            some = rows[start : start + SCORING_BATCH]
            filled = np.pad(some, (0, SCORING_BATCH - len(some)), mode="edge")
            yield make_batch(records, filled, pad_id=pad_id, width=int(width))


def scoring_width(lengths: np.ndarray) -> np.ndarray:
    """To how many tokens texts of these lengths are padded: with the fields', some whole steps."""
    return -(-(lengths + 1) // SCORING_STEP) * SCORING_STEP - 1
