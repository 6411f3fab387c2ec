"""A pilot planned: of which kinds its forms are, when alarms sound, what a person reads."""

import json

import numpy as np
import pytest

from intake_triage.release.plan.kinds import kinds_at, reference_rate, share_counted
from intake_triage.release.plan.plan import plan_pilot, say_plan
from intake_triage.release.plan.simulate import draw_counts, find_first, find_met, simulate_alarms
from intake_triage.release.watch.alarms import FormTerms
from intake_triage.release.watch.limits import list_alarms
from intake_triage.release.watch.reference import describe_reference
from intake_triage.statistics.sequential import LOOKS
from tests.release.watch.conftest import SCHEMA, make_forms, make_pilot


@pytest.fixture(scope="module")
def alarms(reference, decision):
    return {alarm.path: alarm for alarm in list_alarms(reference, SCHEMA, decision)}


def test_kinds_have_the_rate_that_is_asked_for(alarms, reference):
    for path, alarm in alarms.items():
        for rate in (reference_rate(alarm, reference), alarm.limit):
            kinds = kinds_at(alarm, rate, reference)
            assert kinds.chances.min() >= 0, path
            assert kinds.chances.sum() <= 1 + 1e-9
            got = (kinds.chances @ kinds.counted) / (kinds.chances @ kinds.per)
            assert got == pytest.approx(rate), path


def test_the_reference_rate_is_that_of_the_forms_before_the_pilot(alarms, reference, decision):
    terms = FormTerms(make_forms(3000, seed=99), reference, SCHEMA, decision)
    for path, alarm in alarms.items():
        counted, per = terms.of(path)
        if per.any() and path[0] != "groups" and path != ("decisions", "severe_under_triage"):
            assert reference_rate(alarm, reference) == pytest.approx(
                counted.sum() / per.sum(), abs=0.001
            ), path
            if path[1] != "missing_by_group":
                share = share_counted(alarm, reference)
                assert share == pytest.approx(per.mean(), abs=0.001), path


def test_no_forms_are_drawn_of_a_group_that_the_reference_does_not_have(alarms, reference):
    new = [alarm for path, alarm in alarms.items() if "other" in path]
    assert {alarm.path[0] for alarm in new} == {"groups", "drift"}
    drawn = {"forms_a_week": 500, "pilots": 20, "rng": np.random.default_rng(0)}
    assert (simulate_alarms(new, lambda alarm: 0.99, reference, **drawn) == LOOKS).all()


def test_what_cannot_be_is_no_kind(alarms, reference):
    assert kinds_at(alarms["decisions", "urgent_load"], 9.0, reference) is None
    assert kinds_at(alarms["decisions", "under_triage"], 1.2, reference) is None


def test_hidden_numbers_still_give_a_plan(decision):
    frame, labels = make_pilot(90, seed=3)
    few = describe_reference(labels, frame, SCHEMA, decision)
    assert few["rates"]["most_urgent_missed"] == {"value": None, "forms": None}
    for alarm in list_alarms(few, SCHEMA, decision):
        assert 0 <= reference_rate(alarm, few) <= 1 or alarm.path[-1] == "urgent_load"
        assert 0 < share_counted(alarm, few) <= 1
        assert kinds_at(alarm, alarm.limit, few) is not None


def test_drawn_forms_are_of_their_kinds(alarms, reference, rng):
    kinds = kinds_at(alarms["decisions", "under_triage"], 0.2, reference)
    counts = draw_counts(kinds, np.full((400, 10), 50), rng)
    assert counts.shape == (400, 10, 2)
    assert counts.mean(axis=(0, 1)) == pytest.approx(50 * kinds.chances, rel=0.1)


def test_false_alarms_of_all_alarms_together_are_rare_at_their_limits(alarms, reference):
    first = simulate_alarms(
        list(alarms.values()),
        lambda alarm: alarm.limit,
        reference,
        forms_a_week=80,
        pilots=300,
        rng=np.random.default_rng(1),
    )
    assert first.shape == (len(alarms), 300)
    sounds = (first < LOOKS).any(axis=0).mean()
    assert sounds <= 0.05 + 2 * (0.05 * 0.95 / 300) ** 0.5
    assert sounds > 0, "the bounds are not so wide that they never sound"


def test_a_higher_rate_is_told_sooner_and_a_lower_one_met_sooner(alarms, reference, rng):
    alarm = alarms["decisions", "under_triage"]
    forms = np.full((200, LOOKS), 150)

    def middle(find, rate):
        kinds = kinds_at(alarm, rate, reference)
        return np.median(find(alarm, kinds, draw_counts(kinds, forms, rng)))

    assert middle(find_first, 0.16) > middle(find_first, 0.2) > middle(find_first, 0.3)
    assert middle(find_met, 0.07) > middle(find_met, 0.05) > middle(find_met, 0.02)


def test_a_ceiling_is_seldom_shown_to_be_met_where_it_is_not(alarms, reference, rng):
    for name in ("under_triage", "urgent_load"):
        alarm = alarms["decisions", name]
        kinds = kinds_at(alarm, alarm.limit, reference)
        met = find_met(alarm, kinds, draw_counts(kinds, np.full((1000, LOOKS), 100), rng))
        assert (met < LOOKS).mean() <= 0.025 + 2 * (0.025 * 0.975 / 1000) ** 0.5


@pytest.fixture(scope="module")
def plan(reference, decision):
    return plan_pilot(reference, SCHEMA, decision, forms_a_week=100, pilots=40)


def test_the_plan_is_json_and_the_same_again(plan, reference, decision):
    again = plan_pilot(reference, SCHEMA, decision, forms_a_week=100, pilots=40)
    assert json.dumps(plan, allow_nan=False) == json.dumps(again)
    assert list(plan["alarms"]) == [
        *("under_triage", "most_urgent_missed", "severe_under_triage"),
        *("over_triage", "urgent_load", "misrouted"),
    ]


def test_figures_of_an_alarm_hang_together(plan, decision):
    under = plan["alarms"]["under_triage"]
    assert under["limit"] == decision.max_under_triage
    assert [told["rate"] for told in under["sounds"]] == [0.13, 0.16, 0.19]
    last = under["sounds"][-1]
    assert last["share"] == 1
    assert last["half"]["weeks"] <= last["most"]["weeks"]
    assert last["half"]["forms"] == round(100 * under["share_counted"] * last["half"]["weeks"])
    assert under["met"]["forms"] == 100 * under["met"]["weeks"]


def test_a_rate_that_is_expected_to_be_worse_takes_longer_to_be_shown_to_be_kept(
    plan, reference, decision
):
    worse = {"under_triage": plan["alarms"]["under_triage"]["expected"] + 0.01}
    again = plan_pilot(reference, SCHEMA, decision, forms_a_week=100, pilots=40, expected=worse)[
        "alarms"
    ]
    assert again["under_triage"]["expected"] == pytest.approx(worse["under_triage"])
    assert again["under_triage"]["met"]["weeks"] > plan["alarms"]["under_triage"]["met"]["weeks"]
    assert again["over_triage"]["expected"] == plan["alarms"]["over_triage"]["expected"]


def test_people_read_lines_that_align(plan):
    said = say_plan(plan)
    lines = said.splitlines()
    assert lines[0] == "100 labelled forms a week, 52 weeks, 40 simulated pilots."
    table = lines[2:9]
    starts = {line.index("10.0 %") for line in table if line.startswith("under_triage")}
    assert starts == {table[0].index("limit")}
    assert "urgent_load" in said
    assert "Any alarm sounds falsely within a year in" in lines[-1]
