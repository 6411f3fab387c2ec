"""Sets are counted by class and by size as loops count them, and a broken promise is found."""

import numpy as np
import pytest

from intake_triage.evaluation.coverage_bands import beta_binomial_band
from intake_triage.evaluation.fitted_rules import FittedRules
from intake_triage.evaluation.measures.prediction_sets import (
    cover_test,
    coverage_rows,
    summarize_sets,
)
from intake_triage.statistics.bootstrap import draw_weightings


@pytest.fixture
def weightings(held_out):
    return draw_weightings(held_out.n_units, resamples=100)


@pytest.fixture
def cover(systems, held_out, fitted):
    def cover(fitted=fitted):
        return cover_test(systems, held_out, fitted, alpha=0.1, deals=100)

    return cover


def test_coverage_and_sizes_equal_loops(cover, held_out, weightings):
    sets = cover()
    of_task = sets["gbm"]["urgency"]
    labels = held_out.labels["urgency"][held_out.labels["urgency"] >= 0]
    for k in range(3):
        held = [
            of_task.inside[seed, i, k] for seed in range(3) for i in np.flatnonzero(labels == k)
        ]
        assert of_task.coverage()[k] == pytest.approx(np.mean(held))
    summary = summarize_sets(of_task, held_out.classes["urgency"], weightings)
    sizes = [row.sum() for seed in of_task.inside for row in seed]
    assert summary["mean_size"]["value"] == pytest.approx(np.mean(sizes), abs=1e-4)
    assert summary["singletons"]["value"] == pytest.approx(np.mean(np.equal(sizes, 1)), abs=1e-4)


def test_sets_keep_their_promise_on_the_records_they_were_fitted_to(cover):
    """The thresholds are quantiles of these very scores."""
    sets = cover()
    for of_system in sets.values():
        for of_task in of_system.values():
            np.testing.assert_allclose(of_task.coverage(), 0.9, atol=0.02)
            assert of_task.classes_outside() == []


def test_a_broken_promise_is_found_and_named(cover, fitted, held_out, weightings):
    rules = {name: dict(of_system) for name, of_system in fitted.rules.items()}
    rules["st"]["urgency"].thresholds[:, 2] *= 0.6
    sets = cover(FittedRules(rules, fitted.logits, fitted.samples, fitted.n_units))
    assert sets["st"]["urgency"].classes_outside() == [2]
    summary = summarize_sets(sets["st"]["urgency"], held_out.classes["urgency"], weightings)
    assert (summary["classes_outside"], summary["outside"]) == (1, ["routine"])


def test_records_without_groups_have_the_beta_binomial_band(cover, held_out, fitted):
    held_out.unit[:] = np.arange(300)
    for sample in fitted.samples.values():
        sample.unit[:] = sample.rows
    alone = FittedRules(fitted.rules, fitted.logits, fitted.samples, 300)
    sets = cover(alone)
    counts = np.bincount(fitted.samples["urgency"].labels)
    expected = [beta_binomial_band(count, count, alpha=0.1) for count in counts]
    assert sets["st"]["urgency"].bands == expected


def test_rows_leave_out_classes_of_few_people(cover, held_out):
    held_out.labels["urgency"][held_out.labels["urgency"] == 0] = -1
    held_out.labels["urgency"][1:11] = 0
    sets = cover()
    rows = coverage_rows(sets, held_out, alpha=0.1)
    classes = {row["class"] for row in rows if row["task"] == "urgency"}
    assert "emergent" not in classes
    for row in rows:
        uncovered = row["forms"] * (1 - row["coverage"])
        assert row["promised"] == 0.9
        assert round(uncovered, 3) == 0 or uncovered > 10.9
