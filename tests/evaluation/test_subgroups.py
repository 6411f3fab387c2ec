"""Subgroups are scored on their own records, and the small ones are not shown."""

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import t
from sklearn import metrics

from intake_triage.calibration.decisions import urgency_cost_matrix
from intake_triage.evaluation.subgroups import subgroup_rows, subgroups_to_show
from intake_triage.statistics.bootstrap import draw_weightings
from intake_triage.statistics.scores import log_loss


@pytest.fixture
def score(systems, held_out, params):
    """Rows of st, which has three seeds."""

    def score(*, min_subgroup: int = 20, systems=systems, cost=params.decision.cost):
        few = params.compare.model_copy(update={"min_subgroup": min_subgroup, "ece_bins": 5})
        weightings = draw_weightings(held_out.n_units, resamples=200)
        return subgroup_rows({"st": systems["st"]}, held_out, weightings, few, cost)

    return score


def find(rows, **wanted):
    (row,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return row


def test_scores_are_those_of_the_subgroups_records(score, make_system, held_out, params):
    systems = {"st": make_system(skill=1.0, sharpness=0.3)}
    cost = params.decision.cost.model_copy(update={"too_late_urgent": 2.0})  # late ones to count
    rows = score(systems=systems, cost=cost)
    mine = (held_out.subgroups["sex"] == "female") & (held_out.labels["urgency"] >= 0)
    labels = held_out.labels["urgency"][mine]
    raw, calibrated = (
        logits["urgency"][:, mine] for logits in (systems["st"].raw, systems["st"].calibrated)
    )
    urgent = labels < 2
    placed = (softmax(calibrated, axis=2) @ urgency_cost_matrix(3, cost)).argmin(axis=2)
    expected = {
        "macro_f1": [metrics.f1_score(labels, seed.argmax(1), average="macro") for seed in raw],
        "log_loss": [log_loss(seed, labels) for seed in calibrated],
        "under_triage": [(seed > labels)[urgent].mean() for seed in placed],
    }
    for measure, by_seed in expected.items():
        row = find(rows, task="urgency", subgroup="female", measure=measure)
        assert row["value"] == pytest.approx(np.mean(by_seed), abs=5e-5), measure
        assert row["low"] < row["value"] < row["high"]
        assert row["forms"] == mine.sum()


def test_macro_f1_is_over_the_classes_present(score, systems, held_out):
    """Without an emergent man the mean for men is over the two other tiers."""
    men = held_out.subgroups["sex"] == "male"
    labels = held_out.labels["urgency"]
    labels[men & (labels == 0)] = 1
    mine = men & (labels >= 0)
    row = find(score(), task="urgency", subgroup="male", measure="macro_f1")
    by_seed = [
        metrics.f1_score(labels[mine], seed[mine].argmax(1), average="macro", labels=[1, 2])
        for seed in systems["st"].raw["urgency"]
    ]
    assert row["value"] == pytest.approx(np.mean(by_seed), abs=5e-5)


def test_intervals_hold_together(score, make_system, held_out):
    """Bonferroni's for two subgroups are wider than for one; of a single seed t is known."""
    systems = {"st": make_system(skill=1.0, n_seeds=1)}
    find_women = {"task": "specialty", "subgroup": "female", "measure": "log_loss"}
    both = find(score(systems=systems), **find_women)
    alone = held_out.subgroups["sex"] == "female"
    held_out.labels["specialty"][~alone] = -1
    single = find(score(systems=systems), **find_women)
    labelled = alone & (held_out.labels["specialty"] >= 0)
    degrees = len(np.unique(held_out.unit[labelled])) - 1
    widths = [row["high"] - row["low"] for row in (both, single)]
    ratio = t.ppf(1 - 0.05 / 2 / 2, degrees) / t.ppf(1 - 0.05 / 2, degrees)
    assert widths[0] / widths[1] == pytest.approx(ratio, rel=0.01)


def test_small_subgroups_are_left_out(score, held_out):
    held_out.subgroups["sex"][:] = "female"
    held_out.subgroups["sex"][:60] = "male"
    n_men = (held_out.labels["urgency"][:60] >= 0).sum()
    for min_subgroup, shown in ((n_men, {"female", "male"}), (n_men + 1, {"female"})):
        rows = score(min_subgroup=int(min_subgroup))
        assert {row["subgroup"] for row in rows if row["task"] == "urgency"} == shown


def test_what_is_left_out_is_never_a_few_people():
    values = np.repeat(["a", "b", "c", "d"], [300, 120, 110, 5])
    assert subgroups_to_show(values, min_subgroup=100) == ["a", "b"]  # d alone would be 535 − 530
    values = np.repeat(["a", "b", "c", "d"], [300, 120, 60, 5])
    assert subgroups_to_show(values, min_subgroup=100) == ["a", "b"]


def test_every_column_is_scored(score, held_out):
    held_out.subgroups["site"] = np.where(np.arange(300) < 150, "north", "missing")
    rows = score()
    assert {row["column"] for row in rows} == {"sex", "site"}
    assert {row["subgroup"] for row in rows if row["column"] == "site"} == {"north", "missing"}
