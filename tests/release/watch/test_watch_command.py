"""`intake-triage watch` on a real bundle, from the tables that `score` writes."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from intake_triage.__main__ import main
from intake_triage.release.bundle.load import Bundle, load_bundle
from intake_triage.release.score.files import join_rows, write_rows
from intake_triage.release.score.rows import list_columns, score_forms, to_rows
from intake_triage.release.score.run import refused_beside

LABELS = ["record_id", "urgency", "specialty"]


def score(bundle: Bundle, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of forms, whose days are counted from an invented one."""
    days = pd.Timestamp("2026-03-02") + pd.to_timedelta(frame["date"], "D")
    frame = frame.assign(date=days).reset_index(drop=True)
    return to_rows(bundle, score_forms(bundle, frame), np.full(len(frame), False), {})


@pytest.fixture(scope="module")
def bundle(build) -> Bundle:
    return load_bundle(build("linear", "linear"))


@pytest.fixture
def pilot(bundle, prepared, tmp_path):
    """A folder with suggestions of two weeks' files and labels in the clinic's format."""
    forms = prepared.of_split("train").frame.iloc[:300]
    rows, columns = score(bundle, forms), list_columns(bundle, explained=False)
    for name, part in (("1", rows.iloc[:200]), ("2", rows.iloc[200:])):
        piece = tmp_path / "piece.csv"
        write_rows(piece, part, columns)
        (tmp_path / "suggestions").mkdir(exist_ok=True)
        join_rows(tmp_path / f"suggestions/{name}.csv", [piece], columns)
        piece.unlink()
    labels = forms[LABELS].dropna(subset="urgency")
    labels.to_csv(tmp_path / "labels.csv", index=False)
    return tmp_path


def watch(bundle, pilot, labels="labels.csv"):
    words = ["watch", bundle.folder, pilot / "suggestions", pilot / labels, "--out", pilot / "out"]
    return main([str(word) for word in words])


def test_a_quiet_pilot_exits_0_and_writes_both_files_the_same_each_time(bundle, pilot):
    labels = pd.read_csv(pilot / "labels.csv", dtype="str")
    suggested = pd.concat(map(pd.read_csv, sorted((pilot / "suggestions").iterdir())))
    agreed = suggested[LABELS].astype("str")
    agreed[agreed["record_id"].isin(labels["record_id"])].to_csv(pilot / "agreed.csv", index=False)
    assert watch(bundle, pilot, "agreed.csv") == 0
    first = [(pilot / f"out/watch.{kind}").read_bytes() for kind in ("json", "html")]
    assert watch(bundle, pilot, "agreed.csv") == 0
    assert first == [(pilot / f"out/watch.{kind}").read_bytes() for kind in ("json", "html")]
    watched = json.loads(first[0])
    assert watched["forms"] == 300
    assert watched["labels"]["urgency"]["labelled"] == len(labels)
    assert watched["bundle"] == bundle.manifest.label
    assert not watched["sounds"]


def test_an_alarm_exits_3(bundle, pilot):
    labels = pd.read_csv(pilot / "labels.csv", dtype="str")
    labels["urgency"] = bundle.schema.urgency[0]  # all are of the most urgent tier
    labels.to_csv(pilot / "worse.csv", index=False)
    assert watch(bundle, pilot, "worse.csv") == 3
    assert "Alarm: " in (pilot / "out/watch.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda labels: labels.assign(urgency="soon"),
            "labels.csv: row 1, column 'urgency': no tier",
        ),
        (lambda labels: labels.drop(columns="urgency"), "labels.csv: no column 'urgency'"),
        (
            lambda labels: pd.concat([labels, labels.assign(urgency="now")]),
            "two rows have the same id and different labels in column 'urgency'",
        ),
    ],
)
def test_bad_labels_exit_1_with_a_line_and_nothing_written(bundle, pilot, change, said, capsys):
    change(pd.read_csv(pilot / "labels.csv", dtype="str")).to_csv(pilot / "labels.csv", index=False)
    assert watch(bundle, pilot) == 1
    assert said in capsys.readouterr().err
    assert not (pilot / "out").exists()


def test_bad_suggestions_exit_1_with_a_line(bundle, pilot, capsys):
    second = pilot / "suggestions/2.csv"
    shutil.copy(second, pilot / "suggestions/3.csv")
    assert watch(bundle, pilot) == 1
    assert "row 301: the id of a row before it; score a form once" in capsys.readouterr().err
    (pilot / "suggestions/3.csv").unlink()
    text = second.read_text(encoding="utf-8")
    second.write_text(text.replace(bundle.manifest.label, "choice 8"), encoding="utf-8")
    assert watch(bundle, pilot) == 1
    assert f"2.csv: row 1: not of {bundle.manifest.label}" in capsys.readouterr().err
    shutil.rmtree(pilot / "suggestions")
    assert watch(bundle, pilot) == 1
    assert "suggestions: no such file or folder" in capsys.readouterr().err


def test_labels_may_come_in_several_tables_and_rows(bundle, pilot):
    labels = pd.read_csv(pilot / "labels.csv", dtype="str")
    (pilot / "parts").mkdir()
    labels[["record_id", "urgency"]].assign(specialty="").to_csv(pilot / "parts/a.csv", index=False)
    labels.assign(urgency="").to_csv(pilot / "parts/b.csv", index=False)
    watch(bundle, pilot)
    whole = (pilot / "out/watch.json").read_bytes()
    watch(bundle, pilot, "parts")
    assert whole == (pilot / "out/watch.json").read_bytes()


def test_rows_that_score_set_aside_may_lie_beside_the_suggestions(bundle, pilot):
    watch(bundle, pilot)
    alone = (pilot / "out/watch.json").read_bytes()
    refused_beside(pilot / "suggestions/2.csv").write_text("row,reason\n7,no text\n")
    watch(bundle, pilot)
    assert alone == (pilot / "out/watch.json").read_bytes()


def test_a_sub_specialty_that_the_bundle_lacks_counts_as_sent_elsewhere(bundle, pilot):
    labels = pd.read_csv(pilot / "labels.csv", dtype="str")
    labels["specialty"] = "eyes"
    labels.to_csv(pilot / "eyes.csv", index=False)
    assert watch(bundle, pilot, "eyes.csv") == 3
    watched = json.loads((pilot / "out/watch.json").read_text())
    assert watched["labels"]["specialty"]["not_known"] == len(labels)
    rates = {row["path"][-1]: row["rate"] for row in watched["alarms"][:6]}
    assert rates["misrouted"] == 1


def test_the_plan_of_a_bundle_is_printed(bundle, capsys):
    assert main(["plan", str(bundle.folder), "--forms-a-week", "50"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("50 labelled forms a week, 52 weeks, ")
    assert "Any alarm sounds falsely within a year in" in said
    assert main(["plan", str(bundle.folder), "--forms-a-week", "0"]) == 1


def test_a_bundle_that_was_changed_is_refused(bundle, pilot, capsys):
    changed = pilot / "bundle"
    shutil.copytree(bundle.folder, changed)
    path = changed / "reference.json"
    path.write_bytes(path.read_bytes().replace(b'"forms"', b'"form"', 1))
    assert watch(replace(bundle, folder=changed), pilot) == 1
    assert "reference.json: not as it was made" in capsys.readouterr().err
