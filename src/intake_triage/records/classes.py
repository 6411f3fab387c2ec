"""Classes of too few records: refused, or left out where params say so."""

from dataclasses import replace

import pandas as pd

from intake_triage.errors import refuse
from intake_triage.file_params import LISTED_UNDER
from intake_triage.params import DataParams
from intake_triage.records.schema import RecordSchema
from intake_triage.tasks import Task

MIN_RECORDS_IN_CLASS = 20  # one for each twentieth that the split assigns

Dropped = dict[Task, list[str]]  # classes that were left out; no task without any


def settle_small_classes(
    frame: pd.DataFrame, schema: RecordSchema, params: DataParams
) -> tuple[pd.DataFrame, RecordSchema, Dropped]:
    """See that every class has 20 records; leave out small sub-specialties if params say so.

    Parameters
    ----------
    frame : DataFrame with the columns of `schema`
        The records that were drawn.

    Returns
    -------
    frame : without the labels of the classes that were left out, and without records that had no
        other label
    schema : without these classes
    dropped : their names

    Raises
    ------
    InputError
        A line a task that names its small classes, each with its number of records; or one that
        says that fewer than two sub-specialties are left. A small tier is never left out.
    """
    small = {task: _find_small(frame, task, schema) for task in schema.tasks}
    dropped: Dropped = {}
    if params.source == "file" and params.file.drop_small and small.get("specialty"):
        dropped["specialty"] = list(small.pop("specialty"))
    faults = [_describe(task, counts, params) for task, counts in small.items() if counts]
    if faults:
        refuse(params.path, faults)
    if not dropped:
        return frame, schema, dropped
    kept = tuple(name for name in schema.specialty if name not in dropped["specialty"])
    if len(kept) < 2:
        fault = (
            f"{len(kept)} of the specialties has {MIN_RECORDS_IN_CLASS} records or more, and two"
            " are needed; merge small ones (data.file.merge.specialty in params.yaml), or set"
            " data.file.specialty to null"
        )
        refuse(params.path, [fault])
    labels = frame["specialty"].where(frame["specialty"].isin(kept))
    had_it_alone = frame["specialty"].notna() & labels.isna() & frame["urgency"].isna()
    frame = frame.assign(specialty=labels)[~had_it_alone].reset_index(drop=True)
    return frame, replace(schema, specialty=kept), dropped


def _find_small(frame: pd.DataFrame, task: Task, schema: RecordSchema) -> dict[str, int]:
    """Number of records by class, of the classes with too few."""
    counts = frame[task].value_counts().reindex(schema.classes(task), fill_value=0)
    return counts[counts < MIN_RECORDS_IN_CLASS].to_dict()


def _describe(task: Task, small: dict[str, int], params: DataParams) -> str:
    names = ", ".join(f"'{name}' {count}" for name, count in small.items())
    if 0 in small.values() and params.source == "file":
        names += f" (take what the table does not have out of data.file.{LISTED_UNDER[task]})"
    if params.source != "file":
        mend = "raise data.n_records in params.yaml"
    elif task == "urgency":
        mend = (
            "merge it with the tier beside it (data.file.merge.urgency in params.yaml); a tier is"
            " not left out, since its forms would be scored as milder ones"
        )
    else:
        mend = (
            "merge it with another (data.file.merge.specialty in params.yaml), or leave such"
            " classes out (data.file.drop_small: true)"
        )
    return (
        f"too few records to split, {MIN_RECORDS_IN_CLASS} of a class are needed: {task} {names};"
        f" {mend}"
    )
