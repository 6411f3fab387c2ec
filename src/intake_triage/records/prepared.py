"""What `prepare` writes under `data/`.

`prepared/` is what every later stage reads. Two files are for `compare` alone: the labels of the
test split and the synthetic oracle.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from intake_triage.files import read_json, read_parquet
from intake_triage.layout import Layout
from intake_triage.records.schema import RecordSchema
from intake_triage.tasks import Split, Task

NO_LABEL = -1


@dataclass(frozen=True)
class PreparedRecords:
    """All records with their split; the labels of the test split are not here.

    `frame` has the columns of `RecordSchema`, `split`, and `unit`: the number of the group that
    was kept together by the split. Without groups, records of the same long text are one unit, and
    every other record is a unit by itself (`records.split.find_units`).
    """

    frame: pd.DataFrame
    schema: RecordSchema

    def of_split(self, split: Split) -> "PreparedRecords":
        """The records of one split, in the order of the whole."""
        rows = (self.frame["split"] == split).to_numpy()
        return PreparedRecords(self.frame[rows].reset_index(drop=True), self.schema)

    def labels(self, task: Task) -> np.ndarray:
        """Class indices, int64 of shape (n_records,); `NO_LABEL` where there is none."""
        return encode_labels(self.frame[task], self.schema.classes(task))


def encode_labels(names: pd.Series, classes: tuple[str, ...]) -> np.ndarray:
    """Class names to indices, int64 of the same length; `NO_LABEL` where the name is missing."""
    return pd.Categorical(names, categories=list(classes)).codes.astype(np.int64)


def read_prepared(layout: Layout = Layout()) -> PreparedRecords:
    """Read the records and their schema from `layout.prepared`."""
    frame = read_parquet(layout.prepared / "records.parquet")
    return PreparedRecords(frame, read_schema(layout))


def read_schema(layout: Layout = Layout()) -> RecordSchema:
    """Read the schema alone."""
    return RecordSchema.from_dict(read_json(layout.prepared / "schema.json"))
