"""The model card as it is read: plain words, no markup but its own, entries that a clinic fills."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import yaml
from markdown_it import MarkdownIt

from intake_triage.errors import InputError
from intake_triage.evaluation.table import Results
from intake_triage.params import load_params
from intake_triage.records.draft.draft import draft_params
from intake_triage.records.schema import FormField, RecordSchema
from intake_triage.release.bundle.card import TO_BE_NAMED
from tests.conftest import ROOT
from tests.release.bundle.cards import NAMED, cells, make_card, prose, with_card
from tests.release.conftest import invent_results

ODD = (
    '"><script>alert(1)</script>',
    "{{7*7}} {% raw %}",
    "<img src=x onerror=alert(1)>",
    "[a](https://b.example) ![c](d) | e",
    "`f` *g* _h_ ~~i~~ &amp; $j$ \\",
)


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
