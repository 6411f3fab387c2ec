"""A block's records: so many to train on, the rest to test on, whole units on either side."""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from intake_triage.imports import import_closure
from intake_triage.layout import Layout
from intake_triage.params import DataParams, Params
from intake_triage.records.prepare import split_source, write_prepared
from studies.transfer.settings import RecordCounts


def prepare_records(params: Params, counts: RecordCounts, work: Path, name: str) -> Layout:
    """Write a folder's data/ as stage prepare does; nothing where it is there already.

    Returns
    -------
    Layout
        In `work`, named after the block and after what its records are made from, so that other
        params, another source or another generator make other folders.
    """
    digest = hashlib.sha256()
    source = [path for path in Path(params.data.path).rglob("*") if path.is_file()]
    for path in [*import_closure(Path(__file__)), *sorted(source)]:
        digest.update(path.read_bytes())
    for section in (params.data, params.tokenizer, counts):
        digest.update(section.model_dump_json().encode())
    layout = Layout(work / f"{name}.{digest.hexdigest()[:8]}")
    if not layout.prepared.exists():
        records = split_source(params.data, assign=partial(assign_by_count, counts=counts))
        write_prepared(records, params.tokenizer, pretrained=None, layout=layout)
    return layout


def assign_by_count(
    frame: pd.DataFrame, units: np.ndarray, params: DataParams, *, counts: RecordCounts
) -> np.ndarray:
    """Units in random order: the first to train until its count is reached, and so on; then test.

    Returns
    -------
    str array of shape (n_records,)
    """
    rng = np.random.default_rng(params.seed)
    order = rng.permutation(units.max() + 1)
    size = np.bincount(units)
    before = np.cumsum(size[order]) - size[order]  # records assigned before each unit
    edges = np.cumsum([counts.train, counts.valid, counts.calibrate])
    split_of_unit = np.empty(len(order), dtype="<U9")
    names = np.array(["train", "valid", "calibrate", "test"])
    split_of_unit[order] = names[np.searchsorted(edges, before, side="right")]
    return split_of_unit[units]
