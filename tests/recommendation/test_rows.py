"""Rows of the set-ups: what was dropped and chosen, and 1,000 forms in whole numbers."""

from dataclasses import replace

import numpy as np
import pytest

from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.recommendation.candidates import SetUp
from intake_triage.recommendation.recommend import compare_set_ups
from intake_triage.recommendation.rows import per_1000_rows, set_up_rows
from intake_triage.statistics.bootstrap import draw_weightings
from intake_triage.statistics.disclosure import SMALLEST_SHOWN
from intake_triage.systems import TRAINED_SYSTEMS

OUTCOMES = {
    *("both_right", "urgency_right", "too_late", "too_late_urgent", "too_early", "misrouted")
}


def test_a_row_a_split_and_set_up(scorer, params):
    decision = params.decision.model_copy(update={"max_ece": 1e-6})
    splits = {"calibrate": scorer, "test": scorer}
    rows = set_up_rows(splits, SetUp("mtl", "mtl"), decision)
    assert len(rows) == 20
    assert [row["label"] for row in rows if row["chosen"]] == ["mtl", "mtl"]
    assert all(row["dropped_for"] for row in rows)
    assert all(row["low"] < row["cost_per_1000"] < row["high"] for row in rows)
    assert all(row["least_slope"] <= row["greatest_slope"] for row in rows)


def repeat(systems, held_out, *, times: int):
    """The same forms many times over, each its own unit."""
    labels = {task: np.tile(of_task, times) for task, of_task in held_out.labels.items()}
    n_records = times * len(held_out.record_id)
    many = replace(held_out, labels=labels, unit=np.arange(n_records))
    tiled = {
        name: SystemLogits(
            *(
                {task: np.tile(logits, (1, times, 1)) for task, logits in kind.items()}
                for kind in (system.raw, system.calibrated)
            )
        )
        for name, system in systems.items()
    }
    return tiled, many, draw_weightings(n_records, resamples=100)


@pytest.fixture
def per_1000(systems, held_out, params):
    """From 6,000 forms, so that no outcome is of few."""
    rows = per_1000_rows(*repeat(systems, held_out, times=20), params.decision.cost)
    return {(row["set_up"], row["outcome"]): row for row in rows}


def test_set_ups_majority_prior_and_oracle_have_every_outcome(per_1000):
    labels = {label for label, _ in per_1000}
    assert len(labels) == 13
    assert {"mtl", "gbm + st", "majority", "prior", "oracle"} <= labels
    assert {outcome for label, outcome in per_1000 if label == "linear + linear"} == OUTCOMES
    assert all(isinstance(row["per_1000"], int) for row in per_1000.values())
    assert all(row["low"] <= row["per_1000"] <= row["high"] for row in per_1000.values())


def test_the_outcomes_of_urgency_are_all_forms(per_1000):
    count = {o: per_1000["linear + linear", o]["per_1000"] for o in OUTCOMES}
    assert sum(count[o] for o in ("urgency_right", "too_late", "too_early")) in (999, 1000, 1001)
    assert count["too_late_urgent"] <= count["too_late"]
    assert count["both_right"] <= count["urgency_right"] + 50  # over the forms with both labels


def test_what_few_forms_come_to_cannot_be_worked_out(systems, held_out, scorer):
    """The forms of urgency that no row shows are none, or as many as may be seen."""
    rows = per_1000_rows(systems, held_out, scorer.weightings, scorer.cost)
    n_forms = len(held_out.labelled("urgency").rows)
    n_hidden = []
    for label in {row["set_up"] for row in rows}:
        shown = {row["outcome"]: row["per_1000"] for row in rows if row["set_up"] == label}
        late = shown.get("too_late", shown.get("too_late_urgent", 0))
        known = late + shown.get("urgency_right", 0) + shown.get("too_early", 0)
        n_hidden.append((1000 - known) * n_forms / 1000)
    assert max(n_hidden) > 1, "some are hidden"
    assert all(n < 1 or n > SMALLEST_SHOWN - 1 for n in n_hidden)


def test_the_same_input_gives_the_same_recommendation(systems, held_out, params):
    compare = params.compare.model_copy(update={"resamples": 100, "ece_bins": 5})
    few = params.model_copy(update={"compare": compare})
    out_of_fold = {name: systems[name].calibrated for name in TRAINED_SYSTEMS}
    first, second = (
        compare_set_ups(out_of_fold, held_out, systems, held_out, few) for _ in range(2)
    )
    assert first == second
    recommendation, plots = first
    assert 0 <= recommendation["won_share"] <= 1
    chosen = {row["label"] for row in plots["set_ups"] if row["chosen"]}
    assert len(chosen) == (recommendation["urgency"] is not None)
    assert np.isfinite([row["cost_per_1000"] for row in plots["set_ups"]]).all()
