"""What a bundle suggested and what staff decided later, joined and put into looks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.records.schema import RecordSchema
from intake_triage.tasks import Task

MISSING = "missing"  # stands for the group of a form that has no entry there
NO_LABEL = -1
FORMS_A_LOOK = 100  # where forms have no date


@dataclass(frozen=True)
class Forms:
    """The forms of a pilot in their order.

    Attributes
    ----------
    look : int array of shape (n_forms,)
        The week that a form came in, from 0; not falling.
    looks : list of str
        The Monday of each week; without dates, the forms of each hundred.
    suggested : by task, int arrays of shape (n_forms,)
        Class indices.
    chances : by task, float arrays of shape (n_forms, n_classes)
    labels : by task, int arrays of shape (n_forms,)
        `NO_LABEL` where there is none yet, n_classes where it is a class that the bundle lacks.
    inputs : by field, columns of n_forms entries
        Numbers or str, NA where the field was left empty.
    groups : by subgroup, str columns of n_forms entries
        `MISSING` where there is no value.
    outputs : by name, columns of n_forms entries
        urgency, specialty, p_missed_urgent, to_nurse, of what the bundle serves.
    unknown_words : float array of shape (n_forms,)
        Share of the text's words.
    """

    look: np.ndarray
    looks: list[str]
    suggested: Mapping[Task, np.ndarray]
    chances: Mapping[Task, np.ndarray]
    labels: Mapping[Task, np.ndarray]
    inputs: Mapping[str, pd.Series]
    groups: Mapping[str, pd.Series]
    outputs: Mapping[str, pd.Series]
    unknown_words: np.ndarray

    @property
    def n_forms(self) -> int:
        return len(self.look)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Those that the bundle serves."""
        return tuple(self.suggested)

    def has_label(self, task: Task) -> np.ndarray:
        """Which forms staff have decided on, bool of shape (n_forms,)."""
        return self.labels[task] != NO_LABEL

    def labelled_as(self, labels: Mapping[Task, np.ndarray]) -> "Forms":
        """The same with labels."""
        return replace(self, labels=labels)


def as_forms(suggestions: pd.DataFrame, labels: pd.DataFrame, schema: RecordSchema) -> Forms:
    """Join the table that `score` writes with labels, by `record_id`; the order is that of dates.

    Parameters
    ----------
    suggestions : DataFrame
        The columns of `score`; read from a text file, all may be str.
    labels : DataFrame
        `record_id`, and a task each a column of class names, NA where there is none; a name of
        no class of the schema is of one that the bundle lacks.

    Raises
    ------
    InputError
        If a column is missing, or an entry cannot be what its column is for; by column and row.
    """
    dates = _dates(suggestions)
    rows = suggestions.assign(date=dates, row=range(1, len(suggestions) + 1))
    rows = rows.sort_values("date", kind="stable").reset_index(drop=True)
    look, looks = _looks(rows["date"])
    tasks = [task for task in schema.tasks if task in rows.columns]
    known = labels.set_index("record_id").reindex(rows["record_id"])
    return Forms(
        look=look,
        looks=looks,
        suggested={task: _classes(rows, task, schema.classes(task)) for task in tasks},
        chances={
            task: np.column_stack(
                [_numbers(rows, f"{task}_p_{name}") for name in schema.classes(task)]
            )
            for task in tasks
        },
        labels={task: _labels(known[task], schema.classes(task)) for task in tasks},
        inputs={
            field.name: pd.Series(_numbers(rows, f"form_{field.name}"))
            if field.kind == "numeric"
            else _column(rows, f"form_{field.name}")
            for field in schema.fields
        },
        groups={name: _column(rows, f"form_{name}").fillna(MISSING) for name in schema.subgroups},
        outputs=_outputs(rows, tasks),
        unknown_words=_numbers(rows, "unknown_words"),
    )


def _outputs(rows: pd.DataFrame, tasks: list[Task]) -> dict[str, pd.Series]:
    outputs: dict[str, pd.Series] = {task: rows[task] for task in tasks}
    if "urgency" in tasks:
        outputs["p_missed_urgent"] = pd.Series(_numbers(rows, "p_missed_urgent"))
    outputs["to_nurse"] = _column(rows, "to_nurse").astype(str).str.lower()
    return outputs


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    if name not in rows:
        raise InputError(f"no column '{name}'; give the table that `intake-triage score` wrote")
    return rows[name].astype(object).where(rows[name].notna(), None)


def _numbers(rows: pd.DataFrame, name: str) -> np.ndarray:
    numbers = pd.to_numeric(_column(rows, name), errors="coerce")
    if (bad := (numbers.isna() & rows[name].notna()).to_numpy()).any():
        raise InputError(
            f"row {bad.argmax() + 1}, column '{name}': no number; score the forms anew"
        )
    return numbers.to_numpy(float)


def _classes(rows: pd.DataFrame, task: Task, classes: tuple[str, ...]) -> np.ndarray:
    codes = pd.Categorical(rows[task], categories=list(classes)).codes.astype(int)
    if (codes < 0).any():
        raise InputError(
            f"row {rows['row'][(codes < 0).argmax()]}, column '{task}': no class of this bundle; "
            "give the suggestions of this bundle alone"
        )
    return codes


def _labels(names: pd.Series, classes: tuple[str, ...]) -> np.ndarray:
    codes = pd.Categorical(names, categories=list(classes)).codes.astype(int)
    return np.where((codes < 0) & names.notna().to_numpy(), len(classes), codes)


def _dates(suggestions: pd.DataFrame) -> pd.Series:
    """Days; a form without one has that of the form before it. Without dates at all, NaT."""
    if "date" not in suggestions or suggestions["date"].isna().all():
        return pd.Series(pd.NaT, index=suggestions.index)
    dates = pd.to_datetime(suggestions["date"], format="ISO8601", errors="coerce")
    if (bad := (dates.isna() & suggestions["date"].notna()).to_numpy()).any():
        raise InputError(f"row {bad.argmax() + 1}, column 'date': no day such as 2024-05-31")
    return dates.dt.normalize().ffill().bfill()


def _looks(dates: pd.Series) -> tuple[np.ndarray, list[str]]:
    if dates.isna().all():
        look = np.arange(len(dates)) // FORMS_A_LOOK
        first = 1 + FORMS_A_LOOK * np.arange(look[-1] + 1)
        return look, [f"forms {n} to {n + FORMS_A_LOOK - 1}" for n in first]
    monday = dates - pd.to_timedelta(dates.dt.weekday, unit="D")
    look = ((monday - monday.iloc[0]).dt.days // 7).to_numpy()
    weeks = pd.date_range(monday.iloc[0], periods=look[-1] + 1, freq="7D")
    return look, [f"{week:%Y-%m-%d}" for week in weeks]
