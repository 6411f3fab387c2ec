"""How sure: what the rule takes from halves of the forms, and how many forms would show more."""

from collections import Counter

import numpy as np
import pytest
from made_tables import CEILINGS, INSIDE, N_UNITS, scored, table_of

from intake_triage.recommendation.candidates import SetUp
from intake_triage.recommendation.ceilings import CeilingFigure
from intake_triage.recommendation.certainty import (
    HALVES,
    count_halves,
    draw_halves,
    forms_to_separate,
    forms_to_show,
)

GBM, ST, MTL = (SetUp(name, name) for name in ("gbm", "st", "mtl"))


@pytest.mark.parametrize("n_units", [10, 11])
def test_a_half_holds_half_of_the_units_each_as_often_as_another(n_units):
    halves = draw_halves(n_units)
    assert halves.shape == (HALVES, n_units)
    assert set(halves.sum(axis=1)) == {(n_units + 1) // 2}
    assert halves.mean(axis=0) == pytest.approx(np.full(n_units, 0.5), abs=0.2)
    assert (halves == draw_halves(n_units)).all(), "the seed is fixed"


def test_halves_are_counted_by_what_the_rule_takes(decision):
    """mtl is chosen in two of four, and tied in the one where the other is far cheaper to run."""
    tables = [
        table_of(scored(GBM, 1000, error=5), scored(MTL, 1001, error=5)),
        table_of(scored(GBM, 1000, error=5), scored(MTL, 900, error=5)),
        table_of(scored(GBM, 1000, error=20), scored(MTL, 1010, error=20)),
        table_of(scored(GBM, 1000, over_triage=0.9), scored(MTL, 1000, over_triage=0.9)),
    ]
    counted = count_halves(tables, CEILINGS, decision)
    assert (counted["halves"], counted["none"]) == (4, 0.25)
    assert counted["set_ups"] == [
        {"urgency": "mtl", "specialty": "mtl", "tied": 0.75, "chosen": 0.5},
        {"urgency": "gbm", "specialty": "gbm", "tied": 0.5, "chosen": 0.25},
    ]


def test_what_is_chosen_most_often_comes_first_though_it_is_tied_less_often(decision):
    tied = table_of(scored(GBM, 1000, error=20), scored(ST, 1000, error=20))
    apart = table_of(scored(GBM, 1200, error=5), scored(ST, 1000, error=5))
    first, second = count_halves([tied, tied, apart], CEILINGS, decision)["set_ups"]
    assert (first["urgency"], first["chosen"], first["tied"]) == ("gbm", 0.6667, 0.6667)
    assert (second["urgency"], second["chosen"], second["tied"]) == ("st", 0.3333, 1)


def test_a_half_of_the_forms_is_scored_as_if_it_were_all(scorer):
    """Costs, floor and figures of decisions; those of probabilities are taken to first order."""
    split = scorer.split
    halves = draw_halves(split.n_units)[:3]
    for half, table in zip(halves, scorer.half_tables(halves), strict=True):
        rows = half[split.unit]
        alone = type(scorer)(
            {
                name: {task: logits[:, rows] for task, logits in by_task.items()}
                for name, by_task in scorer.forecasts.items()
            },
            split.where(rows),
            scorer.decision,
            scorer.ece_bins,
        ).table(scorer.decision)
        assert table.n_units == alone.n_units == half.sum()
        for here, there in zip(table.scored, alone.scored, strict=True):
            assert here.set_up == there.set_up
            assert here.costs == pytest.approx(there.costs)
            assert here.below_floor == there.below_floor
            for name in ("under_triage", "most_urgent_missed", "over_triage", "urgent_load"):
                assert here.figures[name] == pytest.approx(there.figures[name])
            for name in ("ece_urgency", "ece_specialty", "intercept"):
                assert here.figures[name] == pytest.approx(there.figures[name], abs=0.3)


def test_the_halves_of_a_clear_case_agree(scorer):
    lenient = scorer.decision.model_copy(
        update={"max_ece": 0.9, "max_intercept": 9.0, "max_over_triage": 0.99}
        | {"max_load": 9.0, "max_under_triage": 0.99, "max_most_urgent_missed": 0.99}
        | {"max_severe_under_triage": 0.99}
    )
    slopes = lenient.slope.model_copy(update={"least": 1e-9, "most": 99.0})
    lenient = lenient.model_copy(update={"slope": slopes})
    tables = scorer.half_tables(draw_halves(scorer.split.n_units)[:20])
    counted = count_halves(tables, scorer.ceilings, lenient)
    chosen = Counter({(e["urgency"], e["specialty"]): e["chosen"] for e in counted["set_ups"]})
    assert sum(chosen.values()) + counted["none"] == pytest.approx(1)
    if chosen:
        assert chosen.most_common(1)[0][0] in {("mtl", "mtl"), ("gbm+mtl", "gbm+mtl")}


def _repeat(value, standard_error, times):
    """Estimates of fresh samples of so many times the forms, and their standard error."""
    error = standard_error / times**0.5
    return np.random.default_rng(0).normal(value, error, size=100_000), error


@pytest.mark.parametrize(
    ("name", "value", "half_width"),
    [
        ("over_triage", 0.47, 0.2),
        ("under_triage", 0.08, 0.05),
        ("slope_now", 0.9, 0.4),
        ("slope_now", 1.02, 0.9),  # about as near to either bound
        ("intercept", 0.0, 0.5),
    ],
)
def test_with_the_forms_needed_four_of_five_samples_show_a_ceiling_met(
    decision, name, value, half_width
):
    figure = CeilingFigure(value, value - half_width, value + half_width)
    times = forms_to_show(CEILINGS, INSIDE | {name: figure}, decision)[name]
    estimates, error = _repeat(value, half_width / 1.96, times)
    (ceiling,) = (each for each in CEILINGS if each.name == name)
    least, most = ceiling.bounds(decision)
    met = (estimates - 1.96 * error >= least) & (estimates + 1.96 * error <= most)
    assert met.mean() == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("cost", [1010, 1029, 1080])
def test_with_the_forms_needed_four_of_five_samples_show_the_side_of_the_margin(cost):
    lowest, other = scored(GBM, 1000, error=60), scored(MTL, cost, error=80)
    times = forms_to_separate(other, lowest, margin=30.0, n_units=N_UNITS)
    estimates, error = _repeat(cost - 1000, 100, times)
    side = 1 if cost > 1030 else -1
    shown = side * (estimates - 30) >= 1.645 * error
    assert shown.mean() == pytest.approx(0.8, abs=0.01)


def test_what_does_not_vary_needs_no_form_and_what_has_no_room_can_never_be_shown(decision):
    certain = INSIDE | {"over_triage": CeilingFigure(0.5, 0.5, 0.5)}
    assert forms_to_show(CEILINGS, certain, decision)["over_triage"] == 0
    at_limit = INSIDE | {"over_triage": CeilingFigure(0.5, 0.4, 0.6)}
    assert forms_to_show(CEILINGS, at_limit, decision)["over_triage"] is None
    lowest, at_margin = scored(GBM, 1000), scored(MTL, 1030, error=5)
    assert forms_to_separate(lowest, lowest, margin=30.0, n_units=N_UNITS) == 0
    assert forms_to_separate(at_margin, lowest, margin=30.0, n_units=N_UNITS) is None
