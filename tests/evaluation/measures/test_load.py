"""The load equals counts of forms, and tells of no few people that other figures do not."""

from dataclasses import replace

import numpy as np
import pytest
from small_split import make_decisions

from intake_triage.evaluation.measures import MEASURES

TIERS = ("emergent", "urgent", "semi_urgent", "routine")


@pytest.fixture
def make(params):
    """A function from a table of true tier by tier decided on to decisions."""

    def make(table, *, urgent_tiers=2):
        true, placed = (np.repeat(each.ravel(), np.ravel(table)) for each in np.indices((4, 4)))
        classes = {"urgency": TIERS}
        decision = params.decision.model_copy(update={"urgent_tiers": urgent_tiers})
        return make_decisions({"urgency": placed[np.newaxis]}, {"urgency": true}, classes, decision)

    return make


MANY = np.array([[90, 40, 20, 30], [50, 120, 60, 20], [20, 70, 200, 60], [30, 20, 90, 250]])


def test_placed_and_belonging_are_sums_of_the_table(make):
    decisions = make(MANY)
    n_forms = MANY.sum()
    for name, axis in (("placed", 0), ("belonging", 1)):
        figures = MEASURES[name].compute(decisions, "urgency")
        assert list(figures) == list(TIERS)
        for figure, count in zip(figures.values(), MANY.sum(axis=axis), strict=True):
            assert figure.values[0, 0] == pytest.approx(count / n_forms)
            assert (figure.n, figure.units, figure.shown) == (n_forms, n_forms, True)


@pytest.mark.parametrize("urgent_tiers", [1, 2, 3])
def test_the_load_is_a_ratio_in_every_resample(make, urgent_tiers):
    decisions = make(MANY, urgent_tiers=urgent_tiers)
    load = MEASURES["urgent_load"].compute(decisions, "urgency")
    true, placed = decisions.split.labels["urgency"], decisions.decided["urgency"][0]
    for value, drawn in zip(load.values[0], decisions.split.weights, strict=True):
        sent, belongs = drawn[placed < urgent_tiers].sum(), drawn[true < urgent_tiers].sum()
        assert value == pytest.approx(sent / belongs)
    assert (load.n, load.units) == ((true < urgent_tiers).sum(),) * 2
    assert load.shown


def test_the_load_rests_on_units_of_urgent_forms_and_not_on_those_without_a_tier(make):
    """Two forms a unit; every second unit has no tier."""
    decisions = make(MANY)
    labels, n_records = decisions.split.labels["urgency"], MANY.sum()
    unit = np.arange(n_records) // 2
    labels[unit % 2 == 1] = -1
    split = replace(decisions.split, unit=unit, weights=decisions.split.weights[:, : unit[-1] + 1])
    load = MEASURES["urgent_load"].compute(replace(decisions, split=split), "urgency")
    urgent = (labels == 0) | (labels == 1)
    assert load.n == urgent.sum()
    assert load.units == len({unit[i] for i in np.flatnonzero(urgent)})


def test_where_nobody_is_urgent_there_is_no_load(make):
    table = MANY.copy()
    table[:2] = 0
    load = MEASURES["urgent_load"].compute(make(table), "urgency")
    assert np.isnan(load.values).all()


@pytest.mark.parametrize(
    ("true", "placed", "hidden"),
    [(0, 1, "emergent urgent"), (1, 2, "urgent semi_urgent"), (3, 2, "semi_urgent routine")],
)
def test_a_few_wrongly_placed_are_not_worked_out_from_the_load(make, true, placed, hidden):
    """Two tiers with a few strangers each; and on their own, the others do not give them away."""
    table = np.diag([100, 200, 300, 400])
    table[true, placed] = 5
    decisions = make(table)
    figures = MEASURES["placed"].compute(decisions, "urgency")
    kept_back = [tier for tier, figure in figures.items() if not figure.shown]
    assert set(hidden.split()) <= set(kept_back)
    belonging = MEASURES["belonging"].compute(decisions, "urgency")
    assert all(figure.shown for figure in belonging.values())
    assert not MEASURES["urgent_load"].compute(decisions, "urgency").shown


def test_one_hidden_tier_is_not_the_rest_of_the_others(make):
    table = MANY.copy()
    table[:, 0] = [40, 3, 0, 0]  # three are wrongly emergent
    figures = MEASURES["placed"].compute(make(table), "urgency")
    assert sum(not figure.shown for figure in figures.values()) > 1


def test_belonging_hides_a_small_tier_and_another(make):
    table = MANY.copy()
    table[0] = [4, 2, 0, 0]
    figures = MEASURES["belonging"].compute(make(table), "urgency")
    assert [figure.shown for figure in figures.values()] == [False, False, True, True]


@pytest.mark.parametrize(("late", "shown"), [(0, True), (10, False), (11, True)])
def test_the_most_urgent_tier_does_not_tell_of_a_few_late_in_the_next(make, late, shown):
    """Under-triage less what is missed of the most urgent tier is what is missed of the next."""
    table = MANY.copy()
    table[1] = [50, 120, late, 0]
    decisions = make(table)
    missed = MEASURES["most_urgent_missed"].compute(decisions, "urgency")[""]
    assert missed.shown == shown
    assert missed.values[0, 0] == pytest.approx(90 / 180)


def test_of_one_urgent_tier_the_most_urgent_missed_is_under_triage(make):
    decisions = make(MANY, urgent_tiers=1)
    figures = [
        MEASURES[name].compute(decisions, "urgency")[""]
        for name in ("most_urgent_missed", "under_triage")
    ]
    np.testing.assert_array_equal(figures[0].values, figures[1].values)
    assert replace(figures[0], values=None) == replace(figures[1], values=None)
