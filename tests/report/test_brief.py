"""The brief's figures: each is found in the inputs, and the committed pages are in step."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from html_page import Element, parse_page
from recommendations import TABLES, recommending
from traced_numbers import find_untraced, snap

from intake_triage.errors import InputError
from intake_triage.evaluation.curves.operating import READ_AT
from intake_triage.evaluation.table import Result, Results, read_results, write_results
from intake_triage.layout import Layout
from intake_triage.report.pages.build import (
    build_brief,
    build_card,
    build_results,
    name_runs,
    read_tripod,
)
from intake_triage.report.pages.pictures import draw_macro_f1
from intake_triage.report.pages.run import Run, read_run
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

DEFINITIONS = [0, 1, SMALLEST_SHOWN, *READ_AT]
ROOT = Path(__file__).resolve().parents[2]


def inputs_of(run: Run) -> list:
    starts = len(run.params["train"]["seeds"])
    return [run.params, run.results, run.metrics, run.plots, run.dials, starts]


def is_no_figure(element: Element) -> bool:
    """Scales of pictures, names of files and versions, numbers of TRIPOD's items."""
    kind = element.attributes.get("class", "")
    return element.tag == "code" or "role-axis-label" in kind or "tripod" in kind


def untraced(html: str, run: Run) -> list[str]:
    # “0: the labels share nothing” and “at 1 they come true” explain a scale; that figures of fewer
    # people are hidden is a definition.
    return find_untraced(parse_page(html).texts(is_no_figure), [*inputs_of(run), *DEFINITIONS])


def test_every_number_is_found_in_the_inputs(run):
    html = build_brief(run)
    assert untraced(html, run) == []
    codes = [code.text for code in parse_page(html).all("code")]
    known = json.dumps([run.hashes, run.requirements])
    assert len(codes) > 50
    assert [code for code in codes if code not in known] == []


@pytest.mark.parametrize("recommendation", [None, *TABLES.values()], ids=["committed", *TABLES])
def test_no_arithmetic_stands_between_input_and_page(run, recommendation):
    given = run if recommendation is None else recommending(run, recommendation)
    parts = {name: snap(getattr(given, name)) for name in ("results", "metrics", "plots")}
    snapped = replace(given, **parts)
    html = build_brief(snapped)
    assert untraced(html, snapped) == []
    for page in (build_card(snapped), build_results({"The clinic": snapped})):
        assert find_untraced([page], [*inputs_of(snapped), *DEFINITIONS]) == []
    right = round(snapped.per_1000(snapped.judged.label, "both_right").value)
    assert untraced(html.replace(str(right), str(right + 1)), snapped)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of what the committed run's pages are made from."""
    for name in ("metrics", "plots"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    return tmp_path


def test_metrics_of_another_rule_are_refused(folder):
    path = Layout(folder).metrics("compare")
    compare = json.loads(path.read_text())
    del compare["recommendation"]["tied"]
    path.write_text(json.dumps(compare))
    with pytest.raises(InputError, match=r"compare\.json has no recommendation\.tied; run compare"):
        read_run(Layout(folder), Layout(ROOT))
    results = Layout(folder).results
    results.write_text(results.read_text().replace("single_fits,", "", 1))
    with pytest.raises(InputError, match=r"other columns than .*; run compare again"):
        read_run(Layout(folder), Layout(ROOT))
    path.unlink()
    with pytest.raises(InputError, match="is missing; run the pipeline first"):
        read_run(Layout(folder), Layout(ROOT))


def test_a_measure_that_one_system_has_stands_in_the_annex_and_one_that_is_gone_does_not(folder):
    layout = Layout(folder)
    rows = [row for row in read_results(layout.results).rows if row.measure != "brier"]
    new = {"task": "urgency", "system": "gbm", "rule": "argmax"}
    rows.append(Result(**new, measure="top_2_accuracy", value=0.9123, low=0.9, high=0.92))
    write_results(layout.results, Results(rows))
    given = read_run(layout, Layout(ROOT))
    said = parse_page(build_brief(given)).text
    assert "top 2 accuracy – – 0.912 (0.900 to 0.920) – – – – –" in said
    assert "Brier" not in said
    assert untraced(build_brief(given), given) == []


def test_the_dial_is_shown_where_the_study_was_run(run):
    without = parse_page(build_brief(replace(run, dials=[]))).text
    assert "Not measured by version 2 of the rule yet." in without
    block = {
        "block": "dial_0",
        "task_relatedness": 0.35,
        "dial": {
            **{"urgency": "mtl", "specialty": "mtl", "parts": 1, "tied": ["mtl", "gbm / gbm"]},
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
    html = build_brief(given)
    said = parse_page(html).text
    assert (
        "0.35 multi-task Transformer multi-task Transformer; two LightGBM models multi-task" in said
    )
    assert "urgency +0.012 (+0.001 to +0.020), positive" in said
    assert untraced(html, given) == []


@pytest.mark.parametrize("source", ["synthetic", "namcs", "file"])
def test_every_item_of_tripod_is_answered(source):
    items = read_tripod(source)
    assert [item["item"] for item in items] == list(range(1, 28))
    assert all(item["topic"] and item["where"] for item in items)
    others = {item["item"]: item["where"] for item in items if "data-card" in item["where"]}
    assert sorted(others) == ([] if source == "file" else [5, 6, 8, 9])
    assert ("Not sought" in items[16]["where"]) == (source != "file")


@pytest.mark.parametrize("folder", [Path("."), Path("results/namcs")], ids=str)
def test_committed_pages_are_in_step_with_the_results(folder):
    layout = Layout(ROOT / folder)
    given = read_run(layout, Layout(ROOT))
    assert layout.brief.read_text(encoding="utf-8") == build_brief(given)
    assert layout.model_card.read_text(encoding="utf-8") == build_card(given)


def test_both_runs_stand_side_by_side(run):
    survey = read_run(Layout(ROOT / "results/namcs"), Layout(ROOT))
    runs = name_runs([survey, run])
    assert (ROOT / "docs/results.md").read_text(encoding="utf-8") == build_results(runs)
    assert (ROOT / "docs/macro-f1.svg").read_text(encoding="utf-8") == draw_macro_f1(runs)
    own = replace(run, params={**run.params, "data": run.params["data"] | {"source": "file"}})
    assert list(name_runs([survey, own])) == ["Real survey (NAMCS)", "Own forms"]
    assert list(name_runs([survey, survey])) == ["Real survey (NAMCS)"]
