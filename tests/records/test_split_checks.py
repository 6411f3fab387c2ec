"""A split that nothing could be learned from or judged on is refused, with what to do."""

import numpy as np
import pandas as pd
import pytest

from intake_triage.errors import InputError
from intake_triage.params import DataParams
from intake_triage.records.schema import RecordSchema
from intake_triage.records.split import split_records
from intake_triage.records.split_checks import check_folds, check_split

SCHEMA = RecordSchema((), ("now", "later"), ("skin", "heart"), ())


@pytest.fixture
def own_table(params) -> DataParams:
    return params.data.model_copy(update={"source": "file", "path": "forms.csv"})


def make_split(sizes: list[int], *, by: str = "random") -> pd.DataFrame:
    """Records in groups of these sizes, the labels in turn, split."""
    units = np.repeat(np.arange(len(sizes)), sizes)
    turn = np.arange(len(units))
    frame = pd.DataFrame(
        {
            "urgency": np.array(SCHEMA.urgency)[turn % 2],
            "specialty": np.array(SCHEMA.specialty)[turn // 2 % 2],
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(units, "D"),
            "unit": units,
        }
    )
    return frame.assign(split=split_records(frame, units, by=by, seed=0))


def refusal(frame: pd.DataFrame, params: DataParams) -> str:
    with pytest.raises(InputError) as refused:
        check_split(frame, SCHEMA, params)
    return str(refused.value)


def test_three_sites_are_too_few_and_the_empty_splits_are_named(own_table):
    assert refusal(make_split([50, 30, 20]), own_table) == (
        "forms.csv: 3 groups are too few to split, or too unlike in size: train got 1, valid got 0,"
        " calibrate got 1, test got 1; 20 or more are needed, and the largest holds 50 % of the"
        " records; name another column in data.file.group in params.yaml, or null"
    )


@pytest.mark.parametrize("by", ["random", "date"])
@pytest.mark.parametrize("place", [0, 7])
def test_twenty_groups_are_enough_and_fewer_are_not(own_table, by, place):
    sizes = [4] * 20
    check_split(make_split(sizes, by=by), SCHEMA, own_table)
    sizes[place] = 16  # 17 % of the records
    check_split(make_split(sizes, by=by), SCHEMA, own_table)
    refused = refusal(make_split([4] * 19, by=by), own_table)
    assert refused.startswith("forms.csv: 19 groups are too few")
    assert "holds" not in refused


def test_a_group_that_leaves_calibrate_a_single_one_is_told_by_its_share(own_table):
    refused = refusal(make_split([4] * 19 + [400], by="date"), own_table)
    assert (
        "calibrate got 1, test got 1; 20 or more are needed, and the largest holds 84 %" in refused
    )


def test_forms_that_stand_alone_are_too_few_without_more_of_them(own_table):
    alone = own_table.model_copy(update={"file": own_table.file.model_copy(update={"group": None})})
    assert refusal(make_split([4] * 10), alone).endswith("; add forms")
    made_up = own_table.model_copy(update={"source": "synthetic"})
    assert refusal(make_split([4] * 10), made_up).endswith("raise data.n_records in params.yaml")


def test_every_class_that_too_few_groups_hold_is_named(own_table):
    frame = make_split([4] * 100)
    first = frame[frame["split"] == "calibrate"]["unit"].unique()[0]
    held_once = frame["split"].isin(["train", "valid", "test"]) | (frame["unit"] == first)
    frame.loc[(frame["urgency"] == "now") & ~held_once, "urgency"] = "later"
    frame.loc[(frame["specialty"] == "skin") & (frame["split"] == "train"), "specialty"] = "heart"
    assert refusal(frame, own_table).splitlines() == [
        "forms.csv: urgency 'now': 86 groups hold it, of which 1 came to calibrate, where 2 must;"
        " 20 or more should hold a class; merge it with another"
        " (data.file.merge.urgency in params.yaml); or name another column in data.file.group, or"
        " null",
        "forms.csv: specialty 'skin': 40 groups hold it, of which 0 came to train, where 1 must;"
        " 20 or more should hold a class; merge it with another"
        " (data.file.merge.specialty in params.yaml); or name another column in data.file.group,"
        " or null",
    ]


@pytest.mark.parametrize("split", ["valid", "test"])
def test_a_class_may_be_absent_from_valid_or_test(own_table, split):
    frame = make_split([4] * 100)
    frame.loc[(frame["urgency"] == "now") & (frame["split"] == split), "urgency"] = "later"
    check_split(frame, SCHEMA, own_table)


@pytest.mark.parametrize(("split", "use"), [("valid", "stopped by"), ("test", "judged on")])
@pytest.mark.parametrize("by", ["random", "date"])
def test_a_label_that_no_record_of_valid_or_test_has_is_refused(own_table, split, use, by):
    frame = make_split([1] * 100)
    frame.loc[frame["split"] == split, "specialty"] = None
    by_date = own_table.model_copy(update={"split": own_table.split.model_copy(update={"by": by})})
    line = refusal(frame, by_date)
    assert f"no record in {split} has a label of specialty" in line
    assert use in line
    assert line.endswith("set data.split.by to random") == (by == "date")


def test_a_task_that_the_source_does_not_have_is_skipped(own_table):
    frame = make_split([4] * 100).assign(specialty=pd.Series(pd.NA, dtype="str"))
    schema = RecordSchema((), SCHEMA.urgency, (), ())
    check_split(frame, schema, own_table)
    check_folds(frame, schema, own_table, n_folds=5)


def test_calibrate_must_hold_a_group_for_each_fold(own_table):
    frame = make_split([4] * 40)  # 6 groups in calibrate
    check_folds(frame, SCHEMA, own_table, n_folds=6)
    with pytest.raises(InputError, match=r"calibrate\.folds: got 7, but the .* has 6 groups"):
        check_folds(frame, SCHEMA, own_table, n_folds=7)


def test_labels_of_a_task_must_lie_in_three_folds(own_table):
    """Folds spread what there is: of so many groups with a label, each is in one of its own."""
    frame = make_split([4] * 100)
    calibrate = frame["split"] == "calibrate"
    units = frame.loc[calibrate, "unit"].unique()
    for held, passes in ((3, True), (2, False)):
        few = frame.assign(
            specialty=frame["specialty"].where(~calibrate | frame["unit"].isin(units[:held]))
        )
        if passes:
            check_folds(few, SCHEMA, own_table, n_folds=5)
            continue
        with pytest.raises(InputError, match=r"any label of specialty: .* in 2 of 5 folds, and 3"):
            check_folds(few, SCHEMA, own_table, n_folds=5)
