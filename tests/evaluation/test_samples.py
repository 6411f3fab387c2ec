"""Test labels are joined by record, and refused where they are not those of the split."""

import numpy as np
import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.evaluation.samples import MISSING, read_test_labels
from intake_triage.records.prepared import PreparedRecords
from intake_triage.records.schema import RecordSchema

SCHEMA = RecordSchema((), ("emergent", "routine"), ("heart", "skin"), ("sex",))
LABELS = pd.DataFrame(
    {
        "record_id": ["c", "a", "b"],
        "urgency": ["routine", "emergent", None],
        "specialty": [None, "heart", "skin"],
    }
)


@pytest.fixture
def split():
    frame = pd.DataFrame(
        {"record_id": ["a", "b", "c"], "unit": [40, 7, 40], "sex": ["female", None, "male"]}
    )
    return PreparedRecords(frame, SCHEMA)


@pytest.fixture
def read(split, tmp_path):
    def write_and_read(labels):
        labels.to_parquet(tmp_path / "labels.parquet")
        return read_test_labels(split, tmp_path / "labels.parquet")

    return write_and_read


def test_labels_follow_the_records(read):
    held_out = read(LABELS)
    assert held_out.record_id.tolist() == ["a", "b", "c"]
    assert held_out.labels["urgency"].tolist() == [0, -1, 1]
    assert held_out.labels["specialty"].tolist() == [0, 1, -1]


def test_units_are_numbered_without_gaps(read):
    held_out = read(LABELS)
    assert held_out.unit.tolist() == [1, 0, 1]
    assert held_out.n_units == 2
    assert held_out.count_units("urgency") == 1
    np.testing.assert_array_equal(held_out.has_label("urgency"), [True, False, True])


def test_a_subgroup_that_a_record_lacks_has_a_name_of_its_own(read):
    assert read(LABELS).subgroups["sex"].tolist() == ["female", MISSING, "male"]


def test_the_labelled_records_keep_their_units(read):
    sample = read(LABELS).labelled("urgency")
    assert sample.rows.tolist() == [0, 2]
    assert sample.labels.tolist() == [0, 1]
    assert sample.unit.tolist() == [1, 1]
    assert sample.n_units == 1
    assert sample.in_groups
    assert not sample.where(np.array([True, False])).in_groups


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS.iloc[:2], "not the records of the test split"),
        (LABELS.replace("c", "d"), "not the records of the test split"),
        (pd.concat([LABELS, LABELS.iloc[:1]]), "not the records of the test split"),
        (LABELS.replace("skin", "lung"), "specialty 'lung' is no class"),
        (LABELS.assign(urgency=None), "no test record has a label for urgency"),
    ],
)
def test_wrong_files_are_refused(read, labels, message):
    with pytest.raises(InputError, match=message):
        read(labels)
