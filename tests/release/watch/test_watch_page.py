"""The page for a nurse lead: what it says first, and that it stands alone."""

import json
import re
from datetime import date

import numpy as np
import pytest

from intake_triage.release.watch.forms import as_forms
from intake_triage.release.watch.page import build_page
from intake_triage.release.watch.reference import describe_reference
from intake_triage.release.watch.state import describe_pilot
from intake_triage.release.watch.words import name_alarm, say_figures
from tests.release.watch.conftest import SCHEMA, Truth, make_forms, make_pilot
from tests.report.html_page import parse_page

ABOUT = {"bundle": "choice 7", "use": "silent only", "labels_without_form": 2}


def watch(forms, reference, decision):
    return ABOUT | describe_pilot(forms, reference, SCHEMA, decision)


def read(html: str) -> list[str]:
    """The texts of a page in their order."""
    return [" ".join(text.split()) for text in parse_page(html).texts()]


@pytest.fixture(scope="module")
def drifting(reference, decision):
    frame, labels = make_pilot(1500, seed=8, truth=Truth(missed=0.3))
    frame.loc[(frame["form_site"] == "hill") & (frame.index >= 700), "form_payment"] = None
    labels.loc[(frame["urgency"] == "later") & (frame.index % 2 == 0), "urgency"] = None
    return watch(as_forms(frame, labels, SCHEMA), reference, decision)


def test_a_quiet_pilot_says_so_first(reference, decision):
    watched = watch(make_forms(1000, seed=1), reference, decision)
    assert not watched["sounds"]
    texts = read(build_page(watched, reference))
    assert texts[0] == "No alarm."
    assert "Silent pilot of choice 7" in texts[2]
    # An alarm that late labels took off the page is not forgotten.
    assert any(text.startswith("What has ever sounded counts") for text in texts)


def test_an_alarm_is_said_first_with_since_when_and_at_how_many_forms(drifting, reference):
    assert drifting["sounds"]
    texts = read(build_page(drifting, reference))
    first = next(row for row in drifting["alarms"] if row["status"] == "alarm")
    assert first["path"] == ["decisions", "under_triage"]
    since = date.fromisoformat(first["since"]).strftime("%d %B %Y").lstrip("0")
    assert texts[0] == (
        f"Alarm: urgent forms placed too low, since the week of {since}, "
        f"at {first['forms_then']} forms."
    )
    assert any("site “hill”: payment left empty, since" in text for text in texts)
    assert any("or are new since, such as a new site, are one, “other”" in text for text in texts)


def test_labels_that_depend_on_the_suggestion_are_told_with_what_it_means(drifting, reference):
    text = parse_page(build_page(drifting, reference)).text
    assert "Whether a form has a label depends on what was suggested" in text
    assert "Were they missing at random among forms with the same suggestion" in text
    assert "2 labels are of forms that were not scored" in text


@pytest.mark.parametrize("weeks", [52, 53])
def test_after_a_year_a_new_pilot_is_due(weeks, reference, decision):
    forms = make_forms(12 * weeks, a_week=12)
    text = parse_page(build_page(watch(forms, reference, decision), reference)).text
    assert ("Begin a new one" in text) == (weeks > 52)


def test_the_page_stands_alone_and_is_well_made(drifting, reference):
    html = build_page(drifting, reference)
    page = parse_page(html)
    assert not page.all("script", "link", "img", "iframe")
    assert "http" not in html
    assert len(page.all("h1")) == 1
    assert all(picture.attributes["aria-label"] for picture in page.all("svg"))
    assert not re.search(r"\bnan\b|None|undefined", page.text)


def test_names_of_the_data_are_text_and_nothing_else(reference, decision):
    frame, labels = make_pilot(300)
    nasty = '<b onclick="x">&'
    groups = json.loads(json.dumps(reference).replace('"hill"', json.dumps(nasty)))
    frame["form_site"] = frame["form_site"].replace("hill", nasty)
    html = build_page(watch(as_forms(frame, labels, SCHEMA), groups, decision), groups)
    assert "<b onclick" not in html
    assert "&lt;b onclick" in html


def test_the_state_is_json_and_the_same_again(reference, decision):
    first, again = (
        json.dumps(watch(make_forms(400, seed=9), reference, decision), allow_nan=False)
        for _ in range(2)
    )
    assert first == again


def test_without_dates_and_with_one_task_there_is_a_page(decision):
    frame, labels = make_pilot(250)
    frame = frame.drop(columns=["date", *[name for name in frame if "specialty" in name]])
    labels = labels[["record_id", "urgency"]]
    reference = describe_reference(labels, frame, SCHEMA, decision)
    watched = watch(as_forms(frame, labels, SCHEMA), reference, decision)
    text = parse_page(build_page(watched, reference)).text
    assert "From forms 1 to 100 to forms 201 to 300" in text
    assert "sub-specialty" not in text


@pytest.mark.parametrize(
    ("path", "words", "figures"),
    [
        (["decisions", "urgent_load"], "for each that belongs", ("2.10", "at most 2.00")),
        (["drift", "missing", "age"], "age left empty", ("210.0", "at most 200.0")),
        (
            ["drift", "outputs", "urgency", "semi_urgent", "more"],
            "suggested tier: more semi-urgent",
            ("210.0", "at most 200.0"),
        ),
    ],
)
def test_alarms_and_their_figures_in_words(path, words, figures):
    assert words in name_alarm(path)
    said = say_figures({"path": path, "rate": 2.1, "limit": 2.0, "bound": None})
    assert (said["rate"].split("\u00a0")[0], said["limit"].split("\u00a0")[0]) == figures


def test_a_share_that_falls_is_told_as_the_share():
    row = {"path": ["drift", "inputs", "payment", "public", "less"], "rate": 0.5, "limit": 0.45}
    said = say_figures(row | {"bound": 0.48})
    assert said == {
        "rate": "50.0\u00a0%",
        "limit": "at least 55.0\u00a0%",
        "bound": "below 52.0\u00a0%",
    }
    nurse = ["drift", "outputs", "to_nurse", "no"]
    assert name_alarm([*nurse, "less"]) == "more forms sent to a nurse"
    said = say_figures({"path": [*nurse, "less"], "rate": 0.3, "limit": 0.26, "bound": 0.27})
    assert (said["rate"], said["limit"]) == ("30.0\u00a0%", "at most 26.0\u00a0%")
    assert name_alarm([*nurse, "more"]) == "fewer forms sent to a nurse"


def test_every_alarm_has_words(drifting):
    names = [name_alarm(row["path"]) for row in drifting["alarms"]]
    assert len(set(names)) == len(names)
    assert np.all([name and "_" not in name for name in names])
