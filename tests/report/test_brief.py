"""The brief's figures: each is found in the inputs, and the committed pages are in step."""

import contextlib
import hashlib
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
from intake_triage.evaluation.table import Results, read_results, write_results
from intake_triage.layout import Layout
from intake_triage.report.pages.build import (
    build_brief,
    build_results,
    list_guidelines,
    write_hashes,
)
from intake_triage.report.pages.pictures import draw_macro_f1
from intake_triage.report.pages.read import read_beside, read_run
from intake_triage.report.pages.run import Run
from intake_triage.systems import FORECASTERS

ROOT = Path(__file__).resolve().parents[2]
# Definitions, not figures: 0 is no error, and 1 perfect; an average of 3 is of that many parts; the
# alarms' promise (5 of 100 a year) and the random halves (100) are the method's.
DEFINITIONS = [0, 1, 2, 5, 8, 10, 80, *READ_AT]
PARTS = max(len(each.members) for each in FORECASTERS.values()) + 1


def inputs_of(*runs: Run) -> list:
    found: list = [*DEFINITIONS, PARTS]
    for run in runs:
        counted = [len(run.params["train"]["seeds"]), len(run.tied), len(run.tied) - 3]
        found += [run.params, run.results, run.metrics, run.plots, run.dials, run.redrawn, counted]
    return found


def is_no_figure(element: Element) -> bool:
    """Scales of pictures, and numbers and sources of the guidelines' items."""
    kind = element.attributes.get("class", "")
    return "role-axis-label" in kind or "guidelines" in kind


def untraced(html: str, *runs: Run) -> list[str]:
    texts = parse_page(html).texts(is_no_figure)
    rule_11 = (text.replace("rule 11", "").replace("version 2", "") for text in texts)
    return find_untraced(rule_11, inputs_of(*runs))


def test_every_number_is_found_in_the_inputs(run, survey):
    assert untraced(build_brief(run, [survey]), run, survey) == []


@pytest.mark.parametrize("recommendation", [None, *TABLES.values()], ids=["committed", *TABLES])
def test_no_arithmetic_stands_between_input_and_page(run, recommendation):
    given = run if recommendation is None else recommending(run, recommendation)
    parts = {name: snap(getattr(given, name)) for name in ("results", "metrics", "plots")}
    snapped = replace(given, **parts)
    html = build_brief(snapped)
    assert untraced(html, snapped) == []
    assert find_untraced([build_results([snapped])], inputs_of(snapped)) == []
    early = f"{snapped.trade_off(present=True)['over_triage']:.0%}".rstrip("%")
    cell = '<td data-name="Others early, of 100">{}</td>'
    assert cell.format(early) in html
    assert untraced(html.replace(cell.format(early), cell.format(int(early) + 1)), snapped)


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
        read_run(Layout(folder))
    results = Layout(folder).results
    results.write_text(results.read_text().replace("single_fits,", "", 1))
    with pytest.raises(InputError, match=r"other columns than .*; run compare again"):
        read_run(Layout(folder))
    path.unlink()
    with pytest.raises(InputError, match="is missing; run the pipeline first"):
        read_run(Layout(folder))


def test_a_measure_that_is_gone_leaves_its_figures_out(folder):
    layout = Layout(folder)
    rows = [row for row in read_results(layout.results).rows if row.measure != "misrouted"]
    write_results(layout.results, Results(rows))
    said = parse_page(build_brief(read_run(layout))).text
    assert "Wrong sub-specialty, of 1,000 – not set – –" in said


def test_the_dial_is_shown_where_the_study_was_run(run):
    without = parse_page(build_brief(replace(run, dials=[]))).text
    assert "not measured by the present code yet" in without
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
    said = " ".join(parse_page(html).text.split())
    chosen = "0.35 One multi-task Transformer for both tasks multi-task Transformer; two LightGBM"
    assert chosen.lower() in said.lower()
    assert "urgency +0.012 (+0.001 to +0.020), positive" in said
    assert untraced(html, given) == []


@pytest.mark.parametrize("source", ["synthetic", "namcs", "file"])
def test_every_item_of_the_guidelines_is_answered_or_open(source):
    tripod, decide = list_guidelines(source)
    assert [row[0] for row in tripod.rows] == [str(item) for item in range(1, 28)]
    roman = ["I–II", "III", "IV–V", "VI", "VII–VIII", "IX–X"]
    assert [row[0] for row in decide.rows] == [*map(str, range(1, 18)), *roman]
    rows = [*tripod.rows, *decide.rows]
    assert all(topic and where.strip("– ") for _, topic, where in rows)
    is_open = [number for number, _, where in tripod.rows if where.startswith("–")]
    assert is_open == (["5", "6", "8", "9", "17", "19"] if source == "file" else ["19"])


def test_a_clinics_own_forms_stand_alone(run, survey, monkeypatch):
    monkeypatch.chdir(ROOT)
    beside = read_beside(run, ["results/namcs"])
    assert [each.source for each in beside] == ["namcs"]
    both = parse_page(build_brief(run, beside)).text
    assert "Do not release" in both
    assert "These results are not of your clinic, and permit no release." in both
    assert read_beside(survey, ["results/namcs"]) == []
    own = replace(run, params={**run.params, "data": run.params["data"] | {"source": "file"}})
    assert read_beside(own, ["results/namcs"]) == []
    alone = parse_page(build_brief(own)).text
    assert "of the clinic’s own forms to learn from" in alone
    assert "Real survey" not in alone
    assert "not of your clinic" not in alone
    with pytest.raises(InputError, match=r"params\.yaml, report\.beside, results/none: .*missing"):
        read_beside(run, ["results/none"])


def test_committed_pages_are_in_step_with_the_results(run, survey):
    runs = [run, survey]
    made = {
        "reports/brief.html": build_brief(run, [survey]),
        "reports/hashes.md5": write_hashes(runs),
        "docs/results.md": build_results(runs),
        "docs/macro-f1.svg": draw_macro_f1(runs),
    }
    for name, text in made.items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, name


def test_the_hashes_are_those_of_the_files(run, survey):
    lines = write_hashes([run, survey]).splitlines()
    assert len(lines) > 20
    with contextlib.chdir(ROOT):
        for line in lines:
            digest, path = line.split("  ")
            assert hashlib.md5(Path(path).read_bytes()).hexdigest() == digest
