"""The brief's tables of the pilot: what it takes, what it can show, what a nurse spares."""

from dataclasses import replace

import pytest
from recommendations import (
    LOWEST_NOT_SHOWN,
    VETOED,
    missed,
    recommending,
    with_figures,
    without_groups,
)

from intake_triage.report.pages.pilot_tables import alarm_table, nurse_table, step_table
from intake_triage.report.pages.run import Run


def test_what_a_pilot_takes_is_told_step_by_step(run):
    given = recommending(run, LOWEST_NOT_SHOWN)
    met = run.metrics["pilot"]["alarms"]["under_triage"]["met"]
    in_all, checked = run.params["data"]["n_records"], run.metrics["prepare"]["records"]["test"]
    steps = dict(step_table(without_groups(given)).rows)
    assert steps == {
        "Train anew": f"with some {in_all:,} of the clinic’s own labelled forms",
        "Final check": f"on {checked:,} of them: no limit shown to be broken",
        "Silent pilot": "nobody sees what is suggested",
        "To show each limit kept": f"{met['forms']:,} labelled forms: {met['weeks']} weeks",
    }
    late = {"value": 0.11, "low": 0.08, "high": 0.14}
    bands = [missed("age_band", band, **late) for band in ("0-4", "5-17", "18-39")]
    pair = "age 0-4 and age 5-17"
    for groups, named in ((bands[:2], pair), (bands, "age 0-4, age 5-17 and others")):
        told = dict(step_table(with_figures(without_groups(given), *groups)).rows)
        assert told["Look first at"] == f"{named}: limit broken?"
    sure = missed("age_band", "0-4", value=0.15, low=0.11, high=0.19)
    told = dict(step_table(with_figures(without_groups(given), sure)).rows)
    assert told["Look first at"] == "age 0-4: limit broken"
    own = replace(given, params={**run.params, "data": run.params["data"] | {"source": "file"}})
    assert list(dict(step_table(without_groups(own)).rows)) == list(steps)[2:]
    assert step_table(recommending(run, VETOED)).rows == []


def with_nurse(run: Run, kept: float) -> list[tuple[str, ...]]:
    """The rows of what a nurse spares, where missed urgent forms are known for this share kept."""
    row = {"kept": kept, "missed": {"value": 4.4, "low": 2.2, "high": 6.6}}
    deferral = {run.system("urgency"): {"at": [row]}}
    safety = run.metrics["safety"] | {"deferral": deferral}
    table = nurse_table(replace(run, metrics={**run.metrics, "safety": safety}))
    assert table.heading[-1] == "If a faultless nurse reads 20 of 100"
    return table.rows


def test_what_a_nurse_spares_is_told_beside_deciding_alone(run):
    decision = run.params["decision"] | {"nurse_share": 0.2}
    given = replace(run, params={**run.params, "decision": decision})
    late, wrong = with_nurse(given, 0.8)
    assert late[0] == "Urgent and too late, of 1,000 forms"
    assert late[-1] == "4.4 (2.2 to 6.6)"
    assert int(wrong[2]) < int(wrong[1])
    assert with_nurse(given, 0.85) == [wrong]


@pytest.mark.parametrize(
    ("met", "week", "forms"),
    [({"weeks": 55, "forms": 27500}, "week 55", "27,500"), (None, "not soon", "–")],
    ids=["shown", "never shown"],
)
def test_a_pilot_says_when_it_can_show_a_limit_and_at_what_price(run, met, week, forms):
    key, plan = "most_urgent_missed", run.metrics["pilot"]
    alarm = plan["alarms"][key] | {"met": met, "expected": 0.13}
    metrics = {**run.metrics, "pilot": plan | {"alarms": plan["alarms"] | {key: alarm}}}
    planned = replace(run, metrics=metrics)
    assert alarm_table(planned).rows[0][-2:] == (f"{week}, if it is 13", forms)


def test_an_alarm_that_hardly_sounds_within_a_year_is_told_so(run):
    plan = run.metrics["pilot"]
    alarm = plan["alarms"]["under_triage"]
    rare = alarm | {"sounds": [{**alarm["sounds"][1], "most": None}]}
    metrics = {**run.metrics, "pilot": plan | {"alarms": {"under_triage": rare}}}
    assert alarm_table(replace(run, metrics=metrics)).rows[0][2] == "not in a year, if it is 16"
