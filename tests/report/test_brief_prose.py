"""The brief's prose follows the choice, on tables whose right answer is known."""

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
    USELESS,
    VETOED,
    recommending,
    with_figures,
)

from intake_triage.evaluation.table import Result, Results
from intake_triage.recommendation.candidates import list_set_ups
from intake_triage.report.pages.build import build_brief, say_of
from intake_triage.report.pages.choice_tables import (
    flip_table,
    list_steady,
    nearest_flip_table,
    sure_table,
    tied_table,
)
from intake_triage.report.pages.data_tables import data_table
from intake_triage.report.pages.limit_tables import figures_table, limit_table
from intake_triage.report.pages.pilot_tables import alarm_table, nurse_table
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import PageTable, asked_table
from intake_triage.report.pages.words import decimals, more_or_fewer, name_set_up, say_verdict
from intake_triage.statistics.verdicts import NOT_JUDGED
from intake_triage.tasks import TASKS

ENDS = ("under", "over")
SILENT = "No release. First repeat this on your own forms. Then at most a silent pilot of"


def column_of(table: PageTable, heading: str) -> list[str]:
    return [row[table.heading.index(heading)] for row in table.rows]


def with_source(run: Run, source: str) -> Run:
    return replace(run, params={**run.params, "data": run.params["data"] | {"source": source}})


def test_tied_set_ups_are_told_with_the_default_and_what_to_do(run):
    told = say_of(recommending(run, FEWER_PARTS))
    assert told["decision"] == f"{SILENT} 2 set-ups side by side."
    learnt = f"{run.metrics['prepare']['records']['train']:,}"
    assert told["conditions"] == (
        "The default is one multi-task Transformer for both tasks: it has the fewest parts. Beside "
        "it: two LightGBM models. First train both anew on the clinic’s own forms, at "
        f"least {learnt} with labels. Pilot only if a final check on other forms breaks no limit. "
        "Silent: nobody sees what they suggest."
    )
    halves = sure_table(replace(recommending(run, FEWER_PARTS), redrawn=None))
    assert halves.heading == ("Chosen", "On 100 random halves of the forms")
    assert halves.rows == [
        ("Multi-task Transformer", "57"),
        ("Two LightGBM models", "40"),
        ("Nothing passes", "3"),
    ]
    assert "is the cheapest to run" in say_of(recommending(run, CHEAPER))["conditions"]
    too_few = say_of(recommending(run, TOO_FEW_FORMS))
    conditions = too_few["conditions"]
    assert "it: two LightGBM models; one multi-task Transformer for both tasks." in conditions
    assert "did the least harm, and these are too few forms to show that a simpler" in conditions
    assert "First train all of them anew on" in conditions


def test_a_clear_choice_is_told_with_what_is_not_shown(run):
    given = recommending(run, LOWEST_NOT_SHOWN)
    told = say_of(given)
    assert told["decision"] == f"{SILENT} two LightGBM models."
    assert told["conditions"].startswith("Every other set-up within the limits does more harm.")
    assert told["conditions"].endswith("breaks no limit. Silent: nobody sees what it suggests.")
    met = run.metrics["pilot"]["alarms"]["under_triage"]["met"]
    assert told["watch_first"].startswith(
        "The pilot must show that the open limits (see the table) are kept. It needs "
        f"{met['weeks']} weeks or more, and {met['forms']:,} judged forms (page two)."
    )
    assert (
        "In 8 of 10 groups of patients, such as age 5-17, urgent forms may be late more often"
        in told["watch_first"]
    )
    hidden = SHIFT | {"status": "not_shown"}
    ceilings = LOWEST_NOT_SHOWN["ceilings"] | {"intercept": hidden}
    both = say_of(recommending(run, LOWEST_NOT_SHOWN | {"ceilings": ceilings}))["watch_first"]
    assert both.startswith("Not shown to be kept: the")
    alone = LOWEST_NOT_SHOWN | {"runner_up": None}
    assert say_of(recommending(run, alone))["conditions"].startswith("No other set-up keeps")
    rows = {row[0]: row[1:] for row in limit_table(given).rows}
    late = rows["Urgent forms sent too late, of 100 of them"]
    assert late == ("above 10 of 100", "9.5 (8.0 to 11.6)", "not shown", "3.6")
    load = rows["Forms placed in urgent tiers, for each that belongs there"]
    assert load == ("above 2", "1.71 (1.62 to 1.83)", "met", "")


def test_changes_are_told_the_smallest_first_by_what_they_lead_to(run):
    given = recommending(run, LOWEST_NOT_SHOWN)
    late, other = nearest_flip_table(given).rows
    assert late == ("Limit for urgent forms sent too late", "10 of 100", "8.608 of 100", "No pilot")
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


def test_a_veto_is_told(run):
    for table, broken in (
        (VETOED, "the caution of the stated chances of urgency"),
        (USELESS, "the floor of usefulness"),
    ):
        given = recommending(run, table)
        told = say_of(given)
        lost = f"Do not release: two LightGBM models broke {broken} in the final check."
        assert told["decision"] == lost
        assert "can only reject" in told["conditions"]
        assert told["watch_first"] == ""
        page = parse_page(build_brief(given)).text
        assert "There is none yet." in page
        assert "silent pilot of" not in page


def test_nothing_that_passes_is_told_with_what_is_missing(run):
    given = recommending(run, NOTHING_PASSES)
    told = say_of(given)
    assert told["decision"] == ("Do not release: no set-up keeps within the safety limits.")
    assert told["conditions"] == (
        "One multi-task Transformer for both tasks comes nearest. It still breaks a limit: for "
        "each form that belongs in an urgent tier 2.31 are placed there, and at most 2.00 may be, "
        "on the forms used to choose; the shift of stated chances of “urgent or above” is a number "
        "that cannot be shown, and -0.22 to 0.22 may be, on the forms used to choose."
    )
    assert ("Nothing passes", "91") in [(row[0], row[-1]) for row in sure_table(given).rows]
    assert told["one_or_two"].startswith("Nothing passes. Nearest comes one model for both.")
    page = parse_page(build_brief(given)).text
    assert "(the choice)" not in page
    assert "(nearest)" in page
    below = NOTHING_PASSES["nearest"] | {"floor": ["cost_urgent_for_all"]}
    said = say_of(recommending(run, NOTHING_PASSES | {"nearest": below}))["conditions"]
    assert "; the floor of usefulness: no less harm is shown than by rules that" in said


def test_made_up_real_and_own_forms_are_told_apart(run, survey):
    assert "No patient was involved." in say_of(run)["what_data"]
    assert "It is not a nurse’s judgement." in say_of(survey)["what_data"]
    own = say_of(with_source(recommending(run, LOWEST_NOT_SHOWN), "file"))
    assert own["decision"] == "A silent pilot of two LightGBM models."
    assert "anew on the clinic’s own forms" not in own["conditions"]
    assert own["not_yet"] == ""
    for said in (run, survey):
        tiers = ", ".join(tier.replace("_", "-") for tier in said.tiers)
        assert f"most urgent first: {tiers}; the first 2" in say_of(said)["what_data"]


def test_one_label_asks_no_multi_task_model(run):
    compare = run.metrics["compare"]
    test = {"urgency": compare["test"]["urgency"]}
    alone = {"urgency": "gbm", "specialty": None, "parts": 1}
    choice = LOWEST_NOT_SHOWN | {"lowest": alone, "runner_up": None} | alone
    choice |= {"tied": [alone | LOWEST_NOT_SHOWN["tied"][0] | alone]}
    given = replace(run, metrics={**run.metrics, "compare": compare | {"test": test}})
    told = say_of(recommending(given, choice))
    assert told["question"] == "which model for urgency"
    assert told["one_or_two"] == "No multi-task model was asked, since one label was mapped."
    assert told["transfer"] == ""


@pytest.mark.parametrize(
    ("table", "answer"),
    [
        ("fewer parts", "One model for both, by default: it is not shown to be best."),
        ("cheaper to run", "Two models, one for each: two logistic regression models."),
        ("mixed pair", "Two models, one for each: Transformer for urgency, and for the sub-spec"),
    ],
)
def test_two_models_or_one_is_answered_plainly(run, table, answer):
    assert say_of(recommending(run, TABLES[table]))["one_or_two"].startswith(answer)


def test_an_average_with_another_kind_is_answered_plainly(run):
    blend = {"urgency": "gbm+mtl", "specialty": "gbm+mtl", "parts": 3}
    said = say_of(recommending(run, LOWEST_NOT_SHOWN | blend))["one_or_two"]
    assert said.startswith("One model for both, averaged with another: LightGBM and multi-task")


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
    redrawn["clock"] = {"mtl": 141, "gbm / gbm": 92}
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


def test_the_figures_stand_beside_limit_best_and_rule_of_thumb(run, survey):
    table = figures_table(run)
    assert table.heading == ("Figure", "Found", "Limit", "Best possible", "Rule of thumb")
    decision = run.params["decision"]
    limits = [row[2] for row in table.rows]
    assert limits[0] == f"{100 * decision['max_most_urgent_missed']:g}, open"
    assert limits[1:3] == [f"{100 * decision[f'max_{each}_triage']:g}, kept" for each in ENDS]
    assert limits[-1] == "not set"
    assert "50, broken" in [row[2] for row in figures_table(survey).rows]
    assert "Best possible" not in figures_table(survey).heading
    assert "so that none is placed as urgent" in say_of(run)["yardsticks"]


def missed(column: str, subgroup: str = "", **figures) -> Result:
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
    assert "worst for sex female, 31 (30 to 32), and best for sex male, 1 (0 to 2)." in said
    assert "Of 100 urgent forms, 9 (8 to 10) are sent too late" in said
    assert "Clearly above the average: sex female." in said
    assert "Perhaps above the limit of 10: sex female." in said
    assert said.endswith("Too few to show: sex not recorded.")
    said = say_of(with_figures(whole, rows[0], *rows[2:]))["who_is_worse"]
    assert "Groups of patients cannot be compared: too few of their figures can be shown." in said


def test_children_who_are_not_shown_are_told_of(run):
    whole = without_groups(run)
    for hidden, told in (("0-17", True), ("18-39", False)):
        bands = [band for band in ("0-17", "18-39", "40-64", "65+") if band != hidden]
        rows = [missed("age_band", band, value=0.05, low=0.02, high=0.08) for band in bands]
        said = say_of(with_figures(whole, *rows, missed("age_band", hidden)))["who_is_worse"]
        assert "Every group keeps within the limit of 10." in said
        assert ("children may fare worse unseen" in said) == told


def test_the_most_urgent_tier_comes_first(run):
    first = replace(missed(""), measure="most_urgent_missed", value=0.142, low=0.1, high=0.2)
    said = say_of(with_figures(run, replace(first, n=900, shown=True)))["who_is_worse"]
    assert said.startswith(f"Of 100 “{run.tiers[0]}” forms, 14 (10 to 20) are placed lower.")
    hidden = replace(first, value=None, low=None, high=None, shown=False)
    assert say_of(with_figures(run, hidden))["who_is_worse"].startswith("Of 100 urgent forms")


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


def with_nurse(run: Run, kept: float) -> list[tuple[str, ...]]:
    """The rows of what a nurse spares, where missed urgent forms are known for this share kept."""
    row = {"kept": kept, "missed": {"value": 4.4, "low": 2.2, "high": 6.6}}
    deferral = {run.system("urgency"): {"at": [row]}}
    safety = run.metrics["safety"] | {"deferral": deferral}
    table = nurse_table(replace(run, metrics={**run.metrics, "safety": safety}))
    assert table.heading[-1] == "If a nurse reads 20 of 100 forms"
    return table.rows


def test_what_a_nurse_spares_is_told_beside_deciding_alone(run):
    decision = run.params["decision"] | {"nurse_share": 0.2}
    given = replace(run, params={**run.params, "decision": decision})
    late, wrong = with_nurse(given, 0.8)
    assert late[0] == "Urgent and too late, of 1,000 forms"
    assert late[-1] == "4.4 (2.2 to 6.6)"
    assert int(wrong[2]) < int(wrong[1])
    assert with_nurse(given, 0.85) == [wrong]


def test_the_exchange_of_late_for_early_is_read_off_the_curve(run):
    own = run.system("urgency")
    points = [
        {"system": own, "weight": 1.0, "present": False, "over_triage": 0.11, "under_triage": 0.37},
        {"system": own, "weight": 10.0, "present": True, "over_triage": 0.41, "under_triage": 0.07},
    ]
    said = say_of(replace(run, plots={**run.plots, "operating": points}))["exchange"]
    assert "weigh the same: 37 of 100 urgent forms late, 11 of 100 others early." in said
    assert "B, by the points of harm: 7 late, 41 early." in said
    none = replace(run, plots={**run.plots, "operating": []})
    assert say_of(none)["exchange"] == ""
    assert "Left out: too few" in find_page(parse_page(build_brief(none)), "page-one").text


def test_one_training_seed_is_not_judged(run):
    transfer = {
        task: values | {"verdict": NOT_JUDGED}
        for task, values in run.metrics["compare"]["transfer"].items()
    }
    compare = run.metrics["compare"] | {"transfer": transfer}
    said = say_of(replace(run, metrics={**run.metrics, "compare": compare}))["transfer"]
    assert said.startswith("Not judged: each model was trained from one random start")
    assert "shown" not in said


@pytest.mark.parametrize(
    ("met", "week", "forms"),
    [({"weeks": 55, "forms": 27500}, "week 55", "27,500"), (None, "not soon", "–")],
    ids=["shown", "never shown"],
)
def test_a_pilot_says_when_it_can_show_a_limit_and_at_what_price(run, met, week, forms):
    key, plan = "most_urgent_missed", run.metrics["pilot"]
    alarm = plan["alarms"][key] | {"met": met, "expected": 0.13}
    metrics = {**run.metrics, "pilot": plan | {"alarms": plan["alarms"] | {key: alarm}}}
    planned = replace(run, metrics=metrics)
    assert alarm_table(planned).rows[0][-2:] == (f"{week}, if it is 13", forms)


def test_an_alarm_that_hardly_sounds_within_a_year_is_told_so(run):
    plan = run.metrics["pilot"]
    alarm = plan["alarms"]["under_triage"]
    rare = alarm | {"sounds": [{**alarm["sounds"][1], "half": None}]}
    metrics = {**run.metrics, "pilot": plan | {"alarms": {"under_triage": rare}}}
    assert alarm_table(replace(run, metrics=metrics)).rows[0][2] == "not in a year, if it is 16"


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


@pytest.mark.parametrize(("urgent_tiers", "words"), [(1, "the first of them is"), (3, "3 of them")])
def test_how_many_tiers_are_urgent_is_told(run, urgent_tiers, words):
    decision = run.params["decision"] | {"urgent_tiers": urgent_tiers}
    told = say_of(replace(run, params={**run.params, "decision": decision}))
    assert words in told["what_data"]
    assert ("other form too late" in told["harm"]) == (urgent_tiers == 1)


def test_a_class_that_a_split_lacks_is_told(run):
    absent = {"valid": {"urgency": ["emergent"]}, "test": {"specialty": ["skin_day", "heart"]}}
    given = with_prepare(run, absent_classes=absent)
    unknown = "How it does for “skin day” and “heart”: the final check has none."
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


def test_a_gain_that_may_be_too_small_to_notice_is_not_oversold():
    def say(verdict, low, high):
        return say_verdict({"verdict": verdict, "low": low, "high": high}, 0.02)

    assert say("positive", 0.009, 0.045) == "helps, perhaps too little to be noticed"
    assert say("positive", 0.021, 0.045) == "helps"
    assert say("negative", -0.045, -0.009) == "hurts, perhaps too little to be noticed"
    assert say("negative", -0.045, -0.021) == "hurts"
    assert say("equivalent", -0.01, 0.01) == "no difference that is noticed"
