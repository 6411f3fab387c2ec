"""1,000 forms, costs and macro-F1 of decisions equal counts by hand and scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.decision_scores import per_1000_rows, score_decisions
from intake_triage.statistics.bootstrap import draw_weightings


@pytest.fixture
def decided(systems):
    return {task: systems["st"].raw[task].argmax(axis=2) for task in ("urgency", "specialty")}


@pytest.fixture
def scores(decided, held_out, params):
    weightings = draw_weightings(held_out.n_units, resamples=100)
    return score_decisions(decided, held_out, weightings, params.decision.cost)


def pairs(decided, held_out, task):
    """(true, decided) of each labelled form and seed."""
    return [
        (true, placed)
        for seed in decided[task]
        for true, placed in zip(held_out.labels[task], seed, strict=True)
        if true >= 0
    ]


def test_1000_forms_equal_counts_by_hand(scores, decided, held_out):
    tiers, routes = (pairs(decided, held_out, task) for task in ("urgency", "specialty"))
    both = [
        decided["urgency"][seed, i] == held_out.labels["urgency"][i]
        and decided["specialty"][seed, i] == held_out.labels["specialty"][i]
        for seed in range(3)
        for i in range(300)
        if held_out.labels["urgency"][i] >= 0 and held_out.labels["specialty"][i] >= 0
    ]
    expected = {
        "too_late": np.mean([placed > true for true, placed in tiers]),
        "too_early": np.mean([placed < true for true, placed in tiers]),
        "misrouted": np.mean([placed != true for true, placed in routes]),
        "both_right": np.mean(both),
    }
    assert list(scores["per_1000"]) == list(expected)
    for name, share in expected.items():
        shown = scores["per_1000"][name]
        assert shown["value"] == round(1000 * share)
        assert isinstance(shown["value"], int)
        assert 0 <= shown["low"] < shown["value"] < shown["high"] <= 1000
    assert scores["per_1000"]["both_right"]["of"] == len(both) // 3


def test_cost_is_that_of_both_tasks(scores, decided, held_out, params):
    matrix = urgency_cost_matrix(3, params.decision.cost)
    tiers, routes = (pairs(decided, held_out, task) for task in ("urgency", "specialty"))
    of_tiers = np.mean([matrix[true, placed] for true, placed in tiers])
    of_routes = np.mean(
        [params.decision.cost.misroute * (true != placed) for true, placed in routes]
    )
    assert scores["cost_per_1000"]["value"] == pytest.approx(
        1000 * (of_tiers + of_routes), abs=0.051
    )


def test_macro_f1_equals_scikit_learns(scores, decided, held_out):
    for task in ("urgency", "specialty"):
        labelled = held_out.labels[task] >= 0
        expected = [
            metrics.f1_score(held_out.labels[task][labelled], seed[labelled], average="macro")
            for seed in decided[task]
        ]
        assert scores["macro_f1"][task]["value"] == pytest.approx(np.mean(expected), abs=5e-5)


def test_rows_leave_out_what_is_not_shown(scores):
    hidden = scores | {"per_1000": scores["per_1000"] | {"too_late": None}}
    rows = per_1000_rows({"st": {"argmax": scores, "cost": hidden}})
    assert len(rows) == 4 + 3
    assert [row["outcome"] for row in rows if row["rule"] == "cost"] == [
        "sent too early",
        "misrouted",
        "both right",
    ]


def test_a_perfect_triage_errs_for_none_and_costs_nothing(held_out, params):
    perfect = {task: labels[np.newaxis].clip(0) for task, labels in held_out.labels.items()}
    weightings = draw_weightings(held_out.n_units, resamples=100)
    scores = score_decisions(perfect, held_out, weightings, params.decision.cost)
    assert scores["per_1000"]["both_right"]["value"] == 1000
    assert scores["same_or_more_acute"]["value"] == 1
    assert scores["cost_per_1000"]["value"] == 0
    assert scores["under_triage"] is None  # none of them: a count below 11
