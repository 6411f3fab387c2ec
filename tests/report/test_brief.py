"""The brief's figures: each is found in the inputs, and the committed pages are in step."""

import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from html_page import Element, parse_page
from recommendations import TABLES, recommending
from traced_numbers import find_untraced, snap

from intake_triage.errors import InputError
from intake_triage.report.brief.inputs import Run, read_run
from intake_triage.report.brief.page import build_page
from intake_triage.report.brief.provenance import read_tripod
from intake_triage.report.model_card import build_card
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

DEFINITIONS = [0, 1, SMALLEST_SHOWN]
ROOT = Path(__file__).resolve().parents[2]


def inputs_of(run: Run) -> list:
    locked = [stage.get("params", {}) for stage in run.lock["stages"].values()]
    return [run.params, locked, run.metrics, run.plots, run.dials]


def is_no_figure(element: Element) -> bool:
    """Scales of pictures, names of files and versions, numbers of TRIPOD's items."""
    kind = element.attributes.get("class", "")
    return element.tag == "code" or "role-axis-label" in kind or "tripod" in kind


def untraced(html: str, run: Run) -> list[str]:
    # “0: the labels share nothing” and “at 1 they come true” explain a scale; that figures of fewer
    # people are hidden is a definition.
    return find_untraced(parse_page(html).texts(is_no_figure), [*inputs_of(run), *DEFINITIONS])


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
    assert find_untraced([build_card(snapped)], [*inputs_of(snapped), *DEFINITIONS]) == []
    row = snapped.per_1000(snapped.judged.label, "both_right")
    forged = html.replace(str(row["per_1000"]), str(row["per_1000"] + 1))
    assert untraced(forged, snapped)


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


def test_every_item_of_tripod_is_answered():
    items = read_tripod()
    assert [it["item"] for it in items] == list(range(1, 28))
    assert all(it["topic"] and it["where"] for it in items)


@pytest.mark.parametrize("folder", [Path("."), Path("results/namcs")], ids=str)
def test_committed_pages_are_in_step_with_the_results(folder, monkeypatch):
    monkeypatch.chdir(ROOT)
    given = read_run(folder)
    assert (folder / "reports/brief.html").read_text(encoding="utf-8") == build_page(given)
    assert (folder / "reports/model-card.md").read_text(encoding="utf-8") == build_card(given)
