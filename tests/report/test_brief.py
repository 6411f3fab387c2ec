"""The brief: every figure is traced to its input, the prose follows the choice, all can read it."""

import copy
import json
import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from html_page import Element, parse_page, split_at_annex
from traced_numbers import find_untraced, snap

from intake_triage.errors import InputError
from intake_triage.report.brief import svg
from intake_triage.report.brief.inputs import Run, read_run
from intake_triage.report.brief.page import build_page
from intake_triage.report.brief.recommendation import (
    explain_choice,
    list_flips,
    list_steady,
    say_how_sure,
    say_limits,
    state_recommendation,
)
from intake_triage.report.model_card import build_card
from intake_triage.report.palette import SYSTEM_COLOURS, colour_of

ROOT = Path(__file__).resolve().parents[2]
JARGON = re.compile(
    r"macro-?F1|log-?loss|calibrat|\bnats?\b|logit|\bECE\b|Brier|argmax|hyper-?param|softmax|"
    r"\bmtl\b|\bgbm\b|\bst\b|triage\w*_|_",
    re.IGNORECASE,
)
GBM = {"urgency": "gbm", "specialty": "gbm", "models": 2, "cost_per_1000": 1320.1}
MIXED = {"urgency": "st", "specialty": "gbm", "models": 2, "cost_per_1000": 1325.1}
MTL = {"urgency": "mtl", "specialty": "mtl", "models": 1, "cost_per_1000": 1331.4}
NONE = dict.fromkeys(MTL)
UNDER_TRIAGE = {"limit": 0.1, "value": 0.0951, "low": 0.08, "high": 0.099, "status": "met"}
SLOPE = {"least": 0.8, "most": 1.25, "value": 1.0, "low": 0.9, "high": 1.1, "status": "met"}
CEILINGS = {"under_triage": UNDER_TRIAGE, "slope_urgent_or_above": SLOPE}
MTL_FLIP = {"urgency": "mtl", "specialty": "mtl", "models": 1}
FLIP_NONE = {"now": 3.0, "at": None, "urgency": None, "specialty": None, "models": None}
FLIPS = {
    "cost.too_late": {"now": 2.0, "at": 1.278, **MTL_FLIP},
    "max_under_triage": {"now": 0.1, "at": 0.08608, **NONE},
    "cost.misroute": FLIP_NONE,
}
MULTI_TASK_RELEASE = {
    "decision": "release",
    "reason": "fewer_models",
    **MTL,
    "lowest": GBM,
    "runner_up": GBM,
    "won_share": 0.97,
    "ceilings": CEILINGS,
    "flips": FLIPS | {"cost.too_late": {"now": 2.0, "at": 4.4, **GBM}},
}
PAIR_NOT_SHOWN = {
    "decision": "release",
    "reason": "lowest_cost",
    **GBM,
    "lowest": GBM,
    "runner_up": MIXED,
    "won_share": 0.695,
    "ceilings": CEILINGS | {"under_triage": UNDER_TRIAGE | {"high": 0.1158, "status": "not_shown"}},
    "flips": FLIPS,
}
VETOED = PAIR_NOT_SHOWN | {
    "decision": "do_not_release",
    "reason": "vetoed_by_test",
    "ceilings": CEILINGS | {"slope_urgent_or_above": SLOPE | {"status": "broken"}},
}
NOTHING_PASSES = PAIR_NOT_SHOWN | {
    "decision": "do_not_release",
    "reason": "nothing_passes",
    **NONE,
    "lowest": MTL,
    "runner_up": None,
    "ceilings": {},
    "flips": {"max_under_triage": {"now": 0.1, "at": 0.12, **MTL_FLIP}},
}
TABLES = {
    "multi-task release": MULTI_TASK_RELEASE,
    "pair, limit not shown": PAIR_NOT_SHOWN,
    "vetoed": VETOED,
    "nothing passes": NOTHING_PASSES,
    "mixed pair": PAIR_NOT_SHOWN | MIXED | {"lowest": MIXED, "runner_up": GBM},
}


@pytest.fixture(scope="module")
def run() -> Run:
    """The committed run of the synthetic clinic."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return read_run(Path("."))


def recommending(run: Run, recommendation: dict) -> Run:
    """The same run with another recommendation."""
    compare = run.metrics["compare"] | {"recommendation": recommendation}
    return replace(run, metrics={**run.metrics, "compare": compare})


@pytest.fixture(scope="module", params=["committed", *TABLES])
def page(request, run) -> Element:
    given = run if request.param == "committed" else recommending(run, TABLES[request.param])
    return parse_page(build_page(given))


def inputs_of(run: Run) -> list:
    locked = [stage.get("params", {}) for stage in run.lock["stages"].values()]
    return [run.params, locked, run.metrics, run.plots, run.dials]


def is_no_figure(element: Element) -> bool:
    """Scales of pictures, names of files and versions, numbers of TRIPOD's items."""
    kind = element.attributes.get("class", "")
    return element.tag == "code" or "role-axis-label" in kind or "tripod" in kind


def untraced(html: str, run: Run) -> list[str]:
    # “0: the labels share nothing” and “at 1 they come true” explain a scale.
    scales = [0, 1]
    return find_untraced(parse_page(html).texts(is_no_figure), [*inputs_of(run), scales])


def test_every_number_is_found_in_the_inputs(run):
    html = build_page(run)
    assert untraced(html, run) == []
    codes = [code.text for code in parse_page(html).all("code")]
    known = json.dumps([run.lock, run.requirements])
    assert len(codes) > 50
    assert [code for code in codes if code not in known] == []


@pytest.mark.parametrize("recommendation", [None, *TABLES.values()], ids=["committed", *TABLES])
def test_no_arithmetic_stands_between_input_and_page(run, recommendation):
    given = run if recommendation is None else recommending(run, recommendation)
    snapped = replace(
        given, metrics=snap(copy.deepcopy(given.metrics)), plots=snap(copy.deepcopy(given.plots))
    )
    html = build_page(snapped)
    assert untraced(html, snapped) == []
    assert find_untraced([build_card(snapped)], [*inputs_of(snapped), 0]) == []
    row = snapped.per_1000(snapped.judged.label, "both_right")
    forged = html.replace(str(row["per_1000"]), str(row["per_1000"] + 1))
    assert untraced(forged, snapped)


def test_a_multi_task_release_is_told(run):
    given = recommending(run, MULTI_TASK_RELEASE)
    assert state_recommendation(given).startswith("Use one multi-task Transformer for both tasks")
    assert "within 15 points of the lowest (two LightGBM models, 1,320)" in explain_choice(given)
    assert "is one model fewer to maintain" in explain_choice(given)
    assert say_how_sure(given).startswith("In 97 of 100 re-drawn samples")
    assert "The choice is stable." in say_how_sure(given)
    assert "every safety limit was shown to be met" in say_limits(given)
    assert (
        "Two LightGBM models",
        ["harm points for any other form sent too late: 4.4 instead of 2"],
    ) in list_flips(given)


def test_a_pair_with_a_limit_not_shown_is_told(run):
    given = recommending(run, PAIR_NOT_SHOWN)
    assert state_recommendation(given).startswith("Use two LightGBM models in a pilot")
    assert "does the least harm: 1,320 harm points" in explain_choice(given)
    assert "Runner-up: two models, Transformer for urgency and LightGBM" in explain_choice(given)
    assert "In 70 of 100" in say_how_sure(given)
    assert "not settled" in say_how_sure(given)
    assert "Not shown to be within its limit: the share of urgent forms" in say_limits(given)
    assert "The other limits were met." in say_limits(given)
    assert list_flips(given) == [
        (
            "One multi-task Transformer for both tasks",
            ["harm points for any other form sent too late: 1.28 instead of 2"],
        ),
        (
            "Do not release",
            ["limit for urgent forms sent too late: 8.6 of 100 instead of 10.0 of 100"],
        ),
    ]
    assert list_steady(given) == ["harm points for a form sent to the wrong sub-specialty"]


def test_a_veto_is_told(run):
    given = recommending(run, VETOED)
    said = state_recommendation(given)
    assert said.startswith("Do not release: the rule picks two LightGBM models, but")
    assert "the boldness of the stated chances of urgency broke" in said
    assert "Broken on forms kept for the final check: the boldness" in say_limits(given)
    page = parse_page(build_page(given)).text
    assert "There is no pilot yet." in page
    assert "in a pilot that starts silent, beside" not in page


def test_nothing_that_passes_is_told(run):
    given = recommending(run, NOTHING_PASSES)
    assert state_recommendation(given).startswith("Do not release: none of the set-ups")
    assert "Least harm, 1,331 harm points per 1,000 forms, was done by one" in explain_choice(given)
    assert "also nothing passed" in say_how_sure(given)
    assert "No set-up reached the final check" in say_limits(given)
    assert list_flips(given)[0][0] == "One multi-task Transformer for both tasks"
    page = parse_page(build_page(given)).text
    assert "(chosen)" not in page
    assert "none has a figure here" in page


def test_the_first_line_says_what_the_data_are(run):
    sources = {
        "synthetic": ("no patient was involved", "cannot justify a release"),
        "namcs": ("real survey", "proxy", "demonstrates the method"),
        "file": ("the clinic’s own forms",),
    }
    for source, words in sources.items():
        data = run.params["data"] | {"source": source}
        given = replace(run, params={**run.params, "data": data})
        first = next(parse_page(build_page(given)).texts())
        assert all(word in first for word in words)


def test_no_jargon_before_the_annex(page):
    pages, _ = split_at_annex(page)
    assert JARGON.findall(pages.text) == []


def test_nothing_runs_and_nothing_is_fetched(page, run):
    assert not page.all("script", "link", "iframe", "img", "object", "a")
    html = build_page(run)
    assert len(html.encode()) < 2**20
    addresses = set(re.findall(r"https?://[^\"'<\s]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    assert not re.search(r"\son\w+=", html)


def test_headings_come_in_order(page):
    levels = [int(it.tag[1]) for it in page.walk() if re.fullmatch("h[1-6]", it.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_and_pictures_have_names(page):
    (html,) = page.all("html")
    assert html.attributes["lang"] == "en"
    tables, pictures = page.all("table"), page.all("svg")
    assert len(tables) > 10
    assert all(table.all("caption")[0].text for table in tables)
    assert all("scope" in cell.attributes for table in tables for cell in table.all("th"))
    ids = [it.attributes["id"] for it in page.walk() if "id" in it.attributes]
    assert len(ids) == len(set(ids))
    assert len(pictures) >= 6
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        texts = {it.attributes.get("id"): it.text for it in picture.all("title", "desc")}
        assert all(texts[name] for name in picture.attributes["aria-labelledby"].split())
    pages, _ = split_at_annex(page)
    assert len(pages.all("svg")) <= 4


def scales_of(specification: object) -> list[dict]:
    """Scales that give names colours, anywhere in a Vega-Lite specification."""
    if isinstance(specification, list):
        return [scale for item in specification for scale in scales_of(item)]
    if not isinstance(specification, dict):
        return []
    scale = specification.get("scale")
    own = []
    if isinstance(scale, dict) and str(scale.get("range", [""])[0]).startswith("#"):
        own = [scale] if isinstance(scale["domain"][0], str) else []
    return own + [found for item in specification.values() for found in scales_of(item)]


def test_a_system_has_one_colour_everywhere(run, monkeypatch):
    drawn = []
    convert = svg.vl_convert.vegalite_to_svg

    def note(specification, **options):
        drawn.append(specification)
        return convert(specification, **options)

    monkeypatch.setattr(svg.vl_convert, "vegalite_to_svg", note)
    build_page(recommending(run, TABLES["mixed pair"]))
    templates = [json.loads(path.read_text()) for path in (ROOT / ".dvc/plots").glob("*.json")]
    for specifications, at_least in ((drawn, 5), (templates, 4)):
        scales = scales_of(specifications)
        assert len(scales) >= at_least
        for scale in scales:
            pairs = dict(zip(scale["domain"], scale["range"], strict=True))
            assert pairs == {label: colour_of(label) for label in pairs}
    assert len(set(SYSTEM_COLOURS.values())) == len(SYSTEM_COLOURS)


def test_metrics_of_another_rule_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    for name in ("metrics", "plots"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("params.yaml", "dvc.lock"):
        shutil.copy(ROOT / name, tmp_path)
    path = tmp_path / "metrics/compare.json"
    compare = json.loads(path.read_text())
    del compare["recommendation"]["decision"]
    path.write_text(json.dumps(compare))
    with pytest.raises(InputError, match=r"compare\.json has no recommendation\.decision"):
        read_run(tmp_path)
    path.unlink()
    with pytest.raises(InputError, match="is missing; run the pipeline first"):
        read_run(tmp_path)


def test_the_dial_is_shown_where_the_study_was_run(run):
    assert "Not run yet." in parse_page(build_page(replace(run, dials=[]))).text
    block = {
        "block": "dial_0",
        "task_relatedness": 0.35,
        "dial": {
            **{"urgency": "mtl", "specialty": "mtl", "models": 1, "won_share": 0.81},
            "set_ups": {"mtl": {"cost_per_1000": 1411.2, "under_triage": 0.09}},
        },
        "differences": [
            {
                **{"treatment": "mtl", "reference": "st", "task": "urgency"},
                **{"measure": "macro_f1", "delta": 0.0123, "low": 0.001, "high": 0.02},
                "verdict": "positive",
            }
        ],
    }
    given = replace(run, dials=[block])
    html = build_page(given)
    said = parse_page(html).text
    assert "0.35 one multi-task model 81 one multi-task model 1,411" in said
    assert "urgency +0.012 (+0.001 to +0.020), positive" in said
    assert untraced(html, given) == []


@pytest.mark.parametrize("folder", [Path("."), Path("results/namcs")], ids=str)
def test_committed_pages_are_in_step_with_the_results(folder, monkeypatch):
    monkeypatch.chdir(ROOT)
    given = read_run(folder)
    assert (folder / "reports/brief.html").read_text(encoding="utf-8") == build_page(given)
    assert (folder / "reports/model-card.md").read_text(encoding="utf-8") == build_card(given)
