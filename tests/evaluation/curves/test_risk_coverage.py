"""Risk at a coverage equals brute force; records of equal certainty are treated alike."""

import numpy as np
import pytest
from scipy.special import softmax
from small_split import with_costs

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.curves.risk_coverage import (
    COVERAGES,
    kept_share,
    risk_coverage_rows,
)


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


def test_rows_equal_brute_force(systems, split, params):
    decision = with_costs(params.decision, too_late_urgent=2.0)  # late ones to count
    rows = risk_coverage_rows({"st": systems["st"]}, split, decision)
    labelled = split.labels["urgency"] >= 0
    labels = split.labels["urgency"][labelled]
    logits = systems["st"].calibrated["urgency"][:, labelled]
    certainty, likeliest = softmax(logits, axis=2).max(axis=2), logits.argmax(axis=2)
    placed = (softmax(logits, axis=2) @ urgency_cost_matrix(3, decision)).argmin(axis=2)
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
