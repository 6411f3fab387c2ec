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
from intake_triage.release.watch.tables import read_suggestions

LABELS = ["record_id", "urgency", "specialty"]
OTHER_TIER = {"urgency": {"now": "today", "today": "later", "later": "now"}}


def score(bundle: Bundle, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of forms, whose days are those of a pilot of some weeks."""
    days = pd.Timestamp("2026-03-02") + pd.to_timedelta(frame["date"] % 100, "D")
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
            lambda labels: pd.concat([labels, labels[1:2].replace(OTHER_TIER)]),
            "labels.csv: row 2 and another label in column 'urgency'; keep the one that counts",
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
    told = capsys.readouterr().err
    assert f"3.csv: row 1: has the id of {second}: row 1; score a form once" in told
    (pilot / "suggestions/3.csv").unlink()
    text = second.read_text(encoding="utf-8")
    second.write_text(text.replace(bundle.manifest.label, "choice 8"), encoding="utf-8")
    assert watch(bundle, pilot) == 1
    assert f"2.csv: row 1: not of {bundle.manifest.label}" in capsys.readouterr().err
    shutil.rmtree(pilot / "suggestions")
    assert watch(bundle, pilot) == 1
    assert "suggestions: no such file or folder" in capsys.readouterr().err


def test_labels_that_differ_are_named_by_the_file_and_row_of_both(bundle, pilot, capsys):
    labels = pd.read_csv(pilot / "labels.csv", dtype="str")
    (folder := pilot / "parts").mkdir()
    labels.iloc[:50].to_csv(folder / "9.csv", index=False)
    other = labels.iloc[30:90].assign(record_id=labels["record_id"].where(labels.index != 30))
    other.iloc[3:5].replace(OTHER_TIER).to_csv(folder / "10.csv", index=False)
    assert watch(bundle, pilot, "parts") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"error: {folder}/10.csv: row 1: has the id of {folder}/9.csv: row 34 and another label "
        "in column 'urgency'; keep the one that counts"
    )


def redate(path, row, day):
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    table.loc[row, "date"] = day
    table.to_csv(path, index=False)


@pytest.mark.parametrize(
    "day", ["0025-03-09", "1925-03-09", "2016-03-09", "2025-06-01", "2205-03-09"]
)
def test_a_day_that_is_no_pilots_is_named_by_its_file_and_row(bundle, pilot, day, capsys):
    redate(pilot / "suggestions/2.csv", 6, day)
    assert watch(bundle, pilot) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        f"error: {pilot}/suggestions/2.csv: row 7: its date and that of {pilot}/suggestions/"
    )
    assert " make a pilot of more than 52 weeks; mend the date" in line
    assert day not in line
    assert not (pilot / "out").exists()


def test_a_pilot_may_last_all_of_its_weeks(bundle, pilot, capsys):
    first = pd.read_csv(pilot / "suggestions/1.csv")["date"].min()
    monday = pd.Timestamp(first) - pd.Timedelta(days=pd.Timestamp(first).day_of_week)
    redate(pilot / "suggestions/2.csv", 6, f"{monday + pd.Timedelta(days=52 * 7 - 1):%Y-%m-%d}")
    assert watch(bundle, pilot) in (0, 3)
    assert len(json.loads((pilot / "out/watch.json").read_text())["looks"]) == 52
    redate(pilot / "suggestions/2.csv", 6, f"{monday + pd.Timedelta(days=52 * 7):%Y-%m-%d}")
    assert watch(bundle, pilot) == 1
    assert "2.csv: row 7: " in capsys.readouterr().err


def test_a_day_that_no_calendar_has_is_refused(bundle, pilot, capsys):
    redate(pilot / "suggestions/2.csv", 6, "20000-01-01")
    assert watch(bundle, pilot) == 1
    assert "2.csv: not a table that this bundle wrote" in capsys.readouterr().err


def test_tables_are_read_in_the_order_of_the_numbers_in_their_names(bundle, pilot):
    for name in ("1", "2"):
        (pilot / f"suggestions/{name}.csv").rename(pilot / f"suggestions/week_{8 + int(name)}.csv")
    names = ["week_9.csv", "week_10.csv"]
    read = read_suggestions(pilot / "suggestions", bundle)
    files = dict.fromkeys(file.name for file, _ in read.index)
    assert list(files) == names


def test_a_place_that_cannot_be_written_to_is_told_in_a_line(bundle, pilot, capsys):
    words = ["watch", bundle.folder, pilot / "suggestions", pilot / "labels.csv"]
    assert main([*map(str, words), "--out", str(pilot / "labels.csv/out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"error: {pilot}/labels.csv/out: Not a directory; name another file or folder"


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
