"""Errors among the forms kept equal brute force; no row tells of few people, alone or in pairs."""

import numpy as np
import pytest
from scipy.special import softmax
from small_split import with_costs

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.curves.risk_coverage import (
    COVERAGES,
    kept_share,
    list_coverages,
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


@pytest.mark.parametrize(("nurse_share", "more"), [(0.2, []), (0.12, [0.88]), (0.7, [0.3])])
def test_what_a_nurse_leaves_is_one_of_the_shares(params, nurse_share, more):
    decision = params.decision.model_copy(update={"nurse_share": nurse_share})
    assert list_coverages(decision).tolist() == sorted([*COVERAGES, *more], reverse=True)


@pytest.fixture
def decision(params):
    """Costs at which there are late ones to count."""
    return with_costs(params.decision, too_late_urgent=2.0)


@pytest.fixture
def rows(forecasts, split, decision):
    return risk_coverage_rows({"st": forecasts["st"]}, split, decision)


def count_by_loops(logits, labels, coverage, decision) -> tuple[float, float, int, int]:
    """Urgent forms missed of those kept, and of all forms, and how many of either there are."""
    probabilities = softmax(logits, axis=1)
    placed = (probabilities @ urgency_cost_matrix(3, decision)).argmin(axis=1)
    risk = [sum(p[k] for k in (0, 1) if k < d) for p, d in zip(probabilities, placed, strict=True)]
    # Sorted by risk; forms of equal risk, such as those placed highest, are taken in proportion.
    left, missed, urgent = coverage * len(labels), 0.0, 0.0
    for level in sorted(set(risk)):
        forms = [i for i, each in enumerate(risk) if each == level]
        part = min(1.0, left / len(forms))
        left -= part * len(forms)
        urgent += part * sum(labels[i] < 2 for i in forms)
        missed += part * sum(labels[i] < 2 and placed[i] > labels[i] for i in forms)
    return missed / urgent, missed / len(labels), round(urgent), len(labels)


def test_urgency_equals_brute_force(rows, forecasts, split, decision):
    labelled = split.labels["urgency"] >= 0
    labels, logits = split.labels["urgency"][labelled], forecasts["st"]["urgency"][0, labelled]
    found = [row for row in rows if row["task"] == "urgency"]
    assert {row["coverage"] for row in found} >= {1.0, 0.8}
    for row in found:
        counted = count_by_loops(logits, labels, row["coverage"], decision)
        k = ["under-triage", "missed, of all forms"].index(row["measure"])
        assert row["risk"] == pytest.approx(counted[k], abs=5.1e-4)
        assert row["of"] == counted[k + 2]
        assert row["low"] <= row["risk"] <= row["high"]


def test_specialty_equals_brute_force(rows, forecasts, split):
    labelled = split.labels["specialty"] >= 0
    labels, logits = split.labels["specialty"][labelled], forecasts["st"]["specialty"][0, labelled]
    certainty, likeliest = softmax(logits, axis=1).max(axis=1), logits.argmax(axis=1)
    found = {row["coverage"]: row for row in rows if row["task"] == "specialty"}
    for coverage in found.keys() & {1.0, 0.75, 0.5}:
        n_kept = coverage * len(labels)
        kept = np.argsort(-certainty)[: int(n_kept)]
        assert found[coverage]["risk"] == pytest.approx(
            (likeliest[kept] != labels[kept]).mean(), abs=1 / n_kept
        )
        assert found[coverage]["of"] == round(n_kept)
    assert 1.0 in found


def test_nobody_of_a_few_can_be_worked_out(forecasts, split, decision):
    rows = risk_coverage_rows(forecasts, split, decision)
    curves = {}
    for row in rows:
        curves.setdefault((row["system"], row["measure"]), []).append(row["risk"] * row["of"])
    assert {name for name, _ in curves} > {"st", "gbm"}
    shared = list_coverages(decision)
    assert any(len(counts) < len(shared) for counts in curves.values()), "some are hidden"
    for counts in curves.values():
        steps = -np.diff(counts)
        assert min(counts) > 10.9
        # To the fourth decimal of a share of at most 300 forms.
        assert ((np.abs(steps) < 0.1) | (steps > 10.9)).all()
