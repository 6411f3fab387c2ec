"""Stage prepare for a run that learns from so many forms: of each split some whole units.

Reads   data.path
Writes  what stage prepare writes

Called in the run's folder with the number of forms in train and, where it is bounded, in test.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from intake_triage.errors import InputError, run_stage
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.params import DataParams, load_params
from intake_triage.records.prepare import assign_by_share, split_source, write_prepared
from intake_triage.records.split import TWENTIETHS
from intake_triage.records.split_checks import check_folds
from intake_triage.records.summary import summarize
from intake_triage.statistics.disclosure import smallest_to_show
from intake_triage.tasks import Split

UNUSED = "unused"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("learn", type=int)
    parser.add_argument("--test", type=int)
    asked = parser.parse_args()
    params, most = load_params(), count_splits(asked.learn, asked.test)
    records = split_source(params.data, assign=partial(assign_by_count, most=most))
    used = records.frame["split"] != UNUSED
    records = replace(records, frame=records.frame[used].reset_index(drop=True))
    check_folds(records.frame, records.schema, params.data, n_folds=params.calibrate.folds)
    write_prepared(records, params.tokenizer, pretrained=params.encoder.pretrained)
    smallest_shown = smallest_to_show(params.data.source)
    write_json(Layout().metrics("prepare"), summarize(records, smallest_shown=smallest_shown))


def count_splits(learn: int, test: int | None) -> dict[Split, int]:
    """How many records each split has at most, with `learn` in train; test where it is bounded."""
    parts: tuple[Split, ...] = ("train", "valid", "calibrate")
    most = {split: round(learn * TWENTIETHS[split] / TWENTIETHS["train"]) for split in parts}
    return most if test is None else most | {"test": test}


def assign_by_count(
    frame: pd.DataFrame, units: np.ndarray, params: DataParams, *, most: Mapping[Split, int]
) -> np.ndarray:
    """The pipeline's split, of which each part takes units in random order until it has its count.

    So with fewer records a part lies within the same part with more, and one that is not in `most`
    is always the same.

    Returns
    -------
    str array of shape (n_records,)
        Each one of `SPLITS`, or `UNUSED`.

    Raises
    ------
    InputError
        If a part does not have so many.
    """
    split = assign_by_share(frame, units, params)
    order = np.random.default_rng(params.seed).permutation(units.max() + 1)
    for name, count in most.items():
        inside = split == name
        if inside.sum() < count:
            raise InputError(
                f"{params.path}: {name} has {inside.sum()} records, of which {count} are asked "
                "for; raise data.n_records of the run, or lower its count"
            )
        size = np.bincount(units[inside], minlength=len(order))[order]
        beyond = order[np.cumsum(size) - size >= count]
        split[inside & np.isin(units, beyond)] = UNUSED
    return split


if __name__ == "__main__":
    run_stage(main)
