"""The eight invented weeks: as their script makes them, and played through with a small bundle."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from examples.pilot import invent, play
from intake_triage.__main__ import COMMANDS
from intake_triage.errors import InputError
from intake_triage.files import read_json
from intake_triage.records.synthetic import FIELDS
from tests.conftest import make_forms

ROOT = Path(__file__).resolve().parents[2]
WEEKS = ROOT / "examples/pilot"
A_WEEK = 60
TABLES = sorted(path.name for path in WEEKS.glob("*.csv"))


@pytest.fixture(scope="module")
def bundle(build: Callable[..., Path]) -> Path:
    return build("linear", "linear")


@pytest.fixture
def weeks(tmp_path: Path) -> Path:
    """Three weeks of forms of the small clinic; in the last all are of the most urgent tier."""
    table = make_forms(n_records=3 * A_WEEK, seed=5)
    folder = tmp_path / "weeks"
    folder.mkdir()
    for week in range(1, 4):
        forms = table.frame.iloc[A_WEEK * (week - 1) : A_WEEK * week].assign(
            date=f"2026-03-{2 + 7 * (week - 1):02d}"
        )
        labels = forms[["record_id", "urgency", "specialty"]].dropna()
        if week == 3:
            labels["urgency"] = table.schema.urgency[0]
        forms.drop(columns=["urgency", "specialty"]).to_csv(
            folder / f"week_{week}.csv", index=False
        )
        labels.to_csv(folder / f"labels_{week}.csv", index=False)
    return folder


def test_the_tables_in_git_are_those_of_the_script(tmp_path, monkeypatch):
    monkeypatch.setattr(invent, "FOLDER", tmp_path)
    invent.main()
    made = sorted(tmp_path.iterdir())
    assert [path.name for path in made] == TABLES
    assert all(path.read_bytes() == (WEEKS / path.name).read_bytes() for path in made)
    assert sum(path.stat().st_size for path in made) < 300_000


def test_a_week_has_the_columns_of_the_default_clinic_and_no_label():
    wanted = {"record_id", "text", "date", "age_band", *(field.name for field in FIELDS)}
    for week in range(1, invent.WEEKS + 1):
        forms = pd.read_csv(WEEKS / f"week_{week}.csv", dtype="str")
        assert set(forms) == wanted
        assert 80 < len(forms) < 130
        day = pd.to_datetime(forms["date"])
        assert day.dt.isocalendar().week.nunique() == 1


def test_it_drifts_from_the_fifth_week_on_and_not_before():
    for week in range(1, invent.WEEKS + 1):
        forms = pd.read_csv(WEEKS / f"week_{week}.csv", dtype="str")
        at_site = forms.loc[forms["site"] == invent.SITE, invent.FIELD]
        drifts = week >= invent.DRIFTS_FROM
        assert forms["text"].str.contains(invent.ILLNESS).any() == drifts
        assert at_site.isna().all() == drifts


def test_labels_come_late_or_never_and_none_twice():
    forms, labels = (
        pd.concat(pd.read_csv(WEEKS / f"{name}_{k}.csv").assign(week=k) for k in range(1, 9))
        for name in ("week", "labels")
    )
    assert labels["record_id"].is_unique
    both = labels.merge(forms[["record_id", "week"]], on="record_id")
    assert len(both) == len(labels)
    waited = both["week_x"] - both["week_y"]
    assert set(waited) == {0, 1}
    assert 0.9 < len(labels) / len(forms) < 0.98


def test_each_week_is_scored_and_all_so_far_are_watched(bundle, weeks, tmp_path, capfd):
    out = tmp_path / "out"
    play.play(bundle, weeks, out)
    said = capfd.readouterr()
    lines = said.out.splitlines()
    assert said.err == ""
    assert [line.split(",")[0] for line in lines] == [
        f"week {week}: {A_WEEK * week} forms so far" for week in (1, 2, 3)
    ]
    sounds = [read_json(out / f"week_{week}/watch.json")["sounds"] for week in (1, 2, 3)]
    assert sounds[-1], "all urgent forms of the last week were placed too low"
    assert ["alarm: " in line for line in lines] == sounds
    assert "urgent forms placed too low" in lines[-1]
    assert (out / "week_3/watch.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_an_earlier_play_is_not_watched_with_this_one(bundle, weeks, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="is there already"):
        play.play(bundle, weeks, tmp_path / "out")


def test_a_refusal_ends_it_with_what_the_command_told(weeks, tmp_path):
    with pytest.raises(SystemExit, match=r"error: .*is no bundle"):
        play.play(tmp_path / "none", weeks, tmp_path / "out")


def test_the_runbook_names_commands_that_are_there_and_quotes_no_figure():
    """Figures are on docs/pilot-figures.md, which a stage writes."""
    text = (ROOT / "docs/pilot.md").read_text(encoding="utf-8")
    named = set(re.findall(r"intake-triage (\w+) (?:bundle|/)", text))
    assert named == set(COMMANDS)
    assert not re.search(r"\d %|\d\.\d+ ?%", text)
    targets = re.findall(r"make ([a-z-]+)[\s`]", text)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    for link in re.findall(r"\]\(([\w.-]+)\)", text):
        assert (ROOT / "docs" / link).is_file()
