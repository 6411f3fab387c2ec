"""Plot rows are complete, rounded, and show no few people."""

import pytest

from intake_triage.evaluation.decisions import decide_urgency_by_cost
from intake_triage.evaluation.plots import (
    confusion_rows,
    cost_rows,
    frontier_rows,
    gradient_rows,
    macro_f1_rows,
    reliability_rows,
    subgroup_rows,
    training_rows,
    with_colours,
)
from intake_triage.params import MtlParams
from intake_triage.systems import FORECASTERS, SYSTEMS


@pytest.fixture
def results(judge, forecasts, split):
    return judge(forecasts["st"], split)


def test_macro_f1_is_that_of_the_likeliest_class_of_all_records(results):
    rows = macro_f1_rows(results)
    assert [row["task"] for row in rows] == ["urgency", "specialty"]
    row = results.find(task="urgency", measure="macro_f1", rule="argmax")
    ends = {"macro_f1": row.value, "low": row.low, "high": row.high}
    assert rows[0] == {"task": "urgency", "system": "st"} | {
        name: round(end, 3) for name, end in ends.items()
    }


def test_subgroups_have_a_row_a_figure_that_is_shown_and_the_forms_with_a_label(results, split):
    rows = subgroup_rows(results)
    hidden = [row for row in results.rows if row.column and not row.shown]
    assert len(rows) == len(list(results.where(column="sex"))) - len(hidden)
    for row in rows:
        women = split.subgroups["sex"] == row["subgroup"]
        assert row["forms"] == (women & split.has_label(row["task"])).sum()
        assert row["low"] <= row["value"] <= row["high"]
    assert len(hidden) > 0, "the example should hide some"


def test_confusion_of_the_least_cost_decision_hides_few_people(make_logits, split, params):
    forecast = make_logits(skill=1.5)
    rows = confusion_rows({"st": forecast}, split, params.decision)
    rows = [row for row in rows if row["task"] == "urgency"]
    decided = decide_urgency_by_cost(forecast["urgency"], params.decision)[0]
    assert (decided != forecast["urgency"][0].argmax(1)).any(), "else the rule makes no difference"
    assert len(rows) == 9
    labels = split.labels["urgency"]
    seen = set()
    for row in rows:
        true, predicted = (
            split.classes["urgency"].index(row[name]) for name in ("true", "predicted")
        )
        of_true = decided[labels == true]
        count = (of_true == predicted).sum()
        seen.add(row["share"] is None)
        if row["share"] is None:
            continue
        assert count >= 11
        assert row["share"] == pytest.approx(count / (labels == true).sum(), abs=0.005001)
    assert seen == {True, False}, "the example should hide some cells and show some"


def list_raw_bins(forecast, split, n_bins):
    rows = reliability_rows({"st": forecast}, {"st": forecast}, split, n_bins=n_bins)
    assert {row["kind"] for row in rows} <= {"raw", "calibrated"}
    return [row for row in rows if row["task"] == "urgency" and row["kind"] == "raw"]


def test_reliability_counts_everybody_once(make_logits, split):
    raw = list_raw_bins(make_logits(skill=1.0), split, n_bins=10)
    assert sum(row["count"] for row in raw) == (split.labels["urgency"] >= 0).sum()
    assert all(row["low"] <= row["accuracy"] <= row["high"] for row in raw)


def test_reliability_bins_of_few_people_are_dropped(make_logits, split):
    forecast = make_logits(skill=1.0)
    n_labelled = (split.labels["urgency"] >= 0).sum()
    for n_bins, shown in ((n_labelled // 10, 0), (n_labelled // 11, n_labelled // 11)):
        raw = list_raw_bins(forecast, split, n_bins)
        assert all(row["count"] >= 11 for row in raw)
        assert (len(raw) > 0) == (shown > 0)


def test_a_reference_has_no_raw_probabilities(make_logits, split):
    rows = reliability_rows({"oracle": make_logits(skill=1.0)}, {}, split, n_bins=10)
    assert {row["kind"] for row in rows} == {"calibrated"}


def test_cost_rows_are_of_all_that_is_released_and_leave_out_what_is_not_trained():
    macro_f1 = [{"system": "prior", "macro_f1": 0.1}, {"system": "gbm+st", "macro_f1": 0.5}]
    released = {"cpu_seconds": 12.5}
    rows = cost_rows(macro_f1, {"forecasters": {"gbm+st": released}})
    assert rows == [{"system": "gbm+st", "macro_f1": 0.5, "cpu_seconds": 12.5}]


def test_training_rows_name_the_system_and_one_without_epochs_has_none():
    epoch = {
        "seed": 0,
        "task": "urgency",
        "epoch": 1,
        "train_log_loss": 1.1,
        "valid_log_loss": 1.2,
    }
    rows = training_rows({"linear": [], "gbm": [epoch], "st": [epoch | {"valid_macro_f1": 0.5}]})
    assert rows == [{"system": system, **epoch} for system in ("gbm", "st")]


def test_gradient_rows_leave_out_epochs_that_compared_none():
    both = {"task": "urgency", "seed": 1, "epoch": 2, "gradient_norm": 0.4, "gradient_cosine": -0.1}
    history = [both | {"valid_log_loss": 0.7}, {"task": "urgency", "seed": 1, "epoch": 1}]
    assert gradient_rows(history) == [both]


def test_the_frontier_holds_each_seeds_epoch_with_the_lowest_sum():
    losses = {(0, 1): (0.9, 0.5), (0, 2): (0.7, 0.6), (0, 3): (0.6, 0.8), (1, 1): (0.8, 0.4)}
    history = [
        {"seed": seed, "epoch": epoch, "task": task, "valid_log_loss": loss}
        for (seed, epoch), pair in losses.items()
        for task, loss in zip(("urgency", "specialty"), pair, strict=True)
    ]
    setting = {"loss_weight": 0.3, "balancing": "pcgrad"}
    assert frontier_rows(history, MtlParams(**setting)) == [
        {"seed": 0, "urgency": 0.7, "specialty": 0.6} | setting,
        {"seed": 1, "urgency": 0.8, "specialty": 0.4} | setting,
    ]


def test_colours_are_those_of_the_registry_and_every_row_has_one():
    st, blend, everyone = with_colours(
        [{"system": name} for name in ("st", "gbm+mtl", "treat all")]
    )
    assert st["colour"] == SYSTEMS["st"].colour
    known = {each.colour for each in (*SYSTEMS.values(), *FORECASTERS.values())}
    assert len(known) == len({*SYSTEMS, *FORECASTERS}), "each has a colour of its own"
    assert blend["colour"] in known
    assert everyone["colour"] not in known
