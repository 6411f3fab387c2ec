"""The tables of the brief and of docs/results.md, on choices whose right answer is known."""

from dataclasses import replace

import pytest
from html_page import find_page, parse_page
from recommendations import (
    CHEAPER,
    FEWER_PARTS,
    LOWEST_NOT_SHOWN,
    NOTHING_PASSES,
    SHIFT,
    SLOPE,
    TABLES,
    TOO_FEW_FORMS,
    VETOED,
    missed,
    recommending,
    with_figures,
    with_prepare,
    without_groups,
)

from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.report.pages.build import build_brief
from intake_triage.report.pages.choice_tables import (
    flip_table,
    list_steady,
    nearest_flip_table,
    pair_table,
    sure_table,
    tied_table,
)
from intake_triage.report.pages.data_tables import data_table
from intake_triage.report.pages.limit_tables import (
    figures_table,
    group_table,
    harm_table,
    limit_table,
)
from intake_triage.report.pages.tables import PageTable, asked_table
from intake_triage.report.pages.trade_off import exchange_table
from intake_triage.report.pages.words import decimals, more_or_fewer
from intake_triage.tasks import TASKS

ENDS = ("under", "over")


def column_of(table: PageTable, heading: str) -> list[str]:
    return [row[table.heading.index(heading)] for row in table.rows]


def test_what_runs_side_by_side_has_a_default_and_why(run):
    one, two = "One multi-task Transformer for both tasks", "Two LightGBM models"
    beside = "beside it"
    fewer = pair_table(recommending(run, FEWER_PARTS))
    assert fewer.rows == [(one, "default: the fewest parts"), (two, beside)]
    assert pair_table(recommending(run, CHEAPER)).rows[0][1] == "default: the cheapest to run"
    too_few = pair_table(recommending(run, TOO_FEW_FORMS)).rows
    assert "too few forms to show that a simpler one will do" in too_few[0][1]
    assert too_few[1:] == [(two, beside), (one, beside)]
    others = list_set_ups(TASKS)[:5]
    many = [TOO_FEW_FORMS["tied"][0] | each.forecasters | {"parts": 9} for each in others]
    rows = pair_table(recommending(run, TOO_FEW_FORMS | {"tied": many})).rows
    assert rows[-1][0].endswith(" more (docs/results.md)")
    assert len(rows) == 4
    for alone in (LOWEST_NOT_SHOWN, VETOED, NOTHING_PASSES):
        assert pair_table(recommending(run, alone)).rows == []


def test_who_is_sent_too_late_stands_beside_the_limit_the_most_urgent_first(run):
    first = replace(missed(""), measure="most_urgent_missed", value=0.142, low=0.1, high=0.2)
    rows = [
        replace(first, system=run.system("urgency"), n=900, shown=True),
        missed("", value=0.09, low=0.08, high=0.1),
        missed("sex", "female", value=0.11, low=0.08, high=0.14),
        missed("sex", "male", value=0.21, low=0.18, high=0.24),
        missed("sex", "missing"),
    ]
    told = group_table(with_figures(without_groups(run), *rows)).rows
    assert told[0] == (f"“{run.tiers[0]}”, placed lower", "14 (10 to 20)", "17, kept?")
    assert told[1] == ("All urgent forms", "9 (8 to 10)", "10, kept")
    assert told[2][0] == "By two tiers or more"
    assert told[3:] == [
        ("Sex female", "11 (8 to 14)", "10, broken?"),
        ("Sex male", "21 (18 to 24)", "10, broken"),
    ]


def test_of_many_groups_the_worst_are_shown(run):
    figures = {"low": 0.0, "high": 0.9}
    bands = [missed("age_band", f"{n}-{n + 1}", value=n / 100, **figures) for n in range(60)]
    table = group_table(with_figures(without_groups(run), *bands))
    assert [row[0] for row in table.rows[3:]] == [f"Age {n}-{n + 1}" for n in range(48, 60)]
    assert "48 groups more" in table.note


def test_how_often_each_was_chosen_in_halves(run):
    halves = sure_table(replace(recommending(run, FEWER_PARTS), redrawn=None))
    assert halves.heading == ("Chosen", "On 100 random halves of the forms")
    assert halves.rows == [
        ("Multi-task Transformer", "57"),
        ("Two LightGBM models", "40"),
        ("Nothing passes", "3"),
    ]


def test_what_an_error_counts_is_told_for_the_errors_that_can_occur(run):
    cost = run.params["decision"]["cost"]
    table = harm_table(run)
    assert dict(zip(table.heading[1:], map(float, table.rows[0][1:]), strict=True)) == {
        "Urgent form late, each tier": cost["too_late_urgent"],
        "Other form late, each tier": cost["too_late"],
        "Any form early, each tier": cost["too_early"],
        "Wrong sub-specialty": cost["misroute"],
    }
    decision = run.params["decision"] | {"urgent_tiers": 3}
    given = replace(run, params={**run.params, "decision": decision})
    assert "Other form late, each tier" not in harm_table(given).heading


def test_changes_are_told_the_smallest_first_by_what_they_lead_to(run):
    given = recommending(run, LOWEST_NOT_SHOWN)
    late, other = nearest_flip_table(given).rows
    none = "No set-up passes"
    assert late == ("Limit for urgent forms sent too late", "10 of 100", "8.608 of 100", none)
    both = "One multi-task Transformer for both tasks"
    assert other == ("Harm points for any other form sent too late", "2", "1.28", both)
    steady = ["harm points for a form sent to the wrong sub-specialty"]
    assert list_steady(given) == steady
    never = LOWEST_NOT_SHOWN | {"flips": {"cost.misroute": {"now": 3.0, "at": None}}}
    assert nearest_flip_table(recommending(run, never)).rows == [
        ("No value searched would", *[""] * 3)
    ]
    table = flip_table(given)
    assert [row[0] for row in table.rows][-1] == "Upper limit for caution of stated chances"
    assert steady[0] in table.note


def test_the_tied_table_has_differences_and_the_forms_that_would_settle_them(run):
    table = tied_table(recommending(run, TOO_FEW_FORMS))
    assert table.rows == [
        (
            "LightGBM and Transformer averaged for each task (the choice)",
            *("4", "1,301", "the lowest", "yes", "0.4"),
        ),
        ("Two LightGBM models", "2", "1,320", "19 more (14 fewer to 53 more)", "no", "9.5"),
        (
            "One multi-task Transformer for both tasks",
            *("1", "1,331", "30 more (8 fewer to 68 more)", "no", "–"),
        ),
    ]


def test_others_are_compared_on_the_same_forms_of_the_final_check(run):
    given = recommending(run, FEWER_PARTS)
    rows = [
        {**row, "difference": value, "difference_low": low, "difference_high": high}
        for label, (value, low, high) in {
            "gbm / gbm": (30.1, 8.2, 68.4),
            "st / st": (-12.4, -41.3, 2.2),
        }.items()
        for row in run.rows("set_ups", split="test", label=label)
    ]
    kept = [row for row in run.plots["set_ups"] if row["label"] not in ("gbm / gbm", "st / st")]
    table = asked_table(replace(given, plots={**run.plots, "set_ups": kept + rows}), clock=False)
    than = dict(
        zip(
            (row[0] for row in table.rows),
            column_of(table, "Harm, against the choice"),
            strict=True,
        )
    )
    assert than["Two LightGBM models (tied)"] == "+30 (+8 to +68)"
    assert than["Two Transformer models"] == "-12 (-41 to +2)"
    assert than["Multi-task Transformer (the choice)"] == ""


def test_differences_say_their_direction_once_where_it_is_one():
    def say(value, low, high):
        return more_or_fewer({"value": value, "low": low, "high": high})

    assert say(30.1, 8.2, 68.4) == "30 more (8 to 68)"
    assert say(-12.4, -41.3, -2.2) == "12 fewer (41 to 2)"
    assert say(-12.4, -41.3, 2.2) == "12 fewer (41 fewer to 2 more)"


def test_every_tied_and_plain_set_up_has_what_was_asked_for(run):
    table = asked_table(recommending(run, TOO_FEW_FORMS), clock=False)
    names = [row[0] for row in table.rows]
    assert names == [
        "Two logistic regression models",
        "Two LightGBM models (tied)",
        "Two Transformer models",
        "Multi-task Transformer (tied)",
        "LightGBM and Transformer averaged (the choice)",
    ]
    assert all("–" not in cell for row in table.rows for cell in row)
    mixed = asked_table(recommending(run, TABLES["mixed pair"]), clock=False).rows[-1]
    costs = run.metrics["cost"]["set_ups"]
    assert mixed[-2] == f"{costs['st / gbm']:,.0f}"


def test_a_pair_costs_what_its_two_models_take(run):
    cost = run.metrics["cost"]
    seconds = cost["by_task"]
    assert cost["set_ups"]["st / gbm"] == pytest.approx(
        seconds["st"]["urgency"] + seconds["gbm"]["specialty"], abs=0.02
    )
    blend = cost["forecasters"]["gbm+mtl"]["cpu_seconds"]
    assert cost["set_ups"]["gbm+mtl"] == pytest.approx(blend, abs=0.02)


def test_clock_time_is_shown_where_it_was_measured(run, survey):
    redrawn = {"runs": 10, "chosen": {"mtl": 9, "gbm / gbm": 1}}
    redrawn |= {"gain": {"urgency": 0.02, "specialty": 0.0}, "clock": {"mtl": 141, "gbm / gbm": 92}}
    given = replace(run, redrawn=redrawn)
    assert {*column_of(asked_table(given, clock=True), "Clock, seconds")} >= {"141", "92", "–"}
    assert {*column_of(asked_table(survey, clock=True), "Clock, seconds")} == {"–"}
    assert "Clock, seconds" not in asked_table(given, clock=False).heading
    rows = parse_page(build_brief(given, [survey])).all("tr")
    sides = [row for row in rows if "Two LightGBM models" in row.text and "0.0" in row.text]
    assert len({len(row.all("td")) for row in sides}) == 1
    sure = sure_table(given)
    assert sure.heading[1] == "On 10 new draws of forms, trained anew"
    assert ("Multi-task Transformer", "9") in [row[:2] for row in sure.rows]
    assert ("Two LightGBM models", "1") in [row[:2] for row in sure.rows]
    assert sure.rows[-1][:2] == ("Nothing passes", "0")


def test_the_figures_stand_beside_limit_best_and_one_answer_for_all(run, survey):
    table = figures_table(run)
    assert table.heading == (
        "Figure",
        "Found",
        "Limit",
        "Best possible",
        "One answer for all",
    )
    decision = run.params["decision"]
    limits = [row[2] for row in table.rows]
    assert limits[0] == f"{100 * decision['max_most_urgent_missed']:g}, kept?"
    assert "broken?" in limits[2]
    assert limits[1:4:2] == [f"{100 * decision[f'max_{each}_triage']:g}, kept" for each in ENDS]
    assert limits[-1] == "not set"
    assert "50, broken" in [row[2] for row in figures_table(survey).rows]
    assert "Best possible" not in figures_table(survey).heading


def test_chances_that_err_to_one_side_within_the_limit_are_told(run):
    for about, low, high, status in (
        (SLOPE, 0.88, 0.97, "met, but over-confident"),
        (SLOPE, 1.03, 1.2, "met, but over-cautious"),
        (SLOPE, 0.95, 1.05, "met"),
        (SLOPE, None, None, "met"),
        (SHIFT, 0.02, 0.2, "met, but stated too low"),
        (SHIFT, -0.2, -0.02, "met, but stated too high"),
    ):
        ceiling = about | {"value": low, "low": low, "high": high}
        given = recommending(run, FEWER_PARTS | {"ceilings": {"urgent_load": ceiling}})
        assert [row[3] for row in limit_table(given).rows] == [status]


def test_the_exchange_of_late_for_early_is_read_off_the_curve(run):
    own = run.system("urgency")
    points = [
        {"system": own, "weight": 1.0, "present": False, "over_triage": 0.11, "under_triage": 0.37},
        {"system": own, "weight": 10.0, "present": True, "over_triage": 0.41, "under_triage": 0.07},
    ]
    told = exchange_table(replace(run, plots={**run.plots, "operating": points}))
    assert told.rows == [
        ("A: an urgent form late counts 1 point", "37", "11"),
        ("B: by the points of harm", "7", "41"),
    ]
    none = replace(run, plots={**run.plots, "operating": []})
    assert exchange_table(none).rows == []
    assert "Left out: too few" in find_page(parse_page(build_brief(none)), "page-one").text


def test_a_difference_that_rounds_to_nothing_is_not_called_negative():
    form = decimals(3, signed=True)
    assert [form(each) for each in (-0.0002, -0.0006, 0.0)] == ["+0.000", "-0.001", "+0.000"]


def test_the_data_are_told_by_split_and_what_is_hidden_is_said(run):
    tiers = run.tiers
    by_split = {"train": 0.25, "valid": None, "calibrate": 0.25, "test": 0.0}
    shares = {**run.metrics["prepare"]["label_shares"], "urgency": dict.fromkeys(tiers, by_split)}
    cut = {"max_tokens": 48, "cut_share": 0.125, "pieces_cut_share": 0.0625}
    records = {"train": 1200, "valid": "under 11", "calibrate": 400, "test": 500}
    given = with_prepare(run, label_shares=shares, texts=cut, records=records)
    table = data_table(given)
    assert table.heading[:5] == ("what", "train", "valid", "calibrate", "test")
    rows = {row[0]: row[1:5] for row in table.rows}
    assert rows[f"urgency: {tiers[0]}"] == ("0.250", "not shown", "0.250", "0.000")
    assert rows["forms"] == ("1,200", "under 11", "400", "500")
    assert "read 48 tokens of a text at most; share of texts that are longer: 0.125" in table.note
