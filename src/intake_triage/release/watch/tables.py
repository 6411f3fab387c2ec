"""The two tables that `watch` reads: what `score` wrote, and what staff decided later."""

import re
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
from intake_triage.statistics.sequential import LOOKS
from intake_triage.tasks import Task

WEEKS = LOOKS  # that a pilot lasts: no bet begins at a later look, which would hardly tell anything


def read_suggestions(path: Path, bundle: Bundle) -> pd.DataFrame:
    """The rows that `score` wrote, those of several files one after another.

    Parameters
    ----------
    path : Path
        A table, or a folder of such tables and nothing else, read in the order of their names and
        the numbers in these; the rows that `score` set aside beside them are left there.

    Returns
    -------
    DataFrame
        Its index has the file of each row, and the row's place in that, from 0.

    Raises
    ------
    InputError
        If there is no table or no row, an id comes twice, a row is another bundle's, or the dates
        are of more weeks than a pilot lasts; by file and row, never an id.
    """
    files, parts = _list_tables(path), []
    for file in files:
        part = read_rows(file, bundle)
        if (other := (part["bundle"] != bundle.manifest.label).to_numpy()).any():
            row = other.argmax() + 1
            refuse(file, [f"row {row}: not of {bundle.manifest.label}; a pilot is of one bundle"])
        parts.append(part)
    suggestions = pd.concat(parts, keys=files)
    if suggestions.empty:
        raise InputError(f"{path}: no forms; score some first")
    ids = suggestions["record_id"]
    if (again := ids.duplicated()).any():
        place = again.idxmax()
        first = (ids == ids[place]).idxmax()
        raise InputError(f"{_name(place)}: has the id of {_name(first)}; score a form once")
    if "date" in suggestions:
        _check_days(suggestions["date"].dropna())
    return suggestions


def _check_days(days: pd.Series) -> None:
    """One wrong year makes hundreds of weeks without a form, in which every alarm is late."""
    if days.empty:
        return
    monday = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    ends = [days.idxmin(), days.idxmax()]
    if (monday[ends[1]] - monday[ends[0]]).days // 7 >= WEEKS:
        middle = days.median()
        near, far = sorted(ends, key=lambda end: abs(days[end] - middle))
        raise InputError(
            f"{_name(far)}: its date and that of {_name(near)} make a pilot of more than {WEEKS} "
            "weeks; mend the date and score the form anew, or begin a new pilot, in new folders"
        )


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
        labels of a form differ; by file, column and row, never a value.
    """
    if mapping.record_id is None:
        raise InputError(
            f"{path}: labels need a column of ids, and the bundle's mapping has none "
            "(data.file.record_id); train and score with one"
        )
    files = _list_tables(path)
    labels = pd.concat([_read_labels(file, mapping, tasks) for file in files], keys=files)
    by_id = labels.groupby("record_id", sort=False)
    for task in tasks:
        known = labels[labels[task].notna()]
        if (differs := known[task] != by_id[task].transform("first")[known.index]).any():
            place = differs.idxmax()
            first = (known["record_id"] == known["record_id"][place]).idxmax()
            raise InputError(
                f"{_name(place)}: has the id of {_name(first)} and another label in column "
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
        tables = [file for file in named if not file.name.endswith(REFUSED)]
        files = sorted(tables, key=_natural)
        if not files:
            raise InputError(f"{path}: an empty folder; put the tables there")
        return files
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder")
    return [path]


def _natural(file: Path) -> tuple[list[str | int], str]:
    """By which 2.csv comes before 10.csv: text and numbers of the name in turn, then the name."""
    parts = re.split(r"(\d+)", file.name)
    return [int(part) if k % 2 else part for k, part in enumerate(parts)], file.name


def _name(place: tuple[Path, int]) -> str:
    """Of a row of several files one after another, its own file and row."""
    file, row = place
    return f"{file}: row {row + 1}"
