"""Risk at a coverage and the area below the curve equal brute force; ties come in random order."""

import numpy as np
import pytest
from scipy.special import softmax

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.measures.risk_coverage import (
    COVERAGES,
    kept_share,
    most_certain,
    risk_coverage_area,
    risk_coverage_areas,
    risk_coverage_rows,
)
from intake_triage.statistics.bootstrap import draw_weightings


def area_by_loops(certainty, wrong) -> float:
    order = sorted(range(len(certainty)), key=lambda i: -certainty[i])
    return np.mean([np.mean([wrong[i] for i in order[:n]]) for n in range(1, len(order) + 1)])


def test_area_equals_loops(rng):
    certainty, wrong = rng.random(80), rng.random(80) < 0.3
    assert risk_coverage_area(certainty, wrong) == pytest.approx(area_by_loops(certainty, wrong))


def test_ties_come_in_random_order(rng):
    certainty, wrong = rng.integers(0, 4, 30) / 4, rng.random(30) < 0.3
    areas = []
    for _ in range(4000):
        order = rng.permutation(30)
        areas.append(area_by_loops(certainty[order], wrong[order]))
    assert risk_coverage_area(certainty, wrong) == pytest.approx(np.mean(areas), abs=0.004)


def test_certainty_that_tells_nothing_has_the_error_rate():
    assert risk_coverage_area(np.full(10, 0.5), np.arange(10) < 3) == pytest.approx(0.3)


def test_the_most_certain_are_kept(rng):
    certainty = rng.permutation(20) / 20
    kept = kept_share(certainty, coverage=0.75)
    assert set(np.flatnonzero(kept == 1)) == set(np.argsort(-certainty)[:15])
    assert kept.sum() == 15


@pytest.mark.parametrize("coverage", COVERAGES)
def test_what_is_kept_adds_up_and_ties_are_treated_alike(rng, coverage):
    certainty = rng.integers(0, 5, 47) / 5
    kept = kept_share(certainty, coverage=coverage)
    assert kept.sum() == pytest.approx(coverage * 47)
    for value in np.unique(certainty):
        assert len(set(kept[certainty == value])) == 1
    assert (np.diff(kept[np.argsort(certainty)]) >= 0).all()


def test_rows_equal_brute_force(systems, held_out, params):
    weightings = draw_weightings(held_out.n_units, resamples=100)
    cost = params.decision.cost.model_copy(update={"too_late_urgent": 2.0})  # late ones to count
    rows = risk_coverage_rows({"st": systems["st"]}, held_out, weightings, cost)
    labelled = held_out.labels["urgency"] >= 0
    labels = held_out.labels["urgency"][labelled]
    logits = systems["st"].calibrated["urgency"][:, labelled]
    certainty, likeliest = most_certain(logits)
    placed = (softmax(logits, axis=2) @ urgency_cost_matrix(3, cost)).argmin(axis=2)
    by_coverage = {
        (row["measure"], row["coverage"]): row for row in rows if row["task"] == "urgency"
    }
    for coverage in (1.0, 0.8, 0.5):
        n_kept = round(coverage * len(labels))
        wrong, late = [], []
        for seed in range(3):
            kept = np.argsort(-certainty[seed])[:n_kept]
            wrong.append((likeliest[seed, kept] != labels[kept]).mean())
            urgent = kept[labels[kept] < 2]
            late.append((placed[seed, urgent] > labels[urgent]).mean())
        assert by_coverage["wrong", coverage]["risk"] == pytest.approx(np.mean(wrong), abs=1e-4)
        assert by_coverage["under-triage", coverage]["risk"] == pytest.approx(
            np.mean(late), abs=1e-4
        )
        assert by_coverage["wrong", coverage]["of"] == n_kept


def test_more_skill_has_a_smaller_area(systems, held_out):
    areas = risk_coverage_areas(systems, held_out)
    for task in ("urgency", "specialty"):
        assert areas["mtl"][task] < areas["st"][task]
