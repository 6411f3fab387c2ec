"""Kappa against scikit-learn's, stated chances against counts by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from intake_triage.release.watch.agreement import measure_agreement
from intake_triage.release.watch.calibration import compare_chances
from intake_triage.release.watch.forms import as_forms
from tests.release.watch.conftest import SCHEMA, TIERS, make_forms, make_pilot


def test_kappa_is_that_of_scikit_learn():
    forms = make_forms(700)
    agreement = measure_agreement(forms, SCHEMA)
    for task, weights in (("urgency", "quadratic"), ("specialty", None)):
        expected = cohen_kappa_score(forms.labels[task], forms.suggested[task], weights=weights)
        got = agreement[task]
        assert got["kappa"] == pytest.approx(expected, abs=1e-3)
        assert got["low"] < got["kappa"] < got["high"]


def test_the_interval_is_that_of_resampled_forms(rng):
    forms = make_forms(300)
    labels, suggested = forms.labels["urgency"], forms.suggested["urgency"]
    drawn = rng.integers(0, 300, (500, 300))
    kappas = [cohen_kappa_score(labels[k], suggested[k], weights="quadratic") for k in drawn]
    got = measure_agreement(forms, SCHEMA)["urgency"]
    assert (got["low"], got["high"]) == pytest.approx(np.quantile(kappas, [0.025, 0.975]), abs=0.03)


def test_small_counts_are_hidden_and_cannot_be_worked_out():
    table = measure_agreement(make_forms(400), SCHEMA)["urgency"]["table"]
    shown = [count for row in table.values() for count in row if count is not None]
    assert min(shown) >= 11
    assert all(row.count(None) != 1 for row in table.values())


def test_a_class_that_the_bundle_lacks_is_a_row_of_its_own():
    frame, labels = make_pilot(400)
    labels.loc[:39, "specialty"] = "eyes"
    agreement = measure_agreement(as_forms(frame, labels, SCHEMA), SCHEMA)["specialty"]
    assert list(agreement["table"]) == [*SCHEMA.specialty, "not known"]
    assert agreement["classes"] == list(SCHEMA.specialty)
    assert agreement["forms"] == 400


def test_without_labels_there_is_no_kappa():
    frame, labels = make_pilot(50)
    agreement = measure_agreement(as_forms(frame, labels.iloc[:5], SCHEMA), SCHEMA)
    assert agreement["urgency"]["kappa"] is None
    rows = compare_chances(as_forms(frame, labels.iloc[:0], SCHEMA), SCHEMA)
    assert all(row["expected"] is None for row in rows)


def test_stated_chances_stand_beside_what_came_true():
    frame, labels = make_pilot(800)
    labels.loc[::3, "urgency"] = None
    rows = {row["about"]: row for row in compare_chances(as_forms(frame, labels, SCHEMA), SCHEMA)}
    assert list(rows) == ["now", "today_or_above", "week_or_above", "specialty"]
    known = labels["urgency"].notna()
    above = labels["urgency"][known].isin(TIERS[:2])
    stated = frame.loc[known, ["urgency_p_now", "urgency_p_today"]].sum(axis=1)
    row = rows["today_or_above"]
    interval = stats.binomtest(int(above.sum()), int(known.sum())).proportion_ci(0.95)
    assert row["forms"] == known.sum()
    assert row["expected"] == pytest.approx(stated.mean(), abs=1e-4)
    assert row["observed"] == pytest.approx(above.mean(), abs=1e-4)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high), abs=1e-4)
    right = frame["specialty"] == labels["specialty"]
    assert rows["specialty"]["observed"] == pytest.approx(right.mean(), abs=1e-4)
    assert rows["specialty"]["expected"] == pytest.approx(0.8 + 0.2 / 3, abs=1e-4)
