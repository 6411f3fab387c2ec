"""Every measure is applied where it fits, to the right records; small subgroups are not shown."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import t
from sklearn import metrics
from small_split import with_costs

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.walk import list_subgroups
from intake_triage.statistics.scores import log_loss


def find(results, **wanted):
    (row,) = results.where(**wanted)
    return row


def test_a_row_a_measure_where_it_fits(judge, forecasts, split):
    rows = judge(forecasts["st"], split).rows
    assert {row.measure for row in rows} == set(MEASURES)
    keys = [replace(row, value=0, low=0, high=0, n=0, units=0, shown=True) for row in rows]
    assert len(set(keys)) == len(keys)
    for row in rows:
        measure = MEASURES[row.measure]
        assert measure.is_for(row.task, split.tasks)
        assert (row.rule == "") == (measure.judges == "probabilities")
        assert row.calibrated
        if row.rule:
            assert measure.rules is None or row.rule in measure.rules
        if row.column:
            assert row.rule in measure.in_subgroups
        if row.value is not None:
            assert (row.low is not None) == measure.has_interval
        if row.low is not None:
            assert measure.least <= row.low <= row.value <= row.high <= measure.most


def test_figures_of_a_subgroup_are_of_its_records(judge, make_logits, split, params):
    forecast = make_logits(skill=1.0)
    decision = with_costs(params.decision, too_late_urgent=2.0)  # late ones to count
    results = judge(forecast, split, decision=decision)
    rows = (split.subgroups["sex"] == "female") & (split.labels["urgency"] >= 0)
    labels = split.labels["urgency"][rows]
    calibrated = forecast["urgency"][:, rows]
    urgent = labels < 2
    placed = (softmax(calibrated, axis=2) @ urgency_cost_matrix(3, decision)).argmin(axis=2)
    expected = {
        "macro_f1": [
            metrics.f1_score(labels, seed.argmax(1), average="macro") for seed in calibrated
        ],
        "log_loss": [log_loss(seed, labels) for seed in calibrated],
        "under_triage": [(seed > labels)[urgent].mean() for seed in placed],
    }
    for measure, by_seed in expected.items():
        row = find(results, task="urgency", subgroup="female", measure=measure)
        assert row.value == pytest.approx(np.mean(by_seed)), measure
        assert row.low < row.value < row.high
        # A share's denominators would tell how many of a hidden subgroup are counted.
        assert row.n == (None if measure == "under_triage" else rows.sum())


def test_intervals_hold_together(judge, make_logits, split):
    """Bonferroni's for two subgroups are wider than for one; of a single seed t is known."""
    forecast = make_logits(skill=1.0)
    women = {"task": "specialty", "subgroup": "female", "measure": "log_loss"}
    both = find(judge(forecast, split), **women)
    alone = split.subgroups["sex"] == "female"
    split.labels["specialty"][~alone] = -1
    single = find(judge(forecast, split), **women)
    widths = [row.high - row.low for row in (both, single)]
    ratio = t.ppf(1 - 0.05 / 2 / 2, both.units - 1) / t.ppf(1 - 0.05 / 2, both.units - 1)
    assert widths[0] / widths[1] == pytest.approx(ratio)


def test_small_subgroups_are_left_out(judge, forecasts, split):
    split.subgroups["sex"][:] = "female"
    split.subgroups["sex"][:60] = "male"
    n_men = (split.labels["urgency"][:60] >= 0).sum()
    for min_subgroup, shown in ((n_men, {"female", "male"}), (n_men + 1, {"female"})):
        rows = judge(forecasts["st"], split, min_subgroup=min_subgroup).where(column="sex")
        assert {row.subgroup for row in rows if row.task == "urgency"} == shown


@pytest.mark.parametrize("others", [[55, 50, 6], [55, 38, 6]])
def test_what_is_left_out_is_never_a_few_people(split, others):
    """In the first case d alone would be the forms less those of a, b and c."""
    values = np.full(300, "a")
    values[split.has_label("urgency")] = np.repeat(list("abcd"), [270 - sum(others), *others])
    parts = list_subgroups(replace(split, subgroups={"site": values}), "urgency", min_subgroup=50)
    assert [part.subgroup for part in parts] == ["a", "b"]


def test_every_column_is_measured(judge, forecasts, split):
    split.subgroups["site"] = np.where(np.arange(300) < 150, "north", "missing")
    rows = judge(forecasts["st"], split).rows
    assert {row.column for row in rows} == {"", "sex", "site"}
    assert {row.subgroup for row in rows if row.column == "site"} == {"north", "missing"}
