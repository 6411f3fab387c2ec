"""The model card: all that CHAI's asks, every figure one of the run's, no markup but its own."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from intake_triage.evaluation.table import Result, Results
from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.recommendation.candidates import SetUp
from intake_triage.release.bundle.card import CARD, name_set_up
from stages import release
from tests.release.bundle.cards import CLASSES, RECORDS, cells, make_card, prose, with_card
from tests.release.conftest import invent_results

HEADINGS = [
    "Release information",
    "Summary",
    "Uses and directions",
    "Warnings",
    "Trust ingredients",
    "Transparency",
    "Key metrics",
    "Safety and reliability",
    "Usefulness, usability and efficacy",
    "Fairness and equity",
    "Resources",
]
VETOED = {"decision": "do_not_release", "reason": "vetoed_by_test", "use": "silent only"}


def test_it_has_the_headings_of_chai_in_their_order_and_no_gap(params):
    card = make_card(params)
    assert re.findall(r"^##+ (.*)$", card, re.MULTILINE) == HEADINGS
    assert "\n\n\n" not in card
    wrong = r"\{[{%]|\bNone\b|\bnan\b|[.;][A-Z]|\bmtl\b|\bst\b|\bgbm\b"
    assert not re.search(wrong, prose(card))
    tables = [block for block in card.split("\n\n") if block.startswith("| ")]
    assert len(tables) == 4
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_every_figure_is_the_runs_beside_the_other_set_up(params):
    results = invent_results(CLASSES)
    rows = cells(make_card(params, results))

    def find(measure: str, system: str) -> tuple[float, ...]:
        (row,) = (
            row
            for row in results.rows
            if (row.measure, row.system, row.column, row.class_name) == (measure, system, "", "")
        )
        return row.value, row.low, row.high

    for words, measure in {
        "Of 100 forms of the most urgent tier, placed lower": "most_urgent_missed",
        "Of 100 urgent forms, placed too low": "under_triage",
        "Of 100 forms that are not urgent, placed too high": "over_triage",
    }.items():
        for cell, system in zip(rows[words], ("linear", "gbm"), strict=False):
            value, low, high = (f"{100 * share:.1f}" for share in find(measure, system))
            assert cell == f"{value} ({low} to {high})"
        limit = getattr(params.decision, f"max_{measure}")
        assert rows[words][2] == f"{100 * limit:g}"
        _, low, high = find(measure, "linear")
        verdict = "yes" if high <= limit else "no, it is beyond" if low > limit else "not yet"
        assert rows[words][3] == verdict
    value, low, high = find("misrouted", "linear")
    misrouted = rows["Of 1,000 forms, sent to a wrong sub-specialty"]
    assert misrouted[0] == f"{value:.0f} ({low:.0f} to {high:.0f})"
    value, *_ = find("both_right", "gbm / gbm")
    assert rows["Of 1,000 forms, both right"][1].startswith(f"{value:.0f} (")
    assert rows["all"][:2] == rows["Of 100 urgent forms, placed too low"][:2]


def test_limits_are_kept_as_the_final_check_found_before_it_rounded(params):
    on_test = {"under_triage": "broken", "intercept": "broken", "ece_urgency": "broken"}
    words = "Of 100 urgent forms, placed too low"
    results = Results(
        replace(row, value=0.01, low=0.01, high=0.01) for row in invent_results(CLASSES).rows
    )
    said = {
        (name, bool(statuses)): cells(make_card(params, results, name=name, statuses=statuses))
        for name in ("choice", "runner_up")
        for statuses in ({}, on_test)
    }
    verdicts = {case: rows[words][3] for case, rows in said.items()}
    assert verdicts.pop(("choice", True)) == "no, it is beyond"
    assert set(verdicts.values()) == {"yes"}  # they are not the runner-up's
    shape = [make_card(params, results, statuses=each) for each in ({}, on_test)]
    kept = [int(re.search(r"shifted: (\d) of", card)[1]) for card in shape]
    assert kept[0] - kept[1] == 1


def test_a_split_of_few_people_is_told_in_words(params):
    card = make_card(params, records=RECORDS | {"train": 24_000, "valid": "under 11"})
    assert "It learnt from 24,000 forms, was tuned on under 11, was corrected" in card


def test_what_tells_of_few_people_is_not_shown(params):
    hidden = {("", "most_urgent_missed"), ("female", "under_triage")}
    results = Results(
        replace(row, value=None, low=None, high=None, shown=row.subgroup == "")
        if (row.subgroup, row.measure) in hidden and row.system == "linear"
        else replace(row, shown=False)
        if (row.subgroup, row.measure) == ("male", "under_triage") and row.system == "gbm"
        else row
        for row in invent_results(CLASSES).rows
    )
    card = make_card(params, results)
    rows, few = cells(card), "too few to show"
    missed = rows["Of 100 forms of the most urgent tier, placed lower"]
    assert (missed[0], missed[3]) == (few, few)
    assert missed[1] != few
    assert "sex: female" not in rows
    assert rows["sex: male"][1] == few
    assert "Too few people to show: by sex female." in card


def test_of_many_groups_the_worst_are_shown(params):
    kept = [row for row in invent_results(CLASSES).rows if not row.column]
    sites = [
        Result(
            task="urgency",
            system=system,
            rule="cost",
            measure="under_triage",
            column="site",
            subgroup=f"site_{k}",
            value=k / 100,
            shown=k > 9,
        )
        for system in ("linear", "gbm")
        for k in range(30)
    ]
    card = make_card(params, Results([*kept, *sites]))
    assert [name for name in cells(card) if name.startswith("site: ")] == [
        "site: site 29",
        "site: site 28",
        "site: site 27",
    ]
    assert "Of 20 groups by site the 3 that fare worst are shown" in card
    assert "by site 10 groups" in card


@pytest.mark.parametrize(
    ("about", "says", "says_not"),
    [
        ({}, "chose this set-up", "do not release"),
        (
            {"name": "runner_up", "use": "silent only"},
            "judged the chosen one alone, so no signature can release this one",
            "chose this set-up",
        ),
        (
            {"name": "runner_up"} | VETOED,
            "would take this set-up if the chosen one could not be had",
            "breaks a limit",
        ),
        (
            VETOED | {"reason": "nothing_passes", "other": None},
            "This one came nearest",
            "Runner-up",
        ),
        (
            VETOED,
            "the final check then showed that it breaks a limit",
            "came nearest",
        ),
    ],
)
def test_it_says_what_may_be_done_with_it(params, about, says, says_not):
    card = make_card(params, **about)
    assert says in card
    assert says_not not in card
    assert ("do not release" in card) == ("use" in about)
    assert ("once the owner has signed" in card) != ("use" in about)


@pytest.mark.parametrize("task", ["urgency", "specialty"])
def test_one_task_has_no_words_of_the_other(params, task):
    card = make_card(params, tasks=(task,), other=SetUp(**{task: "gbm"}))
    other = {"urgency": r"sub-specialt|routed", "specialty": r"urgent|\btiers?\b|harm point"}[task]
    text = card.replace("Advice on how urgent a patient is", "").partition("## Resources")[0]
    assert not re.search(other, text)
    assert "No multi-task model was asked" in card
    assert not re.search(r"\bNone\b|\bboth\b", card)
    assert cells(card)["all"]


@pytest.mark.parametrize("source", ["synthetic", "namcs", "file"])
def test_it_says_what_the_data_are(raw_params, source):
    card = make_card(with_card(raw_params, {}, source=source))
    said = {"synthetic": "made-up forms", "namcs": "2006 to 2009", "file": "the clinic's own table"}
    assert {name for name, words in said.items() if words in card} == {source}
    assert "checked on 1,234." in card
    assert "should hold the true one for 90 of 100 forms" in card
    assert "it did for 87.1 to 93.4." in card


def test_set_ups_have_names_in_words():
    named = {
        SetUp("mtl", "mtl"): "one multi-task Transformer for both tasks",
        SetUp("st", "st"): "two Transformer models, one a task",
        SetUp("gbm+mtl", "gbm+mtl"): "LightGBM and multi-task averaged, for both tasks",
        SetUp("gbm+st", "gbm+st"): "LightGBM and Transformer averaged, for each task",
        SetUp("gbm", "st"): "LightGBM for urgency and Transformer for sub-specialty",
        SetUp(specialty="gbm"): "LightGBM for sub-specialty",
    }
    assert {set_up: name_set_up(set_up) for set_up in named} == named


def test_the_card_of_the_choice_is_in_git_and_each_has_the_other_beside_it(
    params, tmp_path, monkeypatch
):
    shown = {}

    def build(folder, set_up, prepared, params, about, *, other, layout):
        shown[about["name"]] = (set_up, other)
        folder.mkdir(parents=True)
        (folder / CARD).write_text(f"card of {about['name']}", encoding="utf-8")

    stand_ins = {"build_bundle": build, "load_params": lambda: params, "read_reference": str}
    stand_ins |= {"read_prepared": lambda: SimpleNamespace(schema=None)}
    stand_ins |= {"plan_pilot": lambda *_, expected, **__: expected}
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(release, name, stand_in)
    monkeypatch.chdir(tmp_path)
    first, second = ({"urgency": name, "specialty": name} for name in ("mtl", "gbm"))
    about = {"decision": "release", "reason": "lowest_cost", "parts": 1, "runner_up": second}
    about |= {"ceilings": {"under_triage": {"value": 0.08}, "urgent_load": {"value": None}}}
    write_json(Layout().metrics("compare"), {"recommendation": first | about})
    release.main()
    choice, runner_up = SetUp(**first), SetUp(**second)
    assert shown == {"choice": (choice, runner_up), "runner_up": (runner_up, choice)}
    assert Layout().model_card.read_text(encoding="utf-8") == "card of choice"
    assert read_json(Layout().metrics("pilot")) == {"under_triage": 0.08}  # what test has found


def test_what_it_says_of_loading_works(build, prepared, tmp_path, monkeypatch):
    """The commands of a card and its Python, run in a folder where the bundle and forms lie."""
    from intake_triage.__main__ import COMMANDS, main

    folder = build("linear", "linear")
    card = (folder / "model-card.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("bundle").symlink_to(folder, target_is_directory=True)
    forms = prepared.of_split("test").frame.assign(date="2026-03-02")
    forms.drop(columns=["urgency", "specialty"]).to_csv("forms.csv", index=False)
    labels = forms[["record_id", "urgency", "specialty"]].dropna()
    labels.to_csv("labels.csv", index=False)

    shell, python = re.findall(r"```(?:sh|python)\n(.*?)```", card, re.DOTALL)
    commands = [line.partition("#")[0].split()[1:] for line in shell.splitlines()]
    assert [words[0] for words in commands] == ["score", "serve", "watch"]
    assert main(commands[0]) == 0
    scored = Path("suggestions.csv").read_bytes()
    assert scored.count(b"\n") == len(forms) + 1
    assert main(commands[2]) in (0, 3)
    assert "<html" in Path("watch.html").read_text(encoding="utf-8")
    monkeypatch.setattr(COMMANDS["serve"](), "run", lambda arguments: arguments.bundle)
    assert main(commands[1]) == Path("bundle")

    Path("suggestions.csv").unlink()
    exec(python, {})
    assert Path("suggestions.csv").read_bytes() == scored
