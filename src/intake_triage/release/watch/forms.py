"""What a bundle suggested and what staff decided later, joined and put into looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.evaluation.samples import MISSING
from intake_triage.records.prepared import NO_LABEL, encode_labels
from intake_triage.records.schema import RecordSchema
from intake_triage.tasks import Task

FORMS_A_LOOK = 100  # where forms have no date


@dataclass(frozen=True)
class Forms:
    """The forms of a pilot in their order.

    Attributes
    ----------
    look : int array of shape (n_forms,)
        The week that a form came in, from 0; not falling.
    look_is : str
        week, or hundred (forms) where forms have no date.
    looks : list of str
        The Monday of each week, or the first and last form of each hundred.
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
    look_is: Literal["week", "hundred"]
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


def as_forms(suggestions: pd.DataFrame, labels: pd.DataFrame, schema: RecordSchema) -> Forms:
    """Join suggestions with labels by `record_id`, in the order of dates, then of the table.

    Parameters
    ----------
    suggestions : DataFrame
        The rows that `score` makes of forms; at least one.
    labels : DataFrame
        `record_id`, and by task a column of class names, NA where there is none; a name of no
        class of the schema is of one that the bundle lacks.

    Raises
    ------
    InputError
        If a suggestion is no class of the schema; by row and column.
    """
    rows = suggestions.reset_index(drop=True)
    tasks = [task for task in schema.tasks if task in rows]
    for task in tasks:
        if (strange := ~rows[task].isin(schema.classes(task)).to_numpy()).any():
            raise InputError(
                f"row {strange.argmax() + 1}, column '{task}': no class of this bundle; "
                "score the forms anew"
            )
    # A form without a date counts as of the day of the form before it.
    days = rows["date"].ffill().bfill() if "date" in rows else pd.Series(pd.NaT, rows.index)
    rows = rows.assign(date=days).sort_values("date", kind="stable").reset_index(drop=True)
    has_days = bool(rows["date"].notna().all())
    look, looks = _find_weeks(rows["date"]) if has_days else _find_hundreds(len(rows))
    known = labels.set_index("record_id").reindex(rows["record_id"])
    outputs = [*tasks, *(["p_missed_urgent"] if "urgency" in tasks else [])]
    return Forms(
        look=look,
        look_is="week" if has_days else "hundred",
        looks=looks,
        suggested={task: encode_labels(rows[task], schema.classes(task)) for task in tasks},
        chances={
            task: rows[[f"{task}_p_{name}" for name in schema.classes(task)]].to_numpy(float)
            for task in tasks
        },
        labels={task: _labels(known[task], schema.classes(task)) for task in tasks},
        inputs={field.name: rows[f"form_{field.name}"] for field in schema.fields},
        groups={name: rows[f"form_{name}"].fillna(MISSING) for name in schema.subgroups},
        outputs={name: rows[name] for name in outputs}
        | {"to_nurse": rows["to_nurse"].map({True: "yes", False: "no"})},
        unknown_words=rows["unknown_words"].to_numpy(float),
    )


def _labels(names: pd.Series, classes: tuple[str, ...]) -> np.ndarray:
    known = names.isin(classes)
    codes = encode_labels(names.where(known), classes)
    return np.where(names.notna() & ~known, len(classes), codes)


def _find_weeks(days: pd.Series) -> tuple[np.ndarray, list[str]]:
    monday = days.dt.normalize() - pd.to_timedelta(days.dt.day_of_week, unit="D")
    look = ((monday - monday.iloc[0]).dt.days // 7).to_numpy()
    weeks = pd.date_range(monday.iloc[0], periods=look[-1] + 1, freq="7D")
    return look, [f"{week:%Y-%m-%d}" for week in weeks]


def _find_hundreds(n_forms: int) -> tuple[np.ndarray, list[str]]:
    look = np.arange(n_forms) // FORMS_A_LOOK
    first = 1 + FORMS_A_LOOK * np.arange(look[-1] + 1)
    return look, [f"forms {n} to {n + FORMS_A_LOOK - 1}" for n in first]
