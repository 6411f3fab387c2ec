"""The two tables that `watch` reads: what `score` wrote, and what staff decided later."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from intake_triage.errors import InputError, refuse
from intake_triage.records.forms.mapping import FormMapping
from intake_triage.records.tables.read import read_table
from intake_triage.records.values.cells import clear_missing, match_labels
from intake_triage.release.bundle.load import Bundle
from intake_triage.release.score.files import read_rows
from intake_triage.release.score.run import REFUSED
from intake_triage.tasks import Task


def read_suggestions(path: Path, bundle: Bundle) -> pd.DataFrame:
    """The rows that `score` wrote, those of several files one after another.

    Parameters
    ----------
    path : Path
        A table, or a folder of such tables and nothing else, read in the order of their names; the
        rows that `score` set aside beside them are left there.

    Raises
    ------
    InputError
        If there is no table or no row, an id comes twice, or a row is another bundle's.
    """
    parts = []
    for file in _list_tables(path):
        part = read_rows(file, bundle)
        if (other := (part["bundle"] != bundle.manifest.label).to_numpy()).any():
            row = other.argmax() + 1
            refuse(file, [f"row {row}: not of {bundle.manifest.label}; a pilot is of one bundle"])
        parts.append(part)
    suggestions = pd.concat(parts, ignore_index=True)
    if suggestions.empty:
        raise InputError(f"{path}: no forms; score some first")
    if (again := suggestions["record_id"].duplicated().to_numpy()).any():
        refuse(path, [f"row {again.argmax() + 1}: the id of a row before it; score a form once"])
    return suggestions


def read_labels(path: Path, mapping: FormMapping, tasks: Sequence[Task]) -> pd.DataFrame:
    """What staff decided, in the clinic's own format: `record_id`, and a column of classes a task.

    A sub-specialty that the bundle does not know is kept as it stands. Where several rows have an
    id, they must agree; labels that are missing in one may stand in another.

    Parameters
    ----------
    path : Path
        A table, or a folder of such tables and nothing else.

    Raises
    ------
    InputError
        If there is no table, a mapped column is missing, a tier is none of the bundle's, or two
        labels of a form differ; by column and row, never a value.
    """
    if mapping.record_id is None:
        raise InputError(
            f"{path}: labels need a column of ids, and the bundle's mapping has none "
            "(data.file.record_id); train and score with one"
        )
    parts = [_read_labels(file, mapping, tasks) for file in _list_tables(path)]
    labels = pd.concat(parts, ignore_index=True)
    by_id = labels.groupby("record_id", sort=False)
    for task in tasks:
        if (by_id[task].nunique() > 1).any():
            raise InputError(
                f"{path}: two rows have the same id and different labels in column "
                f"'{mapping.labels[task].column}'; keep the one that counts"
            )
    return by_id.first().reset_index()


def _read_labels(file: Path, mapping: FormMapping, tasks: Sequence[Task]) -> pd.DataFrame:
    raw = read_table(file, mapping).frame
    columns = {"record_id": str(mapping.record_id)}
    columns |= {task: mapping.labels[task].column for task in tasks}
    if absent := [column for column in columns.values() if column not in raw]:
        refuse(
            file, [f"no column '{column}', which the bundle's mapping names" for column in absent]
        )
    cells = {
        name: clear_missing(raw[column], mapping.missing)[0] for name, column in columns.items()
    }
    labels = pd.DataFrame(
        {"record_id": cells["record_id"]}
        | {task: match_labels(cells[task], mapping.labels[task].classes) for task in tasks}
    )
    if "urgency" in tasks:
        known = set(mapping.labels["urgency"].classes.values())
        strange = (labels["urgency"].notna() & ~labels["urgency"].isin(known)).to_numpy()
        if strange.any():
            row, tiers = strange.argmax() + 1, ", ".join(sorted(known))
            refuse(file, [f"row {row}, column '{columns['urgency']}': no tier; it may be {tiers}"])
    return labels[labels["record_id"].notna()]


def _list_tables(path: Path) -> list[Path]:
    if path.is_dir():
        named = [file for file in path.iterdir() if not file.name.startswith(".")]
        files = sorted(file for file in named if not file.name.endswith(REFUSED))
        if not files:
            raise InputError(f"{path}: an empty folder; put the tables there")
        return files
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder")
    return [path]
