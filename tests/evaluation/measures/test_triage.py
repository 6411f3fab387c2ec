"""Every safety figure equals a count by loops over forms, with the denominator it names."""

from dataclasses import replace

import numpy as np
import pytest
from small_split import make_decisions

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.triage import triage_cells
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

TIERS = ("emergent", "urgent", "semi_urgent", "routine")
CLASSES = {"urgency": TIERS, "specialty": ("heart", "skin")}


@pytest.fixture
def decisions(rng, params):
    """800 forms in 400 units, two seeds; every tenth lacks urgency, every seventh specialty."""
    labels = {
        "urgency": rng.choice(4, 800, p=[0.2, 0.3, 0.3, 0.2]),
        "specialty": rng.choice(2, 800),
    }
    decided = {
        "urgency": np.clip(labels["urgency"] + rng.integers(-2, 3, (2, 800)), 0, 3),
        "specialty": rng.choice(2, (2, 800)),
    }
    labels["urgency"][::10] = -1
    labels["specialty"][::7] = -1
    unit = np.arange(800) // 2
    return make_decisions(decided, labels, CLASSES, params.decision, unit=unit)


def count_by_loops(decisions, task, counts_if, among_if) -> tuple[float, float, int]:
    """The share, its denominator (means over seeds) and the units in it."""
    split, shares, denominators, units = decisions.split, [], [], set()
    for seed in decisions.decided[task]:
        pairs = list(zip(split.labels[task].tolist(), seed.tolist(), strict=True))
        forms = [i for i, pair in enumerate(pairs) if pair[0] >= 0 and among_if(*pair)]
        denominators.append(len(forms))
        shares.append(sum(counts_if(*pairs[i]) for i in forms) / len(forms))
        units |= {split.unit[i] for i in forms}
    return np.mean(shares), np.mean(denominators), len(units)


ALL = lambda true, placed: True  # noqa: E731
BY_HAND = {  # what counts, and among which forms
    "under_triage": (lambda true, placed: placed > true, lambda true, placed: true < 2),
    "most_urgent_missed": (lambda true, placed: placed > 0, lambda true, placed: true == 0),
    "severe_under_triage": (lambda true, placed: placed > true + 1, lambda true, placed: true < 2),
    "over_triage": (lambda true, placed: placed < true, lambda true, placed: true >= 2),
    "same_or_more_acute": (lambda true, placed: placed <= true, ALL),
    "urgency_right": (lambda true, placed: placed == true, ALL),
    "too_late": (lambda true, placed: placed > true, ALL),
    "too_late_urgent": (lambda true, placed: true < 2 and placed > true, ALL),
    "too_early": (lambda true, placed: placed < true, ALL),
    "misrouted": (lambda true, placed: placed != true, ALL),
}
BY_HAND[f"ppv {TIERS[0]}"] = (lambda true, placed: true == 0, lambda true, placed: placed == 0)


@pytest.mark.parametrize("name", BY_HAND)
def test_figures_equal_loops_over_forms(decisions, name):
    """So do the records, and the units that the interval rests on."""
    measure, _, tier = name.partition(" ")
    task = "specialty" if measure == "misrouted" else "urgency"
    figure = MEASURES[measure].compute(decisions, task)
    if isinstance(figure, dict):
        figure = figure[tier]
    expected = count_by_loops(decisions, task, *BY_HAND[name])
    assert (figure.values[:, 0].mean(), figure.n, figure.units) == pytest.approx(expected)
    assert figure.shown


def test_both_right_needs_both_labels(decisions):
    labels, decided = decisions.split.labels, decisions.decided
    forms = [i for i in range(800) if min(labels[task][i] for task in CLASSES) >= 0]
    expected = [
        all(decided[task][seed, i] == labels[task][i] for task in CLASSES)
        for seed in range(2)
        for i in forms
    ]
    figure = MEASURES["both_right"].compute(decisions, "both")
    assert figure.values[:, 0].mean() == pytest.approx(np.mean(expected))
    assert figure.n == len(forms)


def test_cost_is_that_of_both_tasks(decisions):
    cost = decisions.params.cost
    matrix = urgency_cost_matrix(4, decisions.params)
    tiers, routes = (
        [
            pair
            for seed in decisions.decided[task]
            for pair in zip(decisions.split.labels[task], seed, strict=True)
            if pair[0] >= 0
        ]
        for task in CLASSES
    )
    expected = np.mean([matrix[pair] for pair in tiers])
    expected += cost.misroute * np.mean([true != placed for true, placed in routes])
    figure = MEASURES["cost_per_1000"].compute(decisions, "both")
    assert figure.values[:, 0].mean() == pytest.approx(1000 * expected)


def test_denominators_name_the_tiers():
    cells = triage_cells(TIERS, urgent_tiers=2)
    assert cells["under_triage"][""].denominator == "forms whose true tier is emergent or urgent"
    assert cells["over_triage"][""].denominator == "forms whose true tier is semi_urgent or routine"


def test_a_share_of_no_forms_is_none(decisions):
    labels = decisions.split.labels["urgency"]
    labels[labels < 2] = -1
    under_triage = MEASURES["under_triage"].compute(decisions, "urgency")[""]
    assert np.isnan(under_triage.values).all()
    assert (under_triage.n, under_triage.units) == (0, 0)


@pytest.mark.parametrize("urgent_tiers", [1, 2, 3])
def test_how_many_tiers_are_urgent_is_a_param(decisions, urgent_tiers):
    params = decisions.params.model_copy(update={"urgent_tiers": urgent_tiers})
    told = replace(decisions, params=params)
    for name, among in (
        ("under_triage", lambda true, placed: true < urgent_tiers),
        ("over_triage", lambda true, placed: true >= urgent_tiers),
    ):
        expected = count_by_loops(decisions, "urgency", BY_HAND[name][0], among)
        figure = MEASURES[name].compute(told, "urgency")[""]
        assert (figure.values[:, 0].mean(), figure.n, figure.units) == pytest.approx(expected)


@pytest.fixture
def two_tiers(decisions):
    """The same forms, in two tiers of which the first is urgent."""
    labels = decisions.split.labels | {"urgency": decisions.split.labels["urgency"].clip(-1, 1)}
    classes = {**CLASSES, "urgency": ("now", "later")}
    return replace(
        decisions,
        decided=decisions.decided | {"urgency": decisions.decided["urgency"].clip(0, 1)},
        split=replace(decisions.split, classes=classes, labels=labels),
        params=decisions.params.model_copy(update={"urgent_tiers": 1}),
    )


def test_of_two_tiers_a_rule_that_misses_every_emergency_misses_all_that_is_urgent(two_tiers):
    later = np.ones_like(two_tiers.decided["urgency"])
    missed = replace(two_tiers, decided=two_tiers.decided | {"urgency": later})
    figure = MEASURES["under_triage"].compute(missed, "urgency")[""]
    assert (figure.values == 1).all()
    assert figure.n == (two_tiers.split.labels["urgency"] == 0).sum()
    over = MEASURES["over_triage"].compute(two_tiers, "urgency")[""]
    assert over.n == (two_tiers.split.labels["urgency"] == 1).sum()


def test_of_two_tiers_none_can_be_placed_two_too_low(two_tiers):
    """There is no such figure then, rather than one of 0."""
    assert "severe_under_triage" not in triage_cells(("now", "later"), urgent_tiers=1)
    assert MEASURES["severe_under_triage"].compute(two_tiers, "urgency") == {}


@pytest.fixture
def perfect(split):
    """A system that is right of every form, with certainty."""
    return {
        task: 90.0 * np.eye(len(split.classes[task]))[labels][np.newaxis]
        for task, labels in split.labels.items()
    }


def test_a_perfect_triage_errs_for_none_and_costs_nothing(judge, perfect, split):
    results = judge(perfect, split)
    shown = {
        name: results.find(measure=name, rule="cost").value
        for name in ("both_right", "same_or_more_acute", "cost_per_1000", "under_triage")
    }
    assert shown["both_right"] == 1000
    assert shown["same_or_more_acute"] == 1
    assert shown["cost_per_1000"] == 0
    assert shown["under_triage"] is None, "none of them: a count below 11"


@pytest.mark.parametrize(("n_late", "shown"), [(10, False), (11, True)])
def test_a_figure_of_few_people_is_not_shown(judge, perfect, split, n_late, shown):
    emergent = np.flatnonzero(split.labels["urgency"] == 0)[:n_late]
    perfect["urgency"][:, emergent] = [0, 0, 90]
    row = judge(perfect, split).find(measure="under_triage", rule="argmax")
    assert row.shown == (row.value is not None) == shown


def test_what_few_forms_come_to_cannot_be_worked_out(judge, make_logits, perfect, split):
    """The forms of urgency that no row shows are none, or as many as may be seen."""
    n_forms = split.has_label("urgency").sum()
    hidden = []
    for system in (perfect, *(make_logits(skill=skill) for skill in (2.0, 3.0, 4.0, 5.0))):
        results = judge(system, split)
        for rule in ("argmax", "cost"):
            count = {
                name: results.find(measure=name, rule=rule).value or 0
                for name in ("urgency_right", "too_late", "too_late_urgent", "too_early")
            }
            known = count["urgency_right"] + count["too_early"]
            known += count["too_late"] or count["too_late_urgent"]
            hidden.append((1000 - known) * n_forms / 1000)
            for share, told in (
                ("same_or_more_acute", "too_late"),
                ("under_triage", "too_late_urgent"),
            ):
                if not results.find(measure=told, rule=rule).shown:
                    assert results.find(measure=share, rule=rule).value in (None, 1)
    assert max(hidden) > 1, "some are hidden"
    assert min(hidden) < 1, "some are not"
    assert all(n < 0.001 or n > SMALLEST_SHOWN - 0.001 for n in hidden)
