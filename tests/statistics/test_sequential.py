"""Bounds that hold at every look: against brute force, and by simulation at and above the limit."""

import itertools
import math

import numpy as np
import pytest

from intake_triage.statistics.sequential import (
    FIRST,
    LOOKS,
    STAKES,
    fewest_until_broken,
    likeliest_start,
    log_capital,
    log_growth,
    lower_bound,
    payoffs,
)

MISSED = np.array([1.0, 0.0])  # `counted` of the two kinds of an urgent form
URGENT = np.array([1.0, 1.0])  # and `per`


def grow(counts, limit, *, counted=MISSED, per=URGENT):
    return log_growth(np.asarray(counts), payoffs(counted, per, limit))


def brute_capital(counts, limit, *, counted, per):
    """Form by form, bet by bet, in plain numbers."""
    n_looks = len(counts)
    total = 0.0
    starts = [FIRST, *[(1 - FIRST) / (LOOKS - 1)] * (LOOKS - 1)]
    for start, weight in enumerate(starts):
        for stake in STAKES:
            worth = weight / len(STAKES)
            for look in range(start, n_looks):
                for kind, n in enumerate(counts[look]):
                    for _ in range(n):
                        worth *= 1 + stake * (counted[kind] / limit - per[kind])
            total += worth
    return total


@pytest.mark.parametrize(
    ("counted", "per", "limit"),
    [
        (MISSED, URGENT, 0.1),
        (np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.0, 1.0, 0.0]), 2.0),  # a load
        (np.array([0.0, 0.05, 0.2]), np.ones(3), 0.01),  # shares of words
    ],
)
def test_the_capital_is_that_of_all_bets_one_by_one(counted, per, limit, rng):
    counts = rng.integers(0, 6, (5, len(counted)))
    capital = log_capital(grow(counts, limit, counted=counted, per=per))
    for looks in range(1, 6):
        expected = brute_capital(counts[:looks], limit, counted=counted, per=per)
        assert math.exp(capital[looks - 1]) == pytest.approx(expected)


def test_nobody_gains_on_average_where_the_rate_is_at_its_limit():
    """Exactly, over all courses of two looks of two forms each."""
    limit, mean = 0.3, 0.0
    for course in itertools.product([0, 1], repeat=4):
        counts = [[sum(course[:2]), 2 - sum(course[:2])], [sum(course[2:]), 2 - sum(course[2:])]]
        chance = math.prod(limit if missed else 1 - limit for missed in course)
        mean += chance * math.exp(log_capital(grow(counts, limit))[-1])
    assert mean == pytest.approx(1)


def test_a_ratio_at_its_limit_is_fair_too():
    """Two forms placed for each that belongs; some are both, some neither."""
    kinds = {(1, 1): 0.2, (1, 0): 0.3, (0, 1): 0.05, (0, 0): 0.45}
    payoff = payoffs(*np.array(list(kinds)).T, 2.0)
    assert payoff @ list(kinds.values()) == pytest.approx(1)
    assert (payoff >= 0).all()


def simulate(rate, *, pilots, rng, limit=0.1, a_look=40):
    missed = rng.binomial(a_look, rate, (pilots, LOOKS))
    return log_capital(grow(np.stack([missed, a_look - missed], axis=-1), limit))


@pytest.mark.parametrize("limit", [0.05, 0.5])
def test_false_alarms_are_rarer_than_their_level_over_a_year_of_looks(limit, rng):
    capital = simulate(limit, pilots=2000, rng=rng, limit=limit)
    for alpha in (0.2, 0.05):
        sounds = (capital.max(axis=1) >= -np.log(alpha)).mean()
        assert 0 < sounds <= alpha


def test_labels_that_come_late_bring_no_false_alarms(rng):
    """At every look the whole course is worked out anew from the labels that are there by then."""
    pilots, alpha = 400, 0.2
    delay = np.minimum(rng.geometric(0.3, (pilots, LOOKS, 20)) - 1, LOOKS)  # weeks
    missed = rng.random((pilots, LOOKS, 20)) < 0.1
    sounds = np.full(pilots, False)
    for now in range(LOOKS):
        there = np.arange(now + 1)[:, np.newaxis] + delay[:, : now + 1] <= now
        counted = (missed[:, : now + 1] & there).sum(axis=2)
        counts = np.stack([counted, there.sum(axis=2) - counted], axis=-1)
        sounds |= log_capital(grow(counts, 0.1)).max(axis=1) >= -np.log(alpha)
    assert 0 < sounds.mean() <= alpha


def test_a_worse_rate_is_found_and_the_sooner_the_worse(rng):
    first = {}
    for rate in (0.15, 0.2, 0.3):
        sounds = simulate(rate, pilots=200, rng=rng) >= -np.log(0.005)
        assert sounds.any(axis=1).mean() > 0.95
        first[rate] = np.median(sounds.argmax(axis=1))
    assert first[0.15] > first[0.2] > first[0.3]


def test_later_starts_find_what_goes_wrong_after_a_good_half_year(rng):
    rate = np.where(np.arange(LOOKS) < 26, 0.05, 0.2)
    missed = rng.binomial(40, rate, (200, LOOKS))
    growth = grow(np.stack([missed, 40 - missed], axis=-1), 0.1)
    found, alone = (
        (log_capital(growth, later_starts=later)[:, :40].max(axis=1) >= -np.log(0.005)).mean()
        for later in (True, False)
    )
    assert found > 0.95
    assert alone < 0.5
    onsets = [likeliest_start(each[:36]) for each in growth]
    assert np.median(onsets) == pytest.approx(26, abs=1)


def test_the_bound_lies_above_a_limit_exactly_where_the_alarm_for_it_sounds(rng):
    for rate in (0.1, 0.2, 0.4):
        missed = rng.binomial(30, rate, 12)
        counts = np.stack([missed, 30 - missed], axis=-1)
        bound = lower_bound(counts, MISSED, URGENT, alpha=0.05)
        for limit in (0.5 * bound, 0.999 * bound, 1.001 * bound, 2 * bound):
            sounds = log_capital(grow(counts, limit)).max() >= -np.log(0.05)
            assert sounds == (limit < bound)


def test_the_bound_covers_the_rate_at_all_looks_at_once(rng):
    held = [
        lower_bound(np.stack([m, 20 - m], axis=-1), MISSED, URGENT, alpha=0.1) <= 0.2
        for m in rng.binomial(20, 0.2, (300, LOOKS))
    ]
    assert np.mean(held) >= 0.9


def test_without_a_counted_form_there_is_no_bound():
    assert lower_bound(np.array([[0, 50]]), MISSED, URGENT, alpha=0.05) == 0


def test_the_fewest_forms_that_can_sound_do_and_one_fewer_does_not(rng):
    missed = rng.binomial(30, 0.12, 6)
    counts = np.stack([missed, 30 - missed], axis=-1)
    few = fewest_until_broken(grow(counts, 0.1), 10.0, alpha=0.005)
    for forms in (few - 1, few):
        capital = log_capital(grow(np.vstack([counts, [[forms, 0]]]), 0.1))
        assert (capital[-1] >= -np.log(0.005)) == (forms == few)


def test_looks_without_forms_and_beyond_a_year_change_nothing():
    counts = np.tile([[3, 27]], (60, 1))
    capital = log_capital(grow(counts, 0.1))
    spread = np.zeros((120, 2), int)
    spread[::2] = counts
    assert np.isfinite(capital).all()
    one_start = log_capital(grow(counts, 0.1), later_starts=False)
    assert log_capital(grow(spread, 0.1), later_starts=False)[::2] == pytest.approx(one_start)
