"""The model card: all that CHAI's asks, every figure one of the run's, no markup but its own."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from markdown_it import MarkdownIt

from intake_triage.errors import InputError
from intake_triage.evaluation.table import Result, Results
from intake_triage.files import write_json
from intake_triage.layout import Layout
from intake_triage.params import Params, load_params
from intake_triage.recommendation.candidates import SetUp
from intake_triage.records.draft.draft import draft_params
from intake_triage.records.schema import FormField, RecordSchema
from intake_triage.release.bundle.card import CARD, TO_BE_NAMED, Evidence, name_set_up, write_card
from intake_triage.release.bundle.manifest import Manifest
from stages import release
from tests.conftest import ROOT
from tests.release.conftest import invent_results
from tests.release.score.conftest import make_bundle

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
CLASSES = {"urgency": ("now", "today", "later"), "specialty": ("heart", "skin")}
NAMED = {
    "owner": "Dr. Ada | Example",
    "contact": "triage@clinic.example",
    "licence": "within the clinic",
    "date": "2026-11-30",
    "intended_use": "to order the morning's forms",
}
ODD = (
    '"><script>alert(1)</script>',
    "{{7*7}} {% raw %}",
    "<img src=x onerror=alert(1)>",
    "[a](https://b.example) ![c](d) | e",
    "`f` *g* _h_ ~~i~~ &amp; $j$ \\",
)
RECORDS = {"train": 300, "valid": 50, "calibrate": 100, "test": 1234}
COVERAGE = [
    {"task": task, "system": name, "class": name_of, "coverage": coverage, "promised": 0.9}
    for task in CLASSES
    for name in ("linear", "gbm")
    for name_of, coverage in (("a", 0.871), ("b", None), ("c", 0.9342))
]


def make_card(params: Params, results: Results | None = None, **about: object) -> str:
    """The card of two logistic regressions beside two LightGBM models, but for what is named."""
    other = about.pop("other", SetUp("gbm", "gbm"))
    tasks = about.pop("tasks", ("urgency", "specialty"))
    schema = about.pop("schema", None)
    bundle = make_bundle(params, tasks=tasks)
    about = {"name": "choice", "version": "7"} | about
    manifest = Manifest(**bundle.manifest.model_dump() | about)
    bundle = replace(bundle, manifest=manifest, schema=schema or bundle.schema)
    if results is None:
        results = invent_results({task: bundle.schema.classes(task) for task in tasks})
    return write_card(bundle, other, params, Evidence(results, COVERAGE, RECORDS))


def with_card(raw: dict, card: dict, **data: object) -> Params:
    release = raw["release"] | {"card": raw["release"]["card"] | card}
    return Params.model_validate(raw | {"release": release, "data": raw["data"] | data})


def cells(card: str) -> dict[str, list[str]]:
    """The rows of its tables by their first cell."""
    rows = [re.split(r"(?<!\\)\|", line) for line in card.splitlines() if line.startswith("| ")]
    return {row[1].strip(): [cell.strip() for cell in row[2:-1]] for row in rows}


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


def test_what_params_do_not_name_the_clinic_is_to_name(params, raw_params):
    assert cells(make_card(params))["Contact"] == [TO_BE_NAMED]
    assert f"**Intended use:** {TO_BE_NAMED}." in make_card(params)
    card = make_card(with_card(raw_params, NAMED))
    rows = cells(card)
    assert rows["Owner, who answers for it"] == [r"Dr. Ada \| Example"]
    assert rows["Contact"] == [r"triage\@clinic.example"]
    assert rows["Licence"] == ["within the clinic"]
    assert rows["Date"] == ["2026-11-30"]
    assert rows["Name and version"] == ["choice 7: two logistic regression models, one a task"]
    assert "**Intended use:** to order the morning's forms." in card


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
        ({"name": "runner_up"}, "would take this set-up if", "chose this set-up"),
        (
            {"decision": "do_not_release", "reason": "nothing_passes", "other": None},
            "This one came nearest",
            "Runner-up",
        ),
        (
            {"decision": "do_not_release", "reason": "vetoed_by_test"},
            "the final check then showed that it breaks a limit",
            "came nearest",
        ),
    ],
)
def test_it_says_what_may_be_done_with_it(params, about, says, says_not):
    card = make_card(params, **about)
    assert says in card
    assert says_not not in card
    assert ("do not release" in card) == ("decision" in about)


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


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        assert not [attribute for attribute in attrs if attribute[0] != "class"]
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_no_name_of_the_users_is_markup(raw_params):
    schema = RecordSchema(
        fields=tuple(FormField(name, "numeric") for name in ODD),
        urgency=ODD[:4],
        specialty=ODD,
        subgroups=ODD[:1],
    )
    params = with_card(raw_params, dict(zip(NAMED, ODD, strict=True)))
    results = Results(
        replace(row, column=ODD[4] * bool(row.column), subgroup=row.subgroup and ODD[2])
        for row in invent_results({"urgency": ODD[:4], "specialty": ODD}).rows
    )
    card = make_card(params, results, schema=schema, version=ODD[3])
    page = _Tags()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(card))
    plain = [
        "h1",
        "h2",
        "h3",
        "p",
        "strong",
        "em",
        "code",
        "pre",
        "ul",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
    assert page.tags == set(plain)
    text = " ".join(page.text.split())
    for name in ODD:
        assert text.count(" ".join(name.replace("_", " ").split())) >= 3


def prose(card: str) -> str:
    """Without code and tables."""
    text = re.sub(r"```.*?```", "", card, flags=re.DOTALL)
    return "\n".join(line for line in text.splitlines() if not line.startswith("|"))


def grade(text: str) -> float:
    """Flesch–Kincaid grade level (Kincaid et al. 1975); syllables are groups of vowels.

    A sentence ends at a full stop, or with its line: no item of a list lends its stop to the next.
    """
    sentences = [part for part in re.split(r"[.?!]\s|\n", text) if re.search(r"[a-z]", part)]
    words = re.findall(r"[A-Za-z][A-Za-z'’-]*", text)
    syllables = sum(
        max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<![l])e$", "", word.lower()))))
        for word in words
    )
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def test_it_is_plain_to_read_and_short(params):
    card = make_card(params)
    assert grade(re.sub(r"[*#`]|^- ", "", prose(card), flags=re.MULTILINE)) < 9
    assert len(card.split()) < 1900
    assert max(map(len, re.split(r"[.:]\s", prose(card)))) < 350


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
    stand_ins |= {"plan_pilot": lambda *_, **__: {}}
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(release, name, stand_in)
    monkeypatch.chdir(tmp_path)
    first, second = ({"urgency": name, "specialty": name} for name in ("mtl", "gbm"))
    about = {"decision": "release", "reason": "lowest_cost", "parts": 1, "runner_up": second}
    write_json(Layout().metrics("compare"), {"recommendation": first | about})
    release.main()
    choice, runner_up = SetUp(**first), SetUp(**second)
    assert shown == {"choice": (choice, runner_up), "runner_up": (runner_up, choice)}
    assert Layout().model_card.read_text(encoding="utf-8") == "card of choice"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ({"ownr": "x"}, r"release\.card\.ownr: unknown key; this section may have owner, contact"),
        ({"owner": 3}, r"release\.card\.owner: got 3"),
        ({"licence": ""}, r"release\.card\.licence: got ''; it may be a text that is not empty"),
        ({"contact": ["a"]}, r"release\.card\.contact: got \['a'\]"),
        ({"date": yaml.safe_load("2026-11-30")}, r'date must stand in quotes, "2026-11-30"'),
    ],
)
def test_a_wrong_entry_of_the_card_is_refused(raw_params, tmp_path, lines, told):
    release = raw_params["release"] | {"card": raw_params["release"]["card"] | lines}
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(raw_params | {"release": release}), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        load_params(path)


def test_a_draft_passes_the_entries_on(tmp_path):
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^    owner: .*$", "    owner: Dr. Ada", text, flags=re.MULTILINE)
    (path := tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    table = tmp_path / "forms.csv"
    table.write_text("id,complaint,tier\n" + "".join(f"{i},pain,{i % 3}\n" for i in range(30)))
    drafted = yaml.safe_load(draft_params(table, text, load_params(path)))
    assert drafted["release"] == yaml.safe_load(text)["release"]


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
