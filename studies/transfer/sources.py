"""A block's records: so many to train on, the rest to test on, whole units on either side."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from intake_triage.evaluation.held_out import HeldOut, read_test_labels
from intake_triage.params import DataParams, Params
from intake_triage.records.prepare import split_source, write_prepared
from intake_triage.records.prepared import PREPARED, TEST_LABELS, read_prepared
from studies.transfer.settings import RecordCounts


def prepare_records(params: Params, counts: RecordCounts, root: Path) -> None:
    """Write `root`/data as stage prepare does; nothing where it is there already."""
    if (root / PREPARED).exists():
        return
    records = split_source(params.data, deal=partial(deal_by_count, counts=counts))
    write_prepared(
        records,
        params.tokenizer,
        pretrained=None,
        folder=root / PREPARED,
        test_labels=root / TEST_LABELS,
        oracle=root / "data/oracle.parquet",
    )


def deal_by_count(
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
    before = np.cumsum(size[order]) - size[order]  # records dealt out before each unit
    edges = np.cumsum([counts.train, counts.valid, counts.calibrate])
    split_of_unit = np.empty(len(order), dtype="<U9")
    names = np.array(["train", "valid", "calibrate", "test"])
    split_of_unit[order] = names[np.searchsorted(edges, before, side="right")]
    return split_of_unit[units]


def read_test_parts(root: Path, counts: RecordCounts) -> tuple[HeldOut, dict[str, np.ndarray]]:
    """The test records with their labels, and which of them are `verdict` and which `fresh`.

    Returns
    -------
    HeldOut
    dict of bool arrays of shape (n_test,)
        No unit is in both.
    """
    test = read_prepared(root / PREPARED).of_split("test")
    held_out = read_test_labels(test, root / TEST_LABELS)
    size = np.bincount(held_out.unit)
    in_verdict = (np.cumsum(size) <= counts.verdict)[held_out.unit]
    return held_out, {"verdict": in_verdict, "fresh": ~in_verdict}
