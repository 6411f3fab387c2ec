"""Labels are joined by record, and refused where they are not those of the split."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.evaluation.samples import MISSING, label_split, read_test_split
from intake_triage.layout import Layout
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
def records():
    frame = pd.DataFrame(
        {"record_id": ["a", "b", "c"], "unit": [40, 7, 40], "sex": ["female", None, "male"]}
    )
    return PreparedRecords(frame, SCHEMA)


@pytest.fixture
def read(records, tmp_path):
    def write_and_read(labels):
        layout = Layout(tmp_path)
        layout.test_labels.parent.mkdir()
        labels.to_parquet(layout.test_labels)
        return read_test_split(records, resamples=20, smallest_shown=2, layout=layout)

    return write_and_read


def test_labels_follow_the_records(read):
    split = read(LABELS)
    assert split.record_id.tolist() == ["a", "b", "c"]
    assert split.labels["urgency"].tolist() == [0, -1, 1]
    assert split.labels["specialty"].tolist() == [0, 1, -1]
    assert split.has_both().tolist() == [True, False, False]


def test_units_are_numbered_without_gaps_and_weighted(read):
    split = read(LABELS)
    assert split.unit.tolist() == [1, 0, 1]
    assert split.n_units == 2
    assert split.weights.shape == (21, 2)


def test_a_subgroup_that_a_record_lacks_has_a_name_of_its_own(read):
    assert read(LABELS).subgroups["sex"].tolist() == ["female", MISSING, "male"]


def test_the_labelled_records_keep_their_units(read):
    sample = read(LABELS).sample("urgency")
    assert sample.rows.tolist() == [0, 2]
    assert sample.labels.tolist() == [0, 1]
    assert sample.unit.tolist() == [1, 1]
    assert sample.n_units == 1
    assert sample.in_groups


def test_a_part_keeps_the_weights_of_its_units(read):
    split = read(LABELS)
    part = split.where(np.array([True, False, False]))
    assert part.record_id.tolist() == ["a"]
    np.testing.assert_array_equal(part.weights, split.weights[:, 1:])
    sample = part.sample("urgency")
    assert not sample.in_groups
    np.testing.assert_array_equal(sample.mean(np.array([7.0]))[split.weights[:, 1] > 0], 7)


def test_a_split_with_its_own_labels_is_labelled_the_same(records, read):
    own = records.frame.merge(LABELS, on="record_id")
    labelled = label_split(PreparedRecords(own, SCHEMA), resamples=20, smallest_shown=2)
    for task, labels in read(LABELS).labels.items():
        np.testing.assert_array_equal(labelled.labels[task], labels)


def test_what_may_be_shown_goes_with_the_records_and_their_parts(records, read):
    split = read(LABELS)
    part = split.where(np.array([True, False, True]))
    own = PreparedRecords(records.frame.merge(LABELS, on="record_id"), SCHEMA)
    calibrate = label_split(own, resamples=20, smallest_shown=2)
    assert {each.smallest_shown for each in (split, part, calibrate)} == {2}
    assert part.sample("urgency").smallest_shown == 2


@pytest.mark.parametrize(("smallest_shown", "shown"), [(0, [0, 1]), (1, [0, 1]), (2, [1]), (3, [])])
def test_a_class_is_shown_on_its_own_where_enough_have_it(read, smallest_shown, shown):
    """One record has heart, and of the three classes nobody has the last."""
    labels = {"specialty": np.array([0, 1, 1])}
    classes = {"specialty": ("heart", "skin", "bones")}
    split = replace(read(LABELS), labels=labels, classes=classes, smallest_shown=smallest_shown)
    assert list(split.classes_to_show("specialty")) == shown


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
