"""What is hidden, was not redrawn or cannot occur: the pages say so, and draw no empty picture."""

from dataclasses import replace

import pytest
from html_page import parse_page
from recommendations import FEWER_PARTS, FLIPS, TOO_FEW_FORMS, recommending

from intake_triage.evaluation.table import Result, Results
from intake_triage.report.pages.build import build_brief, say_of
from intake_triage.report.pages.choice_tables import (
    flip_table,
    list_steady,
    list_unsearched,
    set_up_table,
)
from intake_triage.report.pages.limit_tables import figures_table, group_table, seed_table
from intake_triage.report.pages.pictures import draw_annex_pictures
from intake_triage.report.pages.pilot_tables import nurse_table
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import asked_table, summary_table
from intake_triage.report.pages.training_tables import transfer_table
from intake_triage.report.pages.words import CHANGES


def with_params(run: Run, section: str, **values) -> Run:
    return replace(run, params={**run.params, section: run.params[section] | values})


def with_plot(run: Run, name: str, rows: list) -> Run:
    return replace(run, plots={**run.plots, name: rows})


def hiding(run: Run, *measures: str) -> Run:
    """The same run where these figures of the judged set-up's models are hidden."""
    judged = {run.system("urgency"), run.system("specialty")}
    rows = [
        replace(row, value=None, low=None, high=None, shown=False)
        if row.system in judged and row.measure in measures
        else row
        for row in run.results.rows
    ]
    return replace(run, results=Results(rows))


def with_specialty_alone(run: Run) -> Run:
    compare = run.metrics["compare"]
    test = {"specialty": compare["test"]["specialty"]}
    return replace(run, metrics={**run.metrics, "compare": compare | {"test": test}})


def test_hidden_figures_are_said_to_be_not_shown(run):
    every = ("most_urgent_missed", "under_triage", "over_triage", "urgent_load")
    every += ("urgency_right", "misrouted")
    given = hiding(run, *every)
    assert [row[1] for row in figures_table(given).rows] == ["not shown"] * len(every)
    assert "too small" not in parse_page(build_brief(given)).text
    safety = run.metrics["safety"]
    by_seed = [row | {"under_triage": None} for row in safety["by_seed"]]
    metrics = {**run.metrics, "safety": safety | {"by_seed": by_seed}}
    table = seed_table(replace(run, metrics=metrics))
    assert {row[1] for row in table.rows} == {"not shown"}


def dropping(run: Run, *names: str, **figures) -> list[str]:
    """What the table of set-ups says of a set-up on the split that chooses, and on test."""
    given = recommending(run, TOO_FEW_FORMS | {"tied": []})
    row = run.find("set_ups", split="calibrate", chosen=False)
    row = {**row, "tied": False, "under_triage": 0.05, **figures, "breaks": list(names)}
    others = [each for each in run.plots["set_ups"] if each["label"] != row["label"]]
    given = with_plot(given, "set_ups", [row, {**row, "split": "test"}, *others])
    tables = (set_up_table(given, split) for split in ("calibrate", "test"))
    return [table.rows[0][-1] for table in tables]


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
        assert (f"would tell of few people: {late}." in flip_table(told).note) != is_searched


def names_drawn(run: Run) -> set[str]:
    return {picture.name for picture in draw_annex_pictures(run) if picture.svg}


def test_what_a_nurse_spares_is_not_told_where_it_cannot_be_shown(run):
    safety = run.metrics["safety"] | {"deferral": {}}
    one = with_plot(run, "risk_coverage", run.rows("risk_coverage", task="urgency"))
    table = nurse_table(replace(one, metrics={**run.metrics, "safety": safety}))
    assert table.rows == [("Too few people to show", "–", "–")]


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
        assert ("confusion-urgency" in names_drawn(given)) == drawn
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
    assert "Site Nord" in [row[0] for row in group_table(given).rows]
    assert "site Süd" in {p.name: p.svg for p in draw_annex_pictures(given)}["groups"]
    one = replace(given, results=Results([*whole, rows[0]]))
    assert "groups" not in names_drawn(one)


def test_groups_have_their_section_without_urgency_too(run):
    said = say_of(with_specialty_alone(run))["who_is_worse"]
    assert said == "How well the sub-specialty is found for each group stands in the annex."


def test_bands_of_age_come_in_their_order(run):
    own = {"task": "urgency", "system": run.system("urgency"), "measure": "under_triage"}
    figures = {"rule": "cost", "column": "age_band", "value": 0.05, "low": 0.02, "high": 0.08}
    bands = ["18-39", "5-17", "80+", "missing", "0-4"]
    rows = [Result(**own, **figures, subgroup=band) for band in bands]
    groups = [row["subgroup"] for row in replace(run, results=Results(rows)).missed_by_group()]
    assert groups == ["0-4", "5-17", "18-39", "80+", "missing"]


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


def test_no_set_up_is_said_to_take_no_time(run):
    cost = run.metrics["cost"]
    cheap = {name: dict.fromkeys(each, 0.3) for name, each in cost["forecasters"].items()}
    changed = {"forecasters": cheap, "set_ups": dict.fromkeys(cost["set_ups"], 0.3)}
    given = replace(run, metrics={**run.metrics, "cost": cost | changed})
    assert {row[-2] for row in asked_table(given, clock=False).rows} == {"under 1"}
    assert {row[-1] for row in summary_table(given).rows} >= {"under 1"}
