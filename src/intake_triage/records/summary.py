"""What `metrics/prepare.json` says: what went where, and nothing that points at a few people.

`smallest_shown` is that of the records' source (`smallest_to_show`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from intake_triage.records.prepare import SplitRecords
from intake_triage.records.prepared import encode_labels
from intake_triage.records.split import SHARES, normalize_texts
from intake_triage.records.tokenizer import TextLengths
from intake_triage.statistics.disclosure import (
    SMALLEST_SHOWN,
    hide_small_counts,
    is_small_share,
)
from intake_triage.tasks import SPLITS, Split, Task

Shares = dict[Split, float | None]  # None: not shown
CUT_SHARE_TO_TELL = 0.01  # of texts; fewer decide nothing


def summarize(records: SplitRecords, *, smallest_shown: int) -> dict[str, Any]:
    """The figures of `metrics/prepare.json`.

    Returns
    -------
    dict
        records, units: counts by split. label_shares: by task, class and split, of the split's
        records; missing_label_share: likewise, of those without the label. median_words;
        test_text_seen_in_train_share, of the test records; records_with_redacted_identifiers by
        kind. Of a user's file, names_and_places, what looked for them, and `reading`, what was
        found of how it is saved. Where there are some, absent_classes by split and task, and
        dropped_classes by task. A share that is not shown is None.
    """
    frame, schema = records.frame, records.schema
    counts = {task: _count_labels(frame, task, schema.classes(task)) for task in schema.tasks}
    shares = {
        task: _share_out(of_task, smallest_shown=smallest_shown) for task, of_task in counts.items()
    }
    words = frame["text"].map(lambda text: len(text.split()))
    size = frame["split"].value_counts()
    units = frame.drop_duplicates("unit")["split"].value_counts()
    summary = {
        "records": _hide_small(_by_split(size), smallest_shown=smallest_shown),
        "units": _hide_small(_by_split(units), smallest_shown=smallest_shown),
        "label_shares": {
            task: dict(zip(schema.classes(task), of_task[:-1], strict=True))
            for task, of_task in shares.items()
        },
        "missing_label_share": {task: of_task[-1] for task, of_task in shares.items()},
        "median_words": float(words.median()),
        "test_text_seen_in_train_share": _seen_share(frame, smallest_shown=smallest_shown),
        "records_with_redacted_identifiers": _hide_small(
            records.identifiers, of=records.n_read, smallest_shown=smallest_shown
        ),
        "names_and_places": records.names_and_places,
        "absent_classes": _find_absent(counts, records),
        "dropped_classes": records.dropped_classes,
        "reading": dict(records.reading),
    }
    if "missing_marks" in records.reading:
        marks = records.reading["missing_marks"]
        summary["reading"]["missing_marks"] = _hide_small(
            marks, of=records.n_read, smallest_shown=smallest_shown
        )
    optional = ("names_and_places", "absent_classes", "dropped_classes", "reading")
    return {key: value for key, value in summary.items() if value or key not in optional}


def summarize_cut(lengths: TextLengths, *, smallest_shown: int) -> dict[str, int | float | None]:
    """Where texts are cut, and the shares of texts and of their word pieces that lie beyond."""
    n_texts, n_cut = len(lengths.cut), int((lengths.cut > 0).sum())
    hidden = n_cut > 0 and is_small_share(n_cut, n_texts, smallest_shown=smallest_shown)
    return {
        "max_tokens": lengths.max_tokens,
        "cut_share": None if hidden else round(n_cut / n_texts, 4),
        "pieces_cut_share": round(lengths.pieces_cut_share, 4),
    }


def list_remarks(summary: dict[str, Any]) -> list[str]:
    """A line for everything in a summary that its reader must not overlook."""
    remarks = _remarks_on_sizes(summary["records"])
    if marks := summary.get("reading", {}).get("missing_marks"):
        told = ", ".join(f"'{column}' {count}" for column, count in marks.items())
        remarks.append(f"cells that say that nothing was entered (data.file.missing): {told}")
    for task, merges in summary.get("reading", {}).get("merged", {}).items():
        told = ", ".join(f"'{old}' into '{new}'" for old, new in merges.items())
        remarks.append(f"merged: {task} {told}")
    if "names_and_places" in summary:
        remarks.append(f"names and places: {summary['names_and_places']}")
    remarks += [
        f"left out, too few records have it: {task} {_quote(names)}"
        for task, names in summary.get("dropped_classes", {}).items()
    ]
    for split, by_task in summary.get("absent_classes", {}).items():
        remarks += [
            f"no record in {split} has {task} {_quote(names)}: the figures of {split} lack it"
            for task, names in by_task.items()
        ]
    return remarks


def remark_on_cut(lengths: TextLengths) -> list[str]:
    """A line if so many texts are cut that the systems that read all of them have an advantage."""
    cut_share = float((lengths.cut > 0).mean())
    if cut_share <= CUT_SHARE_TO_TELL:
        return []
    return [
        f"{cut_share:.1%} of the texts have more than {lengths.max_tokens} tokens, after which "
        f"st and mtl do not read them: they miss {lengths.pieces_cut_share:.1%} of all word pieces "
        "(tokenizer.max_tokens in params.yaml)"
    ]


def _remarks_on_sizes(records: dict[Split, int | str]) -> list[str]:
    """A line for each split that has less than half of what it should: its figures are rough."""
    sizes = {split: n if isinstance(n, int) else SMALLEST_SHOWN for split, n in records.items()}
    total = sum(sizes.values())
    return [
        f"{split} got {records[split]} of {total} records, {share:.0%} were meant: the groups are"
        " too unlike in size"
        for split, share in zip(SPLITS, SHARES, strict=True)
        if sizes[split] < share / 2 * total
    ]


def _quote(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _count_labels(frame: pd.DataFrame, task: Task, classes: tuple[str, ...]) -> np.ndarray:
    """Records by split and class, int of shape (n_splits, n_classes + 1); last, without label."""
    n_cells = len(classes) + 1
    label = encode_labels(frame[task], classes) % n_cells  # -1, no label, becomes the last one
    cell = encode_labels(frame["split"], SPLITS) * n_cells + label
    return np.bincount(cell, minlength=len(SPLITS) * n_cells).reshape(-1, n_cells)


def _share_out(counts: np.ndarray, *, smallest_shown: int) -> list[Shares]:
    """Of each column the shares of the splits' records.

    A split's shares and its number of records reveal all counts, so a small count is hidden
    together with another one. None at all tells of nobody.
    """
    hidden = hide_small_counts(counts, smallest_shown=smallest_shown) & (counts > 0)
    shares = (counts / counts.sum(axis=1, keepdims=True)).round(4).astype(object)
    shares[hidden] = None
    return [dict(zip(SPLITS, column, strict=True)) for column in shares.T]


def _find_absent(
    counts: dict[Task, np.ndarray], records: SplitRecords
) -> dict[Split, dict[Task, list[str]]]:
    """By split and task, the classes of which it has no record; only where there are some."""
    absent: dict[Split, dict[Task, list[str]]] = {}
    for task, of_task in counts.items():
        for split, row in zip(SPLITS, of_task, strict=True):
            by_class = zip(records.schema.classes(task), row[:-1], strict=True)
            if names := [name for name, count in by_class if count == 0]:
                absent.setdefault(split, {})[task] = names
    return absent


def _seen_share(frame: pd.DataFrame, *, smallest_shown: int) -> float | None:
    """The share of test records whose text is in train as well."""
    texts = normalize_texts(frame["text"])
    train, test = (texts[frame["split"] == name] for name in ("train", "test"))
    seen = test.isin(train)
    n_seen = int(seen.sum())
    if n_seen and is_small_share(n_seen, len(seen), smallest_shown=smallest_shown):
        return None
    return round(float(seen.mean()), 4)


def _by_split(counts: pd.Series) -> dict[Split, int]:
    return {split: int(counts.get(split, 0)) for split in SPLITS}


def _hide_small(
    counts: Mapping[str, int], *, smallest_shown: int, of: float = np.inf
) -> dict[str, int | str]:
    """Counts of people; where they are `of` so many records, the others are not few either."""

    def show(count: int) -> int | str:
        if 0 < of - count < smallest_shown:
            return f"all but under {smallest_shown}"
        return f"under {smallest_shown}" if 0 < count < smallest_shown else count

    return {name: show(count) for name, count in counts.items()}
