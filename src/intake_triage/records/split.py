"""Train, valid, calibrate and test, so that nothing that belongs together is torn apart."""

import numpy as np
import pandas as pd

from intake_triage.tasks import SPLITS, TASKS, Split

TWENTIETHS: dict[Split, int] = {"train": 12, "valid": 2, "calibrate": 3, "test": 3}


def find_units(frame: pd.DataFrame) -> np.ndarray:
    """Number what must stay on one side: records of a group or, without groups, of the same text.

    Returns
    -------
    int64 array of shape (n_records,)
        Units are numbered in the order of their first record.
    """
    if "group" in frame:
        return pd.factorize(frame["group"])[0].astype(np.int64)
    return pd.factorize(normalize_texts(frame["text"]))[0].astype(np.int64)


def normalize_texts(texts: pd.Series) -> pd.Series:
    """Texts that differ in letter case or white space alone become equal."""
    return texts.str.casefold().str.split().str.join(" ")


def split_records(frame: pd.DataFrame, units: np.ndarray, *, by: str, seed: int) -> np.ndarray:
    """Assign whole units to the splits, 60/10/15/15.

    Parameters
    ----------
    frame : DataFrame with `urgency`, `specialty` and, for `by="date"`, `date`
    units : int array of shape (n_records,)
    by : {"random", "date"}
        `random` stratifies on both labels jointly (of a unit with several records, on its most
        frequent pair). `date` puts the oldest units, by their last record, into train and the
        newest into test.
    seed : int

    Returns
    -------
    str array of shape (n_records,), each one of `SPLITS`
    """
    if by == "date":
        return _split_by_date(frame, units)
    strata = frame[list(TASKS)].astype(object).fillna("").agg("|".join, axis=1)
    counts = pd.DataFrame({"unit": units, "stratum": strata.to_numpy()}).value_counts(sort=False)
    counts = counts.reset_index(name="n").sort_values(
        ["unit", "n", "stratum"], ascending=[True, False, True]
    )
    stratum_of_unit = counts.drop_duplicates("unit")["stratum"].to_numpy()  # (n_units,)

    # Units in random order within their stratum, strata one after the other; every twenty in a row
    # are assigned 12/2/3/3 in an order of their own, so each stratum is shared out in proportion.
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.permutation(len(stratum_of_unit)), stratum_of_unit))
    twenty = np.repeat(np.array(SPLITS), [TWENTIETHS[split] for split in SPLITS])
    n_twenties = -(-len(order) // len(twenty))
    splits = rng.permuted(np.tile(twenty, (n_twenties, 1)), axis=1).reshape(-1)[: len(order)]
    split_of_unit = np.empty_like(splits)
    split_of_unit[order] = splits
    return split_of_unit[units]


def _split_by_date(frame: pd.DataFrame, units: np.ndarray) -> np.ndarray:
    """Units in the order of their last date, cut where the shares of records are reached."""
    last = frame["date"].groupby(units).max()
    size = np.bincount(units)
    order = np.argsort(last.to_numpy(), kind="stable")
    before = (np.cumsum(size[order]) - size[order]) / len(frame)  # share assigned before this unit
    edges = np.cumsum([TWENTIETHS[split] for split in SPLITS])[:-1] / 20
    split_of_unit = np.empty(len(order), dtype=np.array(SPLITS).dtype)
    split_of_unit[order] = np.array(SPLITS)[np.searchsorted(edges, before, side="right")]
    return split_of_unit[units]
