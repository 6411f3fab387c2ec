"""What is hidden, was not redrawn or cannot occur: the pages say so, and draw no empty picture."""

from dataclasses import replace

import pytest
from html_page import parse_page
from recommendations import FEWER_PARTS, FLIPS, recommending

from intake_triage.evaluation.table import Result, Results
from intake_triage.report.pages.build import build_brief, say_of
from intake_triage.report.pages.pictures import draw_annex_pictures, draw_page_pictures
from intake_triage.report.pages.rule_tables import (
    flip_table,
    list_steady,
    list_unsearched,
    set_up_table,
)
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import summary_table
from intake_triage.report.pages.training_tables import cost_table, transfer_table
from intake_triage.report.pages.words import CHANGES


def with_params(run: Run, section: str, **values) -> Run:
    return replace(run, params={**run.params, section: run.params[section] | values})


def with_plot(run: Run, name: str, rows: list) -> Run:
    return replace(run, plots={**run.plots, name: rows})


def hiding(run: Run, *outcomes: str) -> Run:
    """The same run where these counts of the judged set-up are hidden."""
    rows = [
        replace(row, value=None, low=None, high=None, shown=False)
        if row.system == run.judged.label and row.measure in outcomes
        else row
        for row in run.results.rows
    ]
    return replace(run, results=Results(rows))


def with_specialty_alone(run: Run) -> Run:
    compare = run.metrics["compare"]
    test = {"specialty": compare["test"]["specialty"]}
    return replace(run, metrics={**run.metrics, "compare": compare | {"test": test}})


def test_a_hidden_count_is_not_called_small(run):
    said = say_of(run)["per_1000"]
    assert "of them urgent)" in said
    assert "cannot be shown" not in said
    said = say_of(hiding(run, "too_late", "too_late_urgent"))["per_1000"]
    assert said.endswith(
        "It cannot be shown how many are sent too late and how many urgent ones are sent too late."
    )
    said = say_of(hiding(run, "too_late"))["per_1000"]
    assert " urgent ones too late, " in said
    assert said.endswith("It cannot be shown how many are sent too late.")
    every = ("both_right", "too_late", "too_late_urgent", "too_early", "misrouted")
    said = say_of(hiding(run, *every))["per_1000"]
    assert "right for a number that cannot be shown" in said
    assert "It would send" not in said
    assert "too small" not in parse_page(build_brief(hiding(run, *every))).text


def dropping(run: Run, *names: str, **figures) -> list[str]:
    """What the table of set-ups says of a set-up on the split that chooses, and on test."""
    row = run.find("set_ups", split="calibrate", chosen=False)
    row = {**row, "tied": False, "under_triage": 0.05, **figures, "breaks": list(names)}
    given = with_plot(run, "set_ups", [row, {**row, "split": "test"}])
    tables = (set_up_table(given, split) for split in ("calibrate", "test"))
    return [cells[-1] for table in tables for cells in table.rows]


def test_every_limit_that_a_set_up_breaks_is_named_and_a_hidden_figure_told_of(run):
    assert dropping(run) == ["", ""]
    assert dropping(run, tied=True) == ["tied", "tied"]
    said, _ = dropping(run, "under_triage", "ece_specialty", "slope_emergent", "intercept")
    assert said == "under-triage; ECE sub-specialty; slope emergent; intercept urgent or above"
    said = dropping(run, "under_triage", "urgent_load", under_triage=None)
    assert said[0].startswith("under-triage (too few people to show); load on urgent tiers")
    assert said[1].startswith("under-triage; ")
    assert dropping(run, "cost_urgent_for_all")[0] == "floor: cost urgent for all"


@pytest.mark.parametrize(("urgent_tiers", "can_occur"), [(1, True), (3, False)])
def test_a_harm_that_cannot_occur_changes_nothing(run, urgent_tiers, can_occur):
    given = with_params(run, "decision", urgent_tiers=urgent_tiers)
    for at in (1.5, None):
        flips = FLIPS | {"cost.too_late": FLIPS["cost.too_late"] | {"at": at}}
        told = recommending(given, FEWER_PARTS | {"flips": flips})
        said = str(flip_table(told).rows) + str(list_steady(told))
        assert ("any other form sent too late" in said) == can_occur


def test_a_limit_that_was_not_searched_is_said_to_be_so(run):
    """And not that no value of it changes the choice."""
    flips = dict.fromkeys(CHANGES, FLIPS["cost.misroute"])
    late = CHANGES["max_under_triage"][0]
    for is_searched in (True, False):
        if not is_searched:
            del flips["max_under_triage"]
        told = recommending(run, FEWER_PARTS | {"flips": flips})
        assert list_unsearched(told) == ([] if is_searched else [late])
        assert (late in list_steady(told)) == is_searched
        page = parse_page(build_brief(told)).text
        assert (f"would tell of few people: {late}." in page) != is_searched


def names_drawn(run: Run) -> set[str]:
    return {picture.name for picture in draw_page_pictures(run)}


def test_one_dot_is_no_picture(run):
    system = run.system("specialty")
    dots = run.rows("risk_coverage", task="specialty", measure="wrong", system=system)
    assert "deferral" in names_drawn(with_plot(run, "risk_coverage", dots[:2]))
    one = with_plot(run, "risk_coverage", dots[:1])
    assert "deferral" not in names_drawn(one)
    safety = run.metrics["safety"] | {"deferral": {}}
    said = say_of(replace(one, metrics={**run.metrics, "safety": safety}))["deferral"]
    assert said.startswith("What would be gained if a nurse read ")
    assert said.endswith(" of 100 forms cannot be shown.")


def test_a_table_of_classes_that_is_nearly_empty_is_not_drawn(run):
    judged = {"task": "urgency", "system": run.system("urgency")}
    others = [row for row in run.plots["confusion"] if not judged.items() <= row.items()]
    for cells, drawn in ((4, True), (3, False)):
        shares = [0.5] * cells + [None] * (16 - cells)
        rows = [
            {**row, "share": share}
            for row, share in zip(run.rows("confusion", **judged), shares, strict=True)
        ]
        given = with_plot(run, "confusion", others + rows)
        pictures = {picture.name: picture.svg for picture in draw_annex_pictures(given)}
        assert bool(pictures["confusion-urgency"]) == drawn
        figures = parse_page(build_brief(given)).all("figure")
        (figure,) = [each for each in figures if each.attributes["id"] == "confusion-urgency"]
        assert figure.text.endswith("Left out: too few of its figures can be shown.") != drawn


def test_groups_of_own_forms_are_shown_under_their_own_names(run):
    own = {"task": "urgency", "system": run.system("urgency"), "measure": "under_triage"}
    figures = {"rule": "cost", "value": 0.05, "low": 0.02, "high": 0.08}
    rows = [
        Result(**own, **figures, column="site", subgroup=site) for site in ("Nord", "Süd", "West")
    ]
    whole = [row for row in run.results.rows if not row.column]
    given = replace(run, results=Results([*whole, *rows]))
    assert "groups" not in names_drawn(given)
    given = with_params(given, "data", source="file")
    assert "groups" in names_drawn(given)
    assert "site Nord" in say_of(given)["who_is_worse"]
    assert "site Süd" in {p.name: p.svg for p in draw_page_pictures(given)}["groups"]
    one = replace(given, results=Results([*whole, rows[0]]))
    assert "groups" not in names_drawn(one)


def test_groups_have_their_section_without_urgency_too(run):
    given = with_specialty_alone(run)
    assert say_of(given)["who_is_worse"].endswith("stands in the brief’s table of subgroups.")
    whole = Results(row for row in run.results.rows if not row.column)
    said = say_of(replace(given, results=whole))["who_is_worse"]
    assert said.startswith("Groups of patients cannot be compared")


def test_a_class_that_neither_finds_has_no_gain(run):
    same = {"delta": 0.0, "low": 0.0, "high": 0.0, "verdict": "equivalent"}
    first, second, *_ = run.rows("transfer", task="urgency", measure="macro_f1")[1:]
    given = with_plot(run, "transfer", [{**first, **same}, second])
    assert transfer_table(given).rows[0][-2:] == ("–", "the same in both")
    rows = [
        replace(row, value=0.0) if (row.measure, row.class_name) == ("f1", first["class"]) else row
        for row in run.results.rows
    ]
    given = replace(given, results=Results(rows))
    assert transfer_table(given).rows[0][-2:] == ("–", "neither finds it")
    drawn = {picture.name: picture.svg for picture in draw_annex_pictures(given)}
    assert f">{first['class']}<" not in drawn["transfer-urgency"]
    assert f">{second['class']}<" in drawn["transfer-urgency"]


def test_no_forecaster_is_said_to_take_no_time(run):
    cost = run.metrics["cost"]
    cheap = {name: dict.fromkeys(each, 0.3) for name, each in cost["forecasters"].items()}
    given = replace(run, metrics={**run.metrics, "cost": cost | {"forecasters": cheap}})
    assert {row[2] for row in cost_table(given).rows} == {"under 1"}
    assert {row[-1] for row in summary_table(given).rows} >= {"under 1"}


def test_a_blend_has_no_memory_or_size_of_its_own(run):
    rows = {row[0]: row[3:] for row in cost_table(run).rows}
    assert rows["LightGBM and Transformer averaged"] == ("–", "–", "–")
    assert "–" not in rows["Multi-task Transformer"]
