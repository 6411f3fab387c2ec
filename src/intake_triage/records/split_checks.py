"""Refuses a split that nothing could be learned from or judged on."""

import numpy as np
import pandas as pd

from intake_triage.errors import refuse
from intake_triage.params import DataParams
from intake_triage.records.folds import assign_folds
from intake_triage.records.schema import RecordSchema
from intake_triage.records.split import SHARES
from intake_triage.tasks import SPLITS, Split, Task

LEAST_UNITS = 20  # one for each twentieth that the split assigns
LEAST_UNITS_OF: dict[Split, int] = {"train": 1, "valid": 1, "calibrate": 3, "test": 1}
# Two in calibrate: while one is judged, another is there to fit the calibrator on.
LEAST_UNITS_OF_CLASS: dict[Split, int] = {"train": 1, "calibrate": 2}
USE: dict[Split, str] = {"valid": "training is stopped by", "test": "is judged on"}
LEAST_FOLDS = 3  # one is judged, of the others one to choose a calibrator on where another fits it


def check_split(frame: pd.DataFrame, schema: RecordSchema, params: DataParams) -> None:
    """Refuse records whose units are too few, a class that train or calibrate lacks, and a label
    that valid or test lacks altogether.

    Parameters
    ----------
    frame : DataFrame with the columns of `schema`, `unit` and `split`

    Raises
    ------
    InputError
        One line that says how many groups each split got, or a line for each class that too few
        groups of train or calibrate hold. A group is named by its share of the records alone.
    """
    units = frame.drop_duplicates("unit")["split"].value_counts()
    got = {split: int(units.get(split, 0)) for split in SPLITS}
    if sum(got.values()) < LEAST_UNITS or any(got[name] < LEAST_UNITS_OF[name] for name in got):
        refuse(params.path, [f"{_describe_units(frame, got)}; {_mend_units(params)}"])
    faults = [
        f"{task} '{name}': {sum(held.values())} groups hold it, of which {held[split]} came to"
        f" {split}, where {least} must; {LEAST_UNITS} or more should hold a class;"
        f" {_mend_class(task, params)}"
        for task in schema.tasks
        for name, held in _count_units(frame, task, schema).items()
        for split, least in LEAST_UNITS_OF_CLASS.items()
        if held[split] < least
    ]
    labelled = frame.groupby("split")[list(schema.tasks)].count()
    faults += [
        f"no record in {split} has a label of {task}, which {USE[split]}; {_mend_label(params)}"
        for task in schema.tasks
        for split in USE
        if labelled.loc[split, task] == 0
    ]
    if faults:
        refuse(params.path, faults)


def check_units(units: np.ndarray, params: DataParams) -> None:
    """Refuse, by an `InputError`, fewer units than there are splits to assign them to.

    Parameters
    ----------
    units : int array of shape (n_records,)
    """
    n_units = len(np.unique(units))
    if n_units < len(SPLITS):
        told = f"{n_units} groups are too few to split; {LEAST_UNITS} or more are needed"
        refuse(params.path, [f"{told}; {_mend_units(params)}"])


def check_folds(
    frame: pd.DataFrame, schema: RecordSchema, params: DataParams, *, n_folds: int
) -> None:
    """Refuse, by an `InputError`, records that stage `calibrate` could not cut into its folds."""
    calibrate = frame[frame["split"] == "calibrate"]
    labels = [pd.factorize(calibrate[task])[0] for task in schema.tasks]
    fold = assign_folds(calibrate["unit"].to_numpy(), labels, n_folds=n_folds)
    faults = [
        f"too few groups hold any label of {task}: in the split 'calibrate' they lie in {n} of"
        f" {n_folds} folds, and {LEAST_FOLDS} are needed; {_mend_units(params)}"
        for task in schema.tasks
        if (n := len(np.unique(fold[calibrate[task].notna()]))) < LEAST_FOLDS
    ]
    if faults:
        refuse(params.path, faults)


def _count_units(
    frame: pd.DataFrame, task: Task, schema: RecordSchema
) -> dict[str, dict[Split, int]]:
    """By class and split, how many groups hold the class."""
    held = frame[[task, "split", "unit"]].drop_duplicates()
    table = pd.crosstab(held[task], held["split"])
    table = table.reindex(index=schema.classes(task), columns=SPLITS, fill_value=0)
    return table.to_dict("index")


def _describe_units(frame: pd.DataFrame, got: dict[Split, int]) -> str:
    by_split = ", ".join(f"{split} got {count}" for split, count in got.items())
    words = f"{sum(got.values())} groups are too few to split, or too unlike in size: {by_split}"
    words += f"; {LEAST_UNITS} or more are needed"
    largest = frame["unit"].value_counts(normalize=True).max()
    if largest > SHARES.min():
        words += f", and the largest holds {100 * largest:.0f} % of the records"
    return words


def _mend_units(params: DataParams) -> str:
    if params.source != "file":
        return "raise data.n_records in params.yaml"
    if params.file.group is None:
        return "add forms"
    return "name another column in data.file.group in params.yaml, or null"


def _mend_label(params: DataParams) -> str:
    if params.split.by == "date":
        return "set data.split.by to random"
    return "label more forms, or set the label's column to null"


def _mend_class(task: Task, params: DataParams) -> str:
    if params.source != "file":
        return "raise data.n_records in params.yaml"
    mends = [f"merge it with another (data.file.merge.{task} in params.yaml)"]
    if params.file.group is not None:
        mends.append("name another column in data.file.group, or null")
    if params.split.by == "date":
        mends.append("set data.split.by to random")
    return "; or ".join(mends)
