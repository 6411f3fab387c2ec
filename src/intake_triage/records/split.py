"""Train, valid, calibrate and test, so that nothing that belongs together is torn apart."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from intake_triage.tasks import SPLITS, TASKS, Split

TWENTIETHS: dict[Split, int] = {"train": 12, "valid": 2, "calibrate": 3, "test": 3}
SHARES = np.array([TWENTIETHS[split] for split in SPLITS]) / 20

# Of UTF-8, some ten words or twenty Chinese characters: more than two people write alike by chance.
# A shorter text, such as a coded complaint, is one that many patients share.
BYTES_OF_LONG_TEXT = 60


def find_units(frame: pd.DataFrame) -> np.ndarray:
    """Number what must stay on one side: records of a group.

    Without groups every record stands alone, but that those of the same long text stay together:
    they are copies of one form. Short texts repeat because complaints do.

    Returns
    -------
    int64 array of shape (n_records,)
        Units are numbered in the order of their first record.
    """
    if "group" in frame:
        return pd.factorize(frame["group"])[0].astype(np.int64)
    texts = normalize_texts(frame["text"])
    is_long = texts.map(lambda text: len(text.encode()) >= BYTES_OF_LONG_TEXT).to_numpy(bool)
    same_text = pd.factorize(texts)[0]
    alone = len(frame) + np.arange(len(frame))
    return pd.factorize(np.where(is_long, same_text, alone))[0].astype(np.int64)


def normalize_texts(texts: pd.Series) -> pd.Series:
    """Texts that differ in letter case or white space alone become equal."""
    return texts.map(lambda text: " ".join(text.casefold().split()))


def split_records(frame: pd.DataFrame, units: np.ndarray, *, by: str, seed: int) -> np.ndarray:
    """Assign whole units to the splits, 60/10/15/15.

    Parameters
    ----------
    frame : DataFrame with `urgency`, `specialty` and, for `by="date"`, `date`
    units : int array of shape (n_records,)
        As `find_units` gives them.
    by : {"random", "date"}
        `random` balances the records and the classes of both labels, see `assign_units`. `date`
        puts the oldest units, by their last record, into train and the newest into test; those of
        one day are in random order.
    seed : int

    Returns
    -------
    str array of shape (n_records,), each one of `SPLITS`
        With fewer than 20 units, a split may be empty.
    """
    if by == "date":
        part = _assign_by_date(frame["date"], units, seed=seed)
    else:
        labels = [pd.factorize(frame[task])[0] for task in TASKS]
        part = assign_units(units, labels, SHARES, seed=seed)
    return np.array(SPLITS)[part[units]]


def assign_units(
    units: np.ndarray, labels: Sequence[np.ndarray], shares: np.ndarray, *, seed: int
) -> np.ndarray:
    """Assign whole units to parts, so that the records and every class have the parts' shares.

    With t the records of a class that a part should hold and a those that it holds, the sum of
    (a − t)² / t over classes and parts is kept low: each unit goes where it raises this sum least.
    All records count as one class more. Large units come first, while there is room for them; small
    ones then make up for what these left uneven. "Large" is by powers of two, and within one the
    order is random, so that the seed decides even where no two units are of one size.

    Parameters
    ----------
    units : int array of shape (n_records,)
        In ``range(n_units)``, every one of which has records.
    labels : sequence of int arrays of shape (n_records,)
        Class indices, -1 where there is none.
    shares : float array of shape (n_parts,)
        Above 0; sums to 1.
    seed : int

    Returns
    -------
    int64 array of shape (n_units,)
        The part of each unit, in ``range(n_parts)``.

    References
    ----------
    Sechidis, Tsoumakas, Vlahavas (2011), On the stratification of multi-label data: iterative
    stratification, each record to the part that still lacks most of its classes. Balinski, Young
    (1982), Fair representation: Webster's or Sainte-Laguë's method of apportionment, which this is
    for one class and units of one record.
    """
    start, column, n = _count_classes(units, labels)
    rng = np.random.default_rng(seed)
    size = np.bincount(units)
    order = np.lexsort((rng.permutation(len(size)), -np.frexp(size)[1]))
    held_by_all = np.maximum(np.bincount(column, weights=n), 1)  # a class may be absent
    weight = (1 / np.outer(shares, held_by_all)).tolist()
    held = np.zeros((len(shares), column.max() + 1), int).tolist()
    bounds, column, n = start.tolist(), column.tolist(), n.tolist()  # numbers of Python are faster
    part = np.empty(len(size), np.int64)
    for unit in order.tolist():
        first, end = bounds[unit], bounds[unit + 1]
        own = list(zip(column[first:end], n[first:end], strict=True))
        costs = [
            sum([k * (2 * a[c] + k) * w[c] for c, k in own])
            for a, w in zip(held, weight, strict=True)
        ]
        part[unit] = chosen = costs.index(min(costs))
        for c, k in own:
            held[chosen][c] += k
    return part


def _count_classes(
    units: np.ndarray, labels: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What each unit holds, as rows of a sparse table: one column for all records, one a class.

    Returns
    -------
    start : int array of shape (n_units + 1,)
        The entries of unit u are those from ``start[u]`` to ``start[u + 1]``.
    column, n : int arrays of shape (n_entries,)
        A column, and how many of the unit's records count in it.
    """
    columns, n_columns = [np.zeros_like(units)], 1
    for classes in labels:
        columns.append(np.where(classes >= 0, n_columns + classes, -1))
        n_columns += classes.max() + 1
    cells = np.concatenate([(units * n_columns + own)[own >= 0] for own in columns])
    cell, n = np.unique(cells, return_counts=True)
    owner, column = np.divmod(cell, n_columns)
    return np.searchsorted(owner, np.arange(units.max() + 2)), column, n


def _assign_by_date(dates: pd.Series, units: np.ndarray, *, seed: int) -> np.ndarray:
    """The split of each unit, int of shape (n_units,), in the order of their last dates.

    A split ends with the unit that fills its share of what is left, so a large unit at an edge
    leaves the later splits less, but none of them empty.
    """
    last = dates.groupby(units).max().to_numpy()
    size = np.bincount(units)
    order = np.lexsort((np.random.default_rng(seed).permutation(len(size)), last))
    filled = np.cumsum(size[order])
    part = np.empty(len(size), np.int64)
    first = before = 0
    for number, share in enumerate(SHARES):
        goal = before + (len(dates) - before) * share / SHARES[number:].sum()
        end = np.searchsorted(filled, goal - 1e-9) + 1  # 1e-9: a whole number is one
        end = int(np.clip(end, first + 1, len(size) - (len(SHARES) - 1 - number)))
        part[order[first:end]] = number
        first, before = end, filled[end - 1]
    return part
