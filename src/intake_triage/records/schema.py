"""What an intake record is made of, whatever source it came from."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pandas as pd

from intake_triage.tasks import TASKS, Task


@dataclass(frozen=True)
class FormField:
    """A structured entry of the form, an input to every system.

    `low` and `high` bound a numeric field, both included; None leaves that side open. `categories`
    are those that train holds, filled in by `prepare`; other values are treated as missing.
    """

    name: str
    kind: Literal["numeric", "categorical"]
    low: float | None = None
    high: float | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordSchema:
    """The columns of a table of records and the classes of its two labels.

    Every table has `record_id` and `text`; `group` and `date` may be absent; `urgency` and
    `specialty` hold class names, None where a record lacks that label.

    Attributes
    ----------
    fields : inputs, each a column of the same name
    urgency : class names, most urgent first (the order is ordinal); empty where the source has no
        such label, as for the next
    specialty : class names
    subgroups : columns for subgroup analysis; an input only if also among `fields`
    """

    fields: tuple[FormField, ...]
    urgency: tuple[str, ...]
    specialty: tuple[str, ...]
    subgroups: tuple[str, ...]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that the source has labels of: both, or one."""
        return tuple(task for task in TASKS if self.classes(task))

    def classes(self, task: Task) -> tuple[str, ...]:
        """The class names of a task, in the order of its logits."""
        return self.urgency if task == "urgency" else self.specialty

    def oracle_columns(self) -> list[str]:
        """The columns of a table of posteriors."""
        numbered = [f"{task}_{k}" for task in TASKS for k in range(len(self.classes(task)))]
        return ["record_id", *numbered]

    def without_oracle(self) -> pd.DataFrame:
        """The table of posteriors of a source whose truth is unknown."""
        return pd.DataFrame(columns=self.oracle_columns())

    def to_dict(self) -> dict[str, Any]:
        """A value that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "RecordSchema":
        """The inverse of `to_dict`, after a round through JSON."""
        fields = [FormField(**f | {"categories": tuple(f["categories"])}) for f in value["fields"]]
        return cls(**{name: tuple(part) for name, part in (value | {"fields": fields}).items()})


@dataclass(frozen=True)
class RecordTable:
    """Records as a source gives them, before checks and split; the caller owns `frame`.

    `oracle` has the columns `record_id, urgency_0 …, specialty_0 …`: each record's exact posterior
    probabilities, classes in the order of `schema`; it has no rows where nobody knows them.
    `source_columns` says what the source calls a column, where it has another name there.
    `reading` is what was found of how a user's file is saved, for `metrics/prepare.json`.
    """

    frame: pd.DataFrame
    schema: RecordSchema
    oracle: pd.DataFrame
    source_columns: dict[str, str] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)
