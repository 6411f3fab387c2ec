"""Costs and figures of the set-ups are those of the systems that they are made of."""

from dataclasses import replace

import numpy as np
import pytest
from small_split import with_costs

from intake_triage.evaluation.decisions import decide_by_cost
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.statistics.estimates import estimate_score
from intake_triage.tasks import TASKS

MTL, LINEAR, MIXED = SetUp("mtl", "mtl"), SetUp("linear", "linear"), SetUp("linear", "gbm")
OF_DECISIONS = {
    *("under_triage", "most_urgent_missed", "severe_under_triage", "over_triage", "urgent_load")
}


@pytest.fixture
def scorer(scorer):
    """All kinds of delay cost as little as haste, so that some urgent forms are sent too late."""
    return replace(scorer, decision=with_costs(scorer.decision, too_late_urgent=1.0))


@pytest.fixture
def table(scorer):
    return {scored.set_up: scored for scored in scorer.table(scorer.decision).scored}


def test_every_set_up_is_scored_on_every_ceiling(table, scorer):
    assert list(table) == list_set_ups(TASKS)
    assert list(table[MTL].figures) == [ceiling.name for ceiling in scorer.ceilings]


def test_a_set_up_of_one_forecaster_scores_what_the_walk_says_of_it(judge, released, split, scorer):
    results = judge(released["linear"], split, decision=scorer.decision)
    row = results.find(measure="cost_per_1000", rule="cost")
    costs = scorer.table(scorer.decision).of(LINEAR).costs
    estimate = estimate_score(costs[np.newaxis], n_units=split.n_units)
    assert (estimate.value, *estimate.interval()) == pytest.approx((row.value, row.low, row.high))
    figures = scorer.figures(LINEAR)
    for ceiling in scorer.ceilings:
        rule = "cost" if ceiling.name in OF_DECISIONS else ""
        row = results.find(
            measure=ceiling.measure, task=ceiling.task, class_name=ceiling.class_name, rule=rule
        )
        assert figures[ceiling.name].shown == row.shown
        if row.shown:
            for end in ("value", "low", "high"):
                assert getattr(figures[ceiling.name], end) == pytest.approx(getattr(row, end))


def test_a_mean_over_the_forms_with_the_label_counts(released, split, scorer, table):
    """Counted by hand: a tenth and a seventh lack a label."""
    cost, urgency = scorer.decision.cost, split.sample("urgency")
    decided = {name: decide_by_cost(released[name], scorer.decision) for name in ("linear", "gbm")}
    placed = decided["linear"]["urgency"][0, urgency.rows]
    total = 0.0
    for true, tier in zip(urgency.labels, placed, strict=True):
        late = cost.too_late_urgent if true < 2 else cost.too_late
        total += max(tier - true, 0) * late + max(true - tier, 0) * cost.too_early
    specialty = split.sample("specialty")
    wrong = (decided["gbm"]["specialty"][:, specialty.rows] != specialty.labels).mean()
    expected = 1000 * (total / len(urgency.labels) + cost.misroute * wrong)
    assert table[MIXED].cost == pytest.approx(expected)


def test_other_costs_make_other_decisions(scorer):
    """With delay next to free, waiting costs least and urgent forms are sent too late."""
    cheap = with_costs(scorer.decision, too_late_urgent=0.01, too_late=0.01)
    before, after = (
        {scored.set_up: scored.figures["under_triage"] for scored in scorer.table(decision).scored}
        for decision in (scorer.decision, cheap)
    )
    assert all(after[set_up] > before[set_up] for set_up in list_set_ups(TASKS))


def test_the_costs_of_a_resample_count_a_unit_as_often_as_it_is_drawn(split, scorer, table):
    sample, cost = split.sample("specialty"), scorer.decision.cost
    for k in (1, 5):
        times = split.weights[k, sample.unit]
        rate = {}
        for name in ("linear", "gbm"):
            decided = scorer.forecasts[name]["specialty"][0, sample.rows].argmax(axis=1)
            rate[name] = (times * (decided != sample.labels)).sum() / times.sum()
        difference = table[MIXED].costs[k] - table[LINEAR].costs[k]
        expected = 1000 * cost.misroute * (rate["gbm"] - rate["linear"])
        assert difference == pytest.approx(expected)


def test_the_costs_and_how_they_vary_together_make_those_of_every_set_up(scorer, table):
    """To the decimals that are written."""
    described = scorer.describe_costs()
    keys = [(each["task"], each["forecaster"]) for each in described["costs"]]
    costs = np.array([each["cost_per_1000"] for each in described["costs"]])
    covariance = np.array(described["covariance"])
    assert costs.tolist() == costs.round().tolist()
    assert described["units"] == scorer.split.n_units
    for set_up, scored in table.items():
        of_set_up = np.array([set_up.forecasters.get(task) == name for task, name in keys], float)
        assert of_set_up @ costs == pytest.approx(scored.cost, abs=1.01)
        estimate = estimate_score(scored.costs[np.newaxis], n_units=scorer.split.n_units)
        variance = estimate.standard_error**2
        assert of_set_up @ covariance @ of_set_up == pytest.approx(variance, abs=0.03)


def test_nobody_under_triaged_still_leaves_a_limit(scorer, split):
    """Of n units without an event the exact 95 % limit is 1 - 0.025 ** (1 / n)."""
    never_late = with_costs(scorer.decision, too_late_urgent=1e9, too_late=1e9)
    figure = replace(scorer, decision=never_late).figures(MTL)["under_triage"]
    labels = split.labels["urgency"]
    n_units = len(np.unique(split.unit[(labels == 0) | (labels == 1)]))
    assert figure.value == figure.low == 0
    assert figure.high == pytest.approx(1 - 0.025 ** (1 / n_units))
    assert not figure.shown
    shown = replace(scorer, decision=never_late).shown_ceilings()
    assert "under_triage" not in shown
    assert {"ece_urgency", "ece_specialty"} <= shown


def test_without_an_urgent_form_there_is_no_under_triage(scorer, split):
    """Nor a slope or an intercept of the cuts that nobody lies beyond."""
    labels = split.labels["urgency"]
    labels[labels >= 0] = 2
    absent = {"under_triage", "most_urgent_missed", "severe_under_triage", "urgent_load"}
    absent |= {"slope_emergent", "slope_urgent_or_above", "intercept"}
    last = scorer.table(scorer.decision).scored[-1]
    for figures in (scorer.figures(last.set_up), last.figures):
        assert {name for name, figure in figures.items() if figure is None} == absent
