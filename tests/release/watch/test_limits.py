"""Limits, and how the false alarms are shared out."""

from collections import Counter
from fractions import Fraction

import pytest
from scipy import stats

from intake_triage.release.watch.limits import (
    FALSE_ALARMS,
    TOLERANCE,
    limit_beyond,
    list_alarms,
)
from tests.release.watch.conftest import SCHEMA


@pytest.fixture
def alarms(reference, decision):
    return {alarm.path: alarm for alarm in list_alarms(reference, SCHEMA, decision)}


def test_all_parts_add_up_to_the_false_alarms_that_are_allowed(alarms):
    assert sum(alarm.alpha for alarm in alarms.values()) == pytest.approx(FALSE_ALARMS)
    parts = Counter()
    for path, alarm in alarms.items():
        parts[path[0]] += alarm.alpha
    assert parts == pytest.approx({"decisions": 0.03, "groups": 0.01, "drift": 0.01})


def test_many_groups_take_nothing_from_other_alarms(reference, decision, alarms):
    more = [f"site {k}" for k in range(60)]
    n = len(more)
    crowded = reference["groups"]["site"] | {
        "values": more,
        "shares": [1 / n] * n,
        "forms": [50] * n,
        "missing": {field: [None] * n for field in reference["missing"]},
        "misrouted": {"shares": [None] * n, "forms": [50] * n},
    }
    groups = reference["groups"] | {"site": crowded}
    again = {
        alarm.path: alarm for alarm in list_alarms(reference | {"groups": groups}, SCHEMA, decision)
    }
    kept = ("decisions", "under_triage"), ("groups", "sex", "female", "under_triage")
    for path in kept:
        assert again[path].alpha == alarms[path].alpha
    site = again["groups", "site", "site 3", "under_triage"].alpha
    assert site == pytest.approx(float(Fraction(1, 100) / 2 / 61 / 6))  # 60, and the others


def test_ceilings_are_the_limits_for_all_and_for_every_group(alarms, decision):
    for name in ("under_triage", "most_urgent_missed", "severe_under_triage", "over_triage"):
        limit = getattr(decision, f"max_{name}")
        assert alarms["decisions", name].limit == limit
        assert alarms["groups", "sex", "male", name].limit == limit
    assert alarms["decisions", "urgent_load"].limit == decision.max_load


@pytest.mark.parametrize(("count", "forms"), [(30, 200), (120, 200), (500, 6000)])
def test_a_limit_lies_beyond_what_the_reference_can_mean(count, forms):
    limit = limit_beyond(count / forms, forms)
    upper = stats.binomtest(count, forms).proportion_ci(0.95, method="exact").high
    assert limit == pytest.approx(upper + TOLERANCE, abs=1e-4)


def test_a_hidden_share_may_be_one_of_ten_forms():
    assert limit_beyond(None, 300) == limit_beyond(10 / 300, 300)


def test_what_cannot_rise_has_no_alarm(alarms):
    assert limit_beyond(1.0, 300) is None
    assert limit_beyond(0.97, 6000) is None
    assert ("drift", "outputs", "urgency", "now", "less") in alarms
    assert all(alarm.limit < 1 or alarm.path[-1] == "urgent_load" for alarm in alarms.values())


def test_what_was_known_of_a_group_before_is_no_news(reference, decision, alarms):
    site = reference["groups"]["site"]
    never = site["missing"]["payment"].copy()
    north = site["values"].index("north")
    never[north] = 0.6
    changed = site | {"missing": site["missing"] | {"payment": never}}
    groups = reference["groups"] | {"site": changed}
    again = {
        alarm.path: alarm for alarm in list_alarms(reference | {"groups": groups}, SCHEMA, decision)
    }
    path = ("drift", "missing_by_group", "site", "north", "payment")
    assert again[path].limit > 0.65 > alarms[path].limit


def test_groups_that_the_reference_does_not_know_are_one_at_the_limits_for_all(alarms, reference):
    assert "other" not in reference["groups"]["sex"]["values"]
    assert "other" not in reference["groups"]["site"]["values"]
    for name in ("under_triage", "misrouted"):
        limit = alarms["decisions", name].limit
        assert alarms["groups", "site", "other", name].limit == limit
    missing = alarms["drift", "missing_by_group", "site", "other", "payment"]
    assert missing.limit == alarms["drift", "missing", "payment"].limit


def test_of_two_bins_one_tells_of_both(alarms):
    bins = {path[3] for path in alarms if path[:3] == ("drift", "outputs", "to_nurse")}
    assert len(bins) == 1
