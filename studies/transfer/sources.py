"""A block's records: so many to train on, the rest to test on, whole units on either side."""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from intake_triage.evaluation.samples import LabelledSplit, read_test_split
from intake_triage.imports import import_closure
from intake_triage.layout import Layout
from intake_triage.params import DataParams, Params
from intake_triage.records.prepare import split_source, write_prepared
from intake_triage.records.prepared import read_prepared
from studies.transfer.settings import RecordCounts

PARTS_SEED = 0  # of assigning the test units to `verdict` and `fresh`


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


def read_test_parts(
    layout: Layout, counts: RecordCounts
) -> tuple[LabelledSplit, dict[str, np.ndarray]]:
    """The test records with their labels, and which of them are `verdict` and which `fresh`.

    Units are assigned at random: in the survey their numbers follow the years.

    Returns
    -------
    LabelledSplit
        Without resamples: each part draws its own.
    dict of bool arrays of shape (n_test,)
        No unit is in both.
    """
    test = read_test_split(read_prepared(layout).of_split("test"), resamples=0, layout=layout)
    order = np.random.default_rng(PARTS_SEED).permutation(test.n_units)
    size = np.bincount(test.unit)
    unit_in_verdict = np.empty(len(order), dtype=bool)
    unit_in_verdict[order] = np.cumsum(size[order]) <= counts.verdict
    in_verdict = unit_in_verdict[test.unit]
    return test, {"verdict": in_verdict, "fresh": ~in_verdict}
