"""The brief's prose follows the choice, on tables whose right answer is known."""

from dataclasses import replace

import pytest
from html_page import parse_page
from recommendations import (
    CHEAPER,
    FEWER_PARTS,
    LOWEST_NOT_SHOWN,
    NOTHING_PASSES,
    SHIFT,
    SLOPE,
    TOO_FEW_FORMS,
    USELESS,
    VETOED,
    recommending,
    with_figures,
)

from intake_triage.evaluation.table import Result, Results
from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.report.pages.build import build_brief, say_of
from intake_triage.report.pages.data_tables import data_table
from intake_triage.report.pages.rule_tables import (
    flip_table,
    limit_table,
    list_steady,
    tied_table,
)
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.words import decimals, name_set_up
from intake_triage.statistics.verdicts import NOT_JUDGED
from intake_triage.tasks import TASKS


def test_a_choice_of_fewer_parts_is_told(run):
    given = recommending(run, FEWER_PARTS)
    told = say_of(given)
    assert told["recommendation"].startswith("Use one multi-task Transformer for both tasks")
    lowest = "Least was done by two LightGBM models (1,320): on the same forms the choice did 11"
    assert f"{lowest} more (3 fewer to 25 more)." in told["choice"]
    margin = run.params["decision"]["cost_margin"]
    simpler = (
        f"does at most {margin:g} points more is shown, and it has 1 part to keep in order, not 2"
    )
    assert simpler in told["choice"]
    tied = "Harm does not separate these set-ups: two LightGBM models; one multi-task Transformer"
    assert tied in told["choice"]
    assert (
        "the rule took the same set-up in 57 of 100 and found nothing to release in 3 of 100"
        in (told["how_sure"])
    )
    shown = f"These forms show of each that is tied that it does at most {margin:g} points more"
    assert shown in told["how_sure"]
    assert "None was broken. Every safety limit was shown to be met for all" in told["limits"]
    flip = ("Harm points for any other form sent too late", "2", "4.4", "Two LightGBM models")
    assert flip in flip_table(given).rows


def test_a_choice_that_is_cheaper_to_run_is_told(run):
    said = say_of(recommending(run, CHEAPER))["choice"]
    assert "points more is shown, and it is cheaper to run." in said
    assert "on the same forms the choice did 11 more (2 more to 20 more)." in said


def test_the_lowest_with_a_limit_not_shown_is_told(run):
    given = recommending(run, LOWEST_NOT_SHOWN)
    told = say_of(given)
    assert told["recommendation"].startswith("Use two LightGBM models in a pilot")
    assert "it did 1,320 harm points" in told["choice"]
    assert "No other set-up within the limits did less." in told["choice"]
    assert "Every other set-up within the limits is shown to do more harm" in told["choice"]
    assert "too few forms" not in told["choice"]
    assert "Not shown to be within its limit: the share of urgent forms" in told["limits"]
    assert "The other limits were shown to be met for all patients" in told["limits"]
    assert told["runner_up_in_pilot"] == ""
    rows = {row[0]: row[1:] for row in limit_table(given).rows}
    late = rows["Urgent forms sent too late, of 100 of them"]
    assert late == ("above 10 of 100", "9.5 (8.0 to 11.6)", "not shown", "3.6")
    load = rows["Forms placed in urgent tiers, for each that belongs there"]
    assert load == ("above 2", "1.71 (1.62 to 1.83)", "met", "")
    assert flip_table(given).rows == [
        ("Harm points for any other form sent too late", "2", "1.28", "Multi-task Transformer"),
        ("Limit for urgent forms sent too late", "10 of 100", "8.608 of 100", "Do not release"),
    ]
    (of_chances,) = flip_table(given, of_chances=True).rows
    assert of_chances[:3] == ("Upper limit for caution of stated chances", "1.25", "1.104")
    assert list_steady(given) == ["harm points for a form sent to the wrong sub-specialty"]


def test_a_blend_that_too_few_forms_tell_from_simpler_set_ups_is_told(run):
    given = recommending(run, TOO_FEW_FORMS)
    told = say_of(given)
    assert told["recommendation"].startswith(
        "Use LightGBM and Transformer averaged for each task in"
    )
    assert "too few forms to prefer the simpler" in told["choice"]
    assert "With about 9.5 times as many forms 80 of 100 samples would show of" in told["how_sure"]
    unknown = TOO_FEW_FORMS | {"needed": TOO_FEW_FORMS["needed"] | {"tied": None}}
    assert "another sample could change it" in say_of(recommending(run, unknown))["how_sure"]
    assert (
        "should run the runner-up (one multi-task Transformer for both"
        in (told["runner_up_in_pilot"])
    )
    table = tied_table(given)
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


def test_two_set_ups_are_compared_by_their_difference_on_the_same_forms(run):
    given = recommending(run, TOO_FEW_FORMS)
    rows = [
        {**row, "difference": value, "difference_low": low, "difference_high": high}
        for split, (value, low, high) in {
            "calibrate": (30.1, -8.2, 68.4),
            "test": (-12.4, -41.3, -2.2),
        }.items()
        for row in run.rows("set_ups", split=split, label="mtl")
    ]
    own = run.rows("set_ups", label="gbm+st / gbm+st")
    said = say_of(replace(given, plots={**run.plots, "set_ups": own + rows}))["choice"]
    assert "on the same forms 30 more (8 fewer to 68 more) than the choice, in the final" in said
    assert "check 12 fewer (41 fewer to 2 fewer)." in said
    late, early = (
        [round(run.per_1000(label, outcome).value) for label in ("gbm+st / gbm+st", "mtl")]
        for outcome in ("too_late_urgent", "too_early")
    )
    assert (
        f"the choice sends {late[0]} urgent ones too late and {early[0]} too early, the runner-up "
        f"{late[1]} and {early[1]}."
    ) in said
    assert "overlap" not in said


def test_a_veto_is_told(run):
    for table, broken in (
        (VETOED, "the caution of the stated chances of urgency"),
        (USELESS, "the floor of usefulness"),
    ):
        given = recommending(run, table)
        told = say_of(given)
        said = told["recommendation"]
        assert said.startswith("Do not release: the rule picks two LightGBM models, but")
        assert f"in the final check {broken} broke the safety limit." in said
        assert f"Broken: {broken}." in told["limits"]
        assert told["runner_up_in_pilot"] == ""
        page = parse_page(build_brief(given)).text
        assert "There is no pilot yet." in page
        assert "in a pilot that starts silent, beside" not in page


def test_nothing_that_passes_is_told_with_what_comes_nearest(run):
    given = recommending(run, NOTHING_PASSES)
    told = say_of(given)
    assert told["recommendation"].startswith("Do not release: none of the set-ups")
    assert told["choice"].startswith("Nearest comes one multi-task Transformer for both tasks.")
    load = "and broke forms placed in urgent tiers, for each that belongs there: 2.31 (allowed: at"
    assert f"{load} most 2.00); shift of stated chances" in told["choice"]
    assert "too few people to show by how much (allowed: from -0.22 to 0.22)." in told["choice"]
    assert "Least harm, 1,320, was done by two LightGBM models, but" in told["choice"]
    assert told["how_sure"].endswith("nothing passed in 91 of 100.")
    assert "No set-up reached the final check" in told["limits"]
    assert flip_table(given).rows[0][-1] == "Multi-task Transformer"
    page = parse_page(build_brief(given)).text
    assert "(chosen)" not in page
    assert "none has a figure here" in page
    below = NOTHING_PASSES["nearest"] | {"floor": ["cost_urgent_for_all"]}
    said = say_of(recommending(run, NOTHING_PASSES | {"nearest": below}))["choice"]
    assert "; the floor of usefulness: no less harm is shown than by rules that" in said


def test_shortcuts_that_ignore_the_form_are_told(run):
    said = say_of(recommending(run, FEWER_PARTS))["floor"]
    assert "“emergent” for all, on the share of other forms sent too early" in said
    assert "“urgent” for all, on the load on the urgent tiers" in said
    kept = FEWER_PARTS["ignoring_rules"] | {"urgent": None}
    said = say_of(recommending(run, FEWER_PARTS | {"ignoring_rules": kept}))["floor"]
    assert "Giving every form “urgent” breaks no limit" in said


def test_the_first_line_says_what_the_data_are(run):
    sources = {
        "synthetic": ("no patient was involved", "cannot justify a release"),
        "namcs": ("real survey", "proxy", "demonstrates the method"),
        "file": ("the clinic’s own forms",),
    }
    for source, words in sources.items():
        data = run.params["data"] | {"source": source}
        given = replace(run, params={**run.params, "data": data})
        first = next(parse_page(build_brief(given)).texts())
        assert all(word in first for word in words)


def missed(column: str, subgroup: str = "", **figures: float | None) -> Result:
    """The share of urgent forms sent too late, of a group; hidden if nothing is given."""
    figures = {"n": 1313, "shown": True} | figures if figures else {"value": None, "shown": False}
    kind = {"task": "urgency", "system": "", "measure": "under_triage"}
    return Result(**kind, column=column, subgroup=subgroup, **figures)


def without_groups(run: Run) -> Run:
    return replace(run, results=Results(row for row in run.results.rows if not row.column))


def test_groups_are_compared_by_what_would_be_sent(run):
    rows = [
        missed("sex", "female", value=0.31, low=0.3, high=0.32),
        missed("sex", "male", value=0.01, low=0.0, high=0.02),
        missed("", value=0.09, low=0.08, high=0.1),
        missed("sex", "missing"),
    ]
    whole = without_groups(run)
    said = say_of(with_figures(whole, *rows))["who_is_worse"]
    assert "too late most often for sex female (31 of 100, 30 to 32)" in said
    assert "overall 9 of 100, 8 to 10." in said
    assert "Clearly worse than average: sex female." in said
    assert "Shown to keep the limit of 10 of 100: sex male. Clearly beyond it: sex female." in said
    assert said.endswith("11 people (a rule for real forms, kept here too): sex not recorded.")
    said = say_of(with_figures(whole, rows[0], *rows[2:]))["who_is_worse"]
    assert said == "Groups of patients cannot be compared: too few of their figures can be shown."


def test_children_who_are_not_shown_are_told_of(run):
    whole = without_groups(run)
    for hidden, told in (("0-17", True), ("18-39", False)):
        bands = [band for band in ("0-17", "18-39", "40-64", "65+") if band != hidden]
        rows = [missed("age_band", band, value=0.05, low=0.02, high=0.08) for band in bands]
        said = say_of(with_figures(whole, *rows, missed("age_band", hidden)))["who_is_worse"]
        assert "Shown to keep the limit of 10 of 100: all of them." in said
        assert ("children may fare worse unseen" in said) == told


def test_severe_misses_have_an_upper_bound_where_they_are_hidden(run):
    late = missed("", value=0.08, low=0.07, high=0.09)
    severe = replace(missed(""), measure="severe_under_triage")
    shown = replace(severe, value=0.02, low=0.01, high=0.03)
    for figures, said in (
        ((late, severe), "too few to show among the 1,313 urgent forms"),
        ((missed(""), severe), "cannot be shown"),
        ((replace(late, value=1.0), severe), "too low cannot be shown"),
        ((late, shown), "2.0 (1.0 to 3.0) of 100"),
    ):
        assert said in say_of(with_figures(run, *figures))["worst_misses"]


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


def with_nurse(run: Run, fewer: tuple[float, float], kept: float = 0.8) -> str:
    """What is said of deferral where so many urgent forms fewer are missed than at random."""
    safety = run.metrics["safety"]
    interval = dict(zip(("value", "low", "high"), (6.2, *fewer), strict=True))
    other = {"value": 3.1, "low": 1.2, "high": 5.0}
    row = {"kept": kept, "missed": {"value": 4.4, "low": 2.2, "high": 6.6}}
    row["fewer_than"] = {"random": interval, "highest_probability": other}
    deferral = {run.system("urgency"): {"at": [row]}}
    metrics = {**run.metrics, "safety": safety | {"deferral": deferral}}
    return say_of(replace(run, metrics=metrics))["deferral"]


def test_what_a_nurse_spares_is_told_beside_other_orders(run):
    decision = run.params["decision"] | {"nurse_share": 0.2}
    given = replace(run, params={**run.params, "decision": decision})
    said = with_nurse(given, (4.1, 8.3))
    assert "The limits are judged without a nurse. If one read 20 of 100 forms" in said
    assert "4.4 (2.2 to 6.6) urgent forms of 1,000 would be left too late" in said
    assert "that is 6.2 (4.1 to 8.3) fewer than if the nurse read as many at random" in said
    assert "and 3.1 (1.2 to 5.0) fewer than if the nurse read those with the lowest" in said
    assert "is not shown to be fewer than if the nurse read as many" in with_nurse(given, (-1, 9))
    assert "is not fewer, but more, than if the nurse" in with_nurse(given, (-9.0, -1.0))
    assert "urgent forms of 1,000" not in with_nurse(given, (4.1, 8.3), kept=0.85)
    assert "protect" not in said


def test_the_exchange_of_late_for_early_is_told(run):
    safety = run.metrics["safety"]
    at = {"value": 0.214, "low": 0.15, "high": 0.28}
    read = {run.system("urgency"): {"0.25": None, "0.35": at, "0.5": at | {"value": 0.081}}}
    metrics = {**run.metrics, "safety": safety | {"missed_at_over_triage": read}}
    said = say_of(replace(run, metrics=metrics))["exchange"]
    assert "with 35 of 100 other forms sent too early, 21.4 (15.0 to 28.0) of 100 urgent" in said
    assert "; with 50 of 100 other forms sent too early, 8.1 (" in said
    assert "with 25" not in said


def test_the_most_urgent_tier_and_the_load_stand_beside_their_limits(run):
    decision = run.params["decision"]
    figures = {"low": 0.1, "high": 0.2, "n": 900, "units": 900}
    changed = [
        replace(missed(""), measure=measure, value=value, shown=True, **figures)
        for measure, value in (("most_urgent_missed", 0.142), ("urgent_load", 1.871))
    ]
    told = say_of(with_figures(run, *changed))
    limit = f"{100 * decision['max_most_urgent_missed']:g} of 100"
    tier = (
        f"Of 100 forms of the most urgent tier (“{run.tiers[0]}”), 14.2 (10.0 to 20.0) are placed"
    )
    assert f"{tier} lower (limit: {limit})." in told["worst_misses"]
    assert "belongs in an urgent tier, 1.87 (0.10 to 0.20) are placed there" in told["load"]
    hidden = [replace(each, value=None, low=None, high=None) for each in changed]
    told = say_of(with_figures(run, *hidden))
    assert (
        f"the most urgent tier (“{run.tiers[0]}”) are placed lower cannot" in told["worst_misses"]
    )
    assert "for each that belongs there, cannot be shown" in told["load"]


def test_one_training_seed_is_not_judged(run):
    transfer = {
        task: values | {"verdict": NOT_JUDGED}
        for task, values in run.metrics["compare"]["transfer"].items()
    }
    compare = run.metrics["compare"] | {"transfer": transfer}
    said = say_of(replace(run, metrics={**run.metrics, "compare": compare}))["transfer"]
    assert said.startswith("Whether learning both together helps was not judged")
    assert "shown" not in said


def test_a_difference_that_rounds_to_nothing_is_not_called_negative():
    form = decimals(3, signed=True)
    assert [form(each) for each in (-0.0002, -0.0006, 0.0)] == ["+0.000", "-0.001", "+0.000"]


def test_set_ups_have_names_of_their_own():
    for short in (True, False):
        names = {name_set_up(set_up, short=short) for set_up in list_set_ups(TASKS)}
        assert len(names) == len(list_set_ups(TASKS))


def with_prepare(run: Run, **figures) -> Run:
    """The same run where stage prepare says other things."""
    prepare = run.metrics["prepare"] | figures
    return replace(run, metrics={**run.metrics, "prepare": prepare})


@pytest.mark.parametrize(
    ("urgent_tiers", "words"), [(1, "tier “emergent” is"), (3, "and “semi-urgent” are")]
)
def test_how_many_tiers_are_urgent_is_told(run, urgent_tiers, words):
    decision = run.params["decision"] | {"urgent_tiers": urgent_tiers}
    given = replace(run, params={**run.params, "decision": decision})
    assert say_of(given)["tiers"].endswith(f"{words} called urgent.")
    told = say_of(given)
    assert ("of them urgent" in told["per_1000"]) == (urgent_tiers == 1)
    assert ("for another" in told["caution"]) == (urgent_tiers == 1)


def test_a_class_that_a_split_lacks_is_told(run):
    absent = {"valid": {"urgency": ["emergent"]}, "test": {"specialty": ["skin_day", "heart"]}}
    given = with_prepare(run, absent_classes=absent)
    unknown = "How it does for forms of “skin day” and “heart”: the final check has none."
    assert unknown in say_of(given)["unknowns"]
    note = data_table(given).note
    assert "No form of valid has urgency “emergent”." in note
    assert "No form of test has sub-specialty “skin day” and “heart”." in note
    assert not any("final check has none" in each for each in say_of(run)["unknowns"])


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
