"""What is counted of each form, which alarms sound, and since when."""

import numpy as np
import pytest

from intake_triage.release.plan.kinds import kinds_at
from intake_triage.release.plan.simulate import draw_counts, find_first, find_met
from intake_triage.release.watch.alarms import (
    FormTerms,
    Tally,
    judge_alarm,
    judge_alarms,
    tally,
    trace,
)
from intake_triage.release.watch.forms import as_forms
from intake_triage.release.watch.limits import Alarm, list_alarms
from tests.release.watch.conftest import SCHEMA, TIERS, Truth, make_forms, make_pilot


@pytest.fixture
def alarms(reference, decision):
    return list_alarms(reference, SCHEMA, decision)


def judge(alarms, forms, reference, decision):
    judged = judge_alarms(alarms, FormTerms(forms, reference, SCHEMA, decision))
    return {each.alarm.path: each for each in judged}


def test_terms_are_what_one_counts_by_hand(reference, decision):
    frame, labels = make_pilot(500)
    labels.loc[::7, "urgency"] = None
    true = labels["urgency"].map(dict(zip(TIERS, range(4), strict=True))).to_numpy(float)
    placed = frame["urgency"].map(dict(zip(TIERS, range(4), strict=True))).to_numpy(float)
    female, hill = (frame["form_sex"] == "female"), (frame["form_site"] == "hill")
    terms = FormTerms(as_forms(frame, labels, SCHEMA), reference, SCHEMA, decision)
    known = ~np.isnan(true)
    expected = {
        ("decisions", "under_triage"): ((true < 2) & (placed > true), true < 2),
        ("decisions", "urgent_load"): (known & (placed < 2), true < 2),
        ("groups", "sex", "female", "over_triage"): (
            (true >= 2) & (placed < true) & female,
            (true >= 2) & female,
        ),
        ("groups", "site", "hill", "misrouted"): (
            (frame["specialty"] != labels["specialty"]) & hill,
            hill,
        ),
        ("drift", "missing", "age"): (frame["form_age"].isna(), known | ~known),
        ("drift", "missing_by_group", "site", "hill", "age"): (
            frame["form_age"].isna() & hill,
            hill,
        ),
        ("drift", "unknown_words"): (frame["unknown_words"], known | ~known),
        ("drift", "inputs", "payment", "public", "less"): (
            frame["form_payment"] == "private",
            frame["form_payment"].notna(),
        ),
        ("drift", "outputs", "urgency", "week", "more"): (placed == 2, known | ~known),
    }
    for path, (counted, per) in expected.items():
        got = terms.of(path)
        assert got[0] == pytest.approx(np.asarray(counted, float)), path
        assert got[1] == pytest.approx(np.asarray(per, float)), path


def test_every_alarm_has_its_terms_and_none_pays_less_than_nothing(reference, decision, alarms):
    terms = FormTerms(make_forms(300), reference, SCHEMA, decision)
    for alarm in alarms:
        counted, per = terms.of(alarm.path)
        assert counted.min() >= 0
        assert 0 <= per.min() <= per.max() <= 1
        if alarm.path[-1] != "urgent_load":
            assert (counted <= per).all()


def test_a_quiet_pilot_has_no_alarm(reference, decision, alarms):
    judged = judge(alarms, make_forms(2000, seed=1), reference, decision)
    assert all(each.since is None for each in judged.values())
    assert judged["decisions", "over_triage"].status == "met"


def test_more_missed_urgent_forms_sound_their_alarm_and_tell_since_when(
    reference, decision, alarms
):
    later = np.arange(3000) >= 1200  # from the twelfth week on
    truth = Truth(missed=np.where(later, 0.35, 0.03))
    judged = judge(alarms, make_forms(3000, seed=2, truth=truth), reference, decision)
    missed = judged["decisions", "under_triage"]
    assert missed.status == "alarm"
    assert missed.onset == pytest.approx(12, abs=1)
    assert 12 <= missed.since < 20
    assert missed.bound > missed.alarm.limit
    assert missed.until is None
    assert judged["decisions", "misrouted"].since is None


def test_a_site_that_stops_filling_in_a_field_is_named(reference, decision, alarms):
    frame, labels = make_pilot(1000, seed=3)
    stops = (frame["form_site"] == "hill") & (np.arange(1000) >= 500)
    frame.loc[stops, "form_payment"] = None
    judged = judge(alarms, as_forms(frame, labels, SCHEMA), reference, decision)
    sounding = [path for path, each in judged.items() if each.since is not None]
    assert sounding == [("drift", "missing_by_group", "site", "hill", "payment")]
    assert judged[sounding[0]].onset == 5


def test_a_site_that_is_new_since_the_pilot_began_is_watched(reference, decision, alarms):
    frame, labels = make_pilot(1000, seed=3)
    new = (frame["form_site"] == "hill") & (np.arange(1000) >= 500)
    frame.loc[new, "form_site"] = "valley"
    frame.loc[new, "form_payment"] = None
    judged = judge(alarms, as_forms(frame, labels, SCHEMA), reference, decision)
    sounding = [path for path, each in judged.items() if each.since is not None]
    assert sounding == [("drift", "missing_by_group", "site", "other", "payment")]


def test_a_new_word_is_noticed(reference, decision, alarms):
    later = np.arange(1500) >= 500
    truth = Truth(new_word=np.where(later, 0.35, 0.02))
    judged = judge(alarms, make_forms(1500, seed=4, truth=truth), reference, decision)
    assert judged["drift", "unknown_words"].since in range(5, 9)


def test_the_order_within_a_week_and_of_the_labels_changes_nothing(
    reference, decision, alarms, rng
):
    frame, labels = make_pilot(800, seed=5)
    week = np.arange(800) // 100
    shuffled = np.concatenate([rng.permutation(np.flatnonzero(week == w)) for w in range(8)])
    first = judge(alarms, as_forms(frame, labels, SCHEMA), reference, decision)
    again = judge(
        alarms,
        as_forms(frame.iloc[shuffled], labels.iloc[rng.permutation(800)], SCHEMA),
        reference,
        decision,
    )
    for path, each in first.items():
        assert again[path].evidence == pytest.approx(each.evidence), path
        assert again[path].rate == each.rate


def test_below_eleven_forms_nothing_is_judged():
    alarm = Alarm(("decisions", "under_triage"), 0.1, 0.05)
    urgent = np.array([1.0])
    ten = judge_alarm(alarm, Tally(np.array([[10]]), urgent, urgent))
    eleven = judge_alarm(alarm, Tally(np.array([[10], [1]]), urgent, urgent))
    assert (ten.status, ten.rate, ten.forms) == ("too_few", None, 10)
    assert (eleven.status, eleven.since, eleven.forms_then) == ("alarm", 1, 11)


def test_an_alarm_that_has_sounded_stays(reference):
    alarm = Alarm(("decisions", "under_triage"), 0.1, 0.05)
    missed = [30, *[0] * 30]
    counts = np.array([missed, [30, *[100] * 30]]).T
    judged = judge_alarm(alarm, Tally(counts, np.array([1.0, 0.0]), np.ones(2)))
    assert judged.since == 0
    assert judged.rate < 0.02


def test_judging_forms_and_simulating_counts_is_the_same(reference, decision, alarms, rng):
    """`plan` says what `watch` will do."""
    by_path = {alarm.path: alarm for alarm in alarms}
    forms = np.full((40, 52), 60)
    for path in (("decisions", "under_triage"), ("decisions", "urgent_load")):
        alarm = by_path[path]
        kinds = kinds_at(alarm, alarm.limit * 1.3, reference)
        counts = draw_counts(kinds, forms, rng)
        first, met = find_first(alarm, kinds, counts), find_met(alarm, kinds, counts)
        for k, of_pilot in enumerate(counts):
            judged = judge_alarm(alarm, Tally(of_pilot, kinds.counted, kinds.per))
            assert first[k] == (52 if judged.since is None else judged.since)
            assert judged.is_met <= (met[k] < 52)


def test_the_course_ends_where_the_judgement_does(reference, decision, alarms):
    forms = make_forms(600, seed=6)
    terms = FormTerms(forms, reference, SCHEMA, decision)
    seen = tally(*terms.of(alarms[0].path), forms.look, len(forms.looks))
    course, judged = trace(alarms[0], seen), judge_alarm(alarms[0], seen)
    assert course["rate"][-1] == pytest.approx(judged.rate)
    assert course["bound"][-1] == judged.bound
    assert course["bound"] == sorted(course["bound"])


def test_until_is_how_many_wrong_forms_make_it_sound(reference, decision, alarms):
    forms = make_forms(600, seed=7)
    terms = FormTerms(forms, reference, SCHEMA, decision)
    for alarm in alarms[:6]:
        seen = tally(*terms.of(alarm.path), forms.look, len(forms.looks))
        until = judge_alarm(alarm, seen).until
        worst = (seen.counted == 1) & (seen.per == (alarm.path[-1] != "urgent_load"))
        if worst.any():
            for further in (until - 1, until):
                counts = np.vstack([seen.counts, further * worst.astype(int)])
                judged = judge_alarm(alarm, Tally(counts, seen.counted, seen.per))
                assert (judged.since is not None) == (further == until)
