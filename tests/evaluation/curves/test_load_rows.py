"""A row a forecaster and tier, of the forms placed there at least cost."""

import numpy as np
import pytest
from scipy.special import softmax
from small_split import with_costs

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.curves.load import load_rows


def test_rows_equal_counts_of_forms(forecasts, split, params):
    decision = with_costs(params.decision, too_late_urgent=2.0)
    rows = load_rows(forecasts, split, decision)
    labelled = split.labels["urgency"] >= 0
    labels = split.labels["urgency"][labelled]
    assert {row["system"] for row in rows} > {"st", "gbm+st"}
    for row in rows:
        k = split.classes["urgency"].index(row["tier"])
        said = softmax(forecasts[row["system"]]["urgency"][0, labelled], axis=1)
        placed = (said @ urgency_cost_matrix(3, decision)).argmin(axis=1)
        assert row["placed"] == pytest.approx(1000 * np.mean(placed == k), abs=0.501)
        assert row["belonging"] == pytest.approx(1000 * np.mean(labels == k), abs=0.501)
        assert row["low"] < row["placed"] < row["high"]


def test_a_tier_that_nobody_or_a_few_are_placed_in_is_left_out(forecasts, split, params):
    up = forecasts["st"]["urgency"] + [30.0, 0.0, 0.0]
    (row,) = load_rows({"st": {"urgency": up}}, split, params.decision)
    assert (row["tier"], row["placed"]) == ("emergent", 1000)
    up[0, np.flatnonzero(split.labels["urgency"] == 1)[:10]] = [0, 90, 0]
    assert load_rows({"st": {"urgency": up}}, split, params.decision) == []
