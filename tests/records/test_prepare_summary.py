"""metrics/prepare.json: what went where, and nothing that tells of a few people."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from intake_triage.records.prepare import SplitRecords
from intake_triage.records.schema import RecordSchema
from intake_triage.records.summary import (
    list_remarks,
    remark_on_cut,
    summarize,
    summarize_cut,
)
from intake_triage.records.tokenizer import TextLengths
from intake_triage.tasks import SPLITS, TASKS

SCHEMA = RecordSchema((), ("now", "soon", "later"), ("skin", "heart"), ())
PEOPLE, MADE_UP = {"smallest_shown": 11}, {"smallest_shown": 0}
SIZES = {"train": 300, "valid": 50, "calibrate": 74, "test": 76}


@pytest.fixture
def records(rng) -> SplitRecords:
    """Five hundred records of half as many patients; few of valid are urgent, and none of test."""
    split = np.repeat(list(SIZES), list(SIZES.values()))
    urgency = pd.Series(rng.choice(SCHEMA.urgency, 500, p=[0.2, 0.3, 0.5]), dtype="str")
    urgency[split == "test"] = "later"
    urgency[split == "valid"] = ["now"] * 4 + ["soon"] * 16 + ["later"] * 30
    frame = pd.DataFrame(
        {
            "record_id": [f"r{i}" for i in range(500)],
            "text": [f"sore knee {i}" for i in range(500)],
            "unit": np.arange(500) // 2,
            "split": split,
            "urgency": urgency,
            "specialty": pd.Series(rng.choice(SCHEMA.specialty, 500), dtype="str"),
        }
    )
    return SplitRecords(frame, SCHEMA, pd.DataFrame(), {}, n_read=500)


def test_records_and_units_are_counted_by_split(records):
    summary = summarize(records, **PEOPLE)
    assert summary["records"] == SIZES
    units = records.frame.groupby("split")["unit"].nunique()
    assert summary["units"] == {split: units[split] for split in SPLITS}
    assert json.loads(json.dumps(summary)) == summary


def test_label_shares_are_those_of_each_split(split_forms):
    summary = summarize(split_forms, **PEOPLE)
    for task in TASKS:
        for split in SPLITS:
            labels = split_forms.frame[task][split_forms.frame["split"] == split]
            shown = {name: of[split] for name, of in summary["label_shares"][task].items()}
            for name, share in shown.items():
                if share is not None:
                    assert share == pytest.approx((labels == name).mean(), abs=1e-4)
            missing = summary["missing_label_share"][task][split]
            if missing is not None:
                assert missing == pytest.approx(labels.isna().mean(), abs=1e-4)
    assert summary["label_shares"]["urgency"]["later"]["train"] > 0.4


def test_a_small_count_is_hidden_together_with_another(records):
    shares = summarize(records, **PEOPLE)["label_shares"]["urgency"]
    assert [shares[name]["valid"] for name in SCHEMA.urgency] == [None, None, 0.6]
    assert [shares[name]["test"] for name in SCHEMA.urgency] == [0, 0, 1]
    assert None not in [shares[name]["train"] for name in SCHEMA.urgency]


@pytest.mark.parametrize("seed", range(30))
def test_no_count_below_11_can_be_worked_out(records, seed):
    rng = np.random.default_rng(seed)
    drawn = rng.choice([*SCHEMA.urgency, None], 500, p=rng.dirichlet([0.3] * 4))
    frame = records.frame.assign(urgency=pd.Series(drawn, dtype="str"))
    summary = summarize(replace(records, frame=frame), **PEOPLE)
    for split, size in SIZES.items():
        shares = [of[split] for of in summary["label_shares"]["urgency"].values()]
        shares.append(summary["missing_label_share"]["urgency"][split])
        shown = [round(share * size) for share in shares if share is not None]
        assert all(count == 0 or count >= 11 for count in shown)
        left = size - sum(shown)
        assert left == 0 or left >= 11
        assert (len(shares) - len(shown)) != 1


def test_counts_of_few_and_of_all_but_few_are_hidden(records):
    found = {"phone": 4, "email": 11, "url": 495, "date": 500, "ssn": 0}
    shown = {
        "phone": "under 11",
        "email": 11,
        "url": "all but under 11",
        "date": 500,
        "ssn": 0,
    }
    reading = {"format": "CSV", "missing_marks": {f"col {kind}": n for kind, n in found.items()}}
    summary = summarize(replace(records, identifiers=found, reading=reading), **PEOPLE)
    assert summary["records_with_redacted_identifiers"] == shown
    assert summary["reading"]["format"] == "CSV"
    assert summary["reading"]["missing_marks"] == {f"col {kind}": n for kind, n in shown.items()}
    assert reading["missing_marks"]["col phone"] == 4


def test_a_small_split_has_no_count(records):
    of_few = records.frame["split"].where(records.frame.index < 493, "train")
    frame = records.frame.assign(split=of_few.where(records.frame.index != 0, "test"))
    frame = frame[(frame["split"] != "valid") | (frame.index % 10 == 0)]
    summary = summarize(replace(records, frame=frame), **PEOPLE)
    assert summary["records"]["valid"] == "under 11"
    assert summary["units"]["valid"] == "under 11"


def test_of_made_up_forms_every_count_is_shown(records):
    of_few = records.frame["split"].where(records.frame.index < 493, "train")
    text = records.frame["text"].where(records.frame.index != 493 - 1, "sore knee 0")
    found = {"phone": 4, "url": 495, "ssn": 0}
    made_up = replace(
        records, frame=records.frame.assign(split=of_few, text=text), identifiers=found
    )
    summary, hidden = summarize(made_up, **MADE_UP), summarize(made_up, **PEOPLE)
    assert summary["records_with_redacted_identifiers"] == found
    assert summary["test_text_seen_in_train_share"] == pytest.approx(1 / 69, abs=1e-4)
    assert hidden["test_text_seen_in_train_share"] is None
    shares = summary["label_shares"]["urgency"]
    assert [shares[name]["valid"] for name in SCHEMA.urgency] == [0.08, 0.32, 0.6]
    assert "null" in json.dumps(hidden)
    assert "null" not in json.dumps(summary)
    assert "under" not in json.dumps(summary)
    only = records.frame[(of_few != "valid") | (records.frame.index % 10 == 0)]
    assert summarize(replace(records, frame=only), **MADE_UP)["records"]["valid"] == 5


def test_what_there_is_none_of_is_not_mentioned(split_forms):
    assert (
        not {"absent_classes", "dropped_classes", "reading"}
        & summarize(split_forms, **PEOPLE).keys()
    )
    assert list_remarks(summarize(split_forms, **PEOPLE)) == []


def test_a_split_of_less_than_half_its_size_merges_and_marks_are_said(split_forms):
    summary = summarize(split_forms, **PEOPLE)
    summary["records"] = {"train": 900, "valid": 40, "calibrate": 100, "test": "under 11"}
    merged = {"urgency": {"resus": "now"}}
    summary["reading"] = {"missing_marks": {"Dept": "under 11", "pain": 60}, "merged": merged}
    assert list_remarks(summary) == [
        "valid got 40 of 1051 records, 10% were meant: the groups are too unlike in size",
        "test got under 11 of 1051 records, 15% were meant: the groups are too unlike in size",
        "cells that say that nothing was entered (data.file.missing): 'Dept' under 11, 'pain' 60",
        "merged: urgency 'resus' into 'now'",
    ]


def test_absent_and_dropped_classes_are_named(records):
    summary = summarize(
        replace(records, dropped_classes={"specialty": ["bones", "eyes"]}), **PEOPLE
    )
    assert summary["absent_classes"] == {"test": {"urgency": ["now", "soon"]}}
    assert summary["dropped_classes"] == {"specialty": ["bones", "eyes"]}
    assert list_remarks(summary) == [
        "left out, too few records have it: specialty 'bones', 'eyes'",
        "no record in test has urgency 'now', 'soon': the figures of test lack it",
    ]


def test_it_is_said_whether_names_were_looked_for_in_a_users_file(records):
    assert "names_and_places" not in summarize(records, **PEOPLE)
    summary = summarize(replace(records, names_and_places="not looked for"), **PEOPLE)
    assert summary["names_and_places"] == "not looked for"
    assert "names and places: not looked for" in list_remarks(summary)


def test_a_task_that_the_source_does_not_have_is_left_out(records):
    frame = records.frame.assign(specialty=pd.Series(pd.NA, dtype="str"))
    schema = RecordSchema((), SCHEMA.urgency, (), ())
    summary = summarize(replace(records, frame=frame, schema=schema), **PEOPLE)
    assert list(summary["label_shares"]) == list(summary["missing_label_share"]) == ["urgency"]
    assert list(summary["absent_classes"]["test"]) == ["urgency"]


def test_texts_of_test_that_train_holds_are_counted(records):
    assert summarize(records, **PEOPLE)["test_text_seen_in_train_share"] == 0
    same = records.frame.assign(text="Sore  knee")
    assert summarize(replace(records, frame=same), **PEOPLE)["test_text_seen_in_train_share"] == 1
    test = records.frame.index[records.frame["split"] == "test"]
    for n, share in ((38, 0.5), (5, None), (70, None)):
        text = records.frame["text"].copy()
        text[test[:n]] = "SORE KNEE 0"
        seen = summarize(replace(records, frame=records.frame.assign(text=text)), **PEOPLE)
        assert seen["test_text_seen_in_train_share"] == share


def test_what_is_cut_of_texts_is_shared_out_over_texts_and_pieces():
    cut = np.repeat([0, 40], [700, 300])
    lengths = TextLengths(max_tokens=61, pieces=np.full(1000, 60) + cut, cut=cut)
    assert summarize_cut(lengths, **PEOPLE) == {
        "max_tokens": 61,
        "cut_share": 0.3,
        "pieces_cut_share": round(300 * 40 / (1000 * 60 + 300 * 40), 4),
    }
    (remark,) = remark_on_cut(lengths)
    assert remark.startswith("30.0% of the texts have more than 61 tokens")
    assert "16.7% of all word pieces (tokenizer.max_tokens in params.yaml)" in remark


@pytest.mark.parametrize(("n_cut", "share", "told"), [(0, 0, 0), (4, None, 0), (8, None, 1)])
def test_few_cut_texts_have_no_share_and_a_hundredth_of_them_is_not_told(n_cut, share, told):
    cut = np.repeat([0, 3], [500 - n_cut, n_cut])
    lengths = TextLengths(max_tokens=9, pieces=np.full(500, 8) + cut, cut=cut)
    assert summarize_cut(lengths, **PEOPLE)["cut_share"] == share
    assert summarize_cut(lengths, **MADE_UP)["cut_share"] == round(n_cut / 500, 4)
    assert len(remark_on_cut(lengths)) == told
