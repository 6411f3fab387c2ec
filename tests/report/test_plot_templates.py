"""Each plot of dvc.yaml has a template that Vega-Lite accepts, over fields that its rows have."""

import json
import re
import shutil
from pathlib import Path

import pytest
import vl_convert
import yaml

from intake_triage.report.pages.charts import VEGA_LITE, fill_template
from tools.plot_page import renew_scripts

ROOT = Path(__file__).resolve().parents[2]
PLOTS = {
    name: plot
    for entry in yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]
    for name, plot in entry.items()
}
MADE_IN_THE_TEMPLATE = {
    *("even", "floor", "guide", "label", "outcome", "panel", "place"),
    *("room_for_text", "row", "shade", "sign", "who"),
}
REVISIONS = ("HEAD", "workspace")


def test_every_table_of_rows_is_drawn_and_every_template_used():
    assert {path.stem for path in (ROOT / "plots").glob("*.json")} == set(PLOTS)
    used = {plot["template"] for plot in PLOTS.values()}
    assert {path.stem for path in (ROOT / ".dvc/plots").glob("*.json")} == used


def draw(name: str, rows: list[dict]) -> tuple[str, str]:
    """Fill a plot's template as DVC does, with two revisions: the template and the picture."""
    plot = PLOTS[name]
    ((path, y),) = plot["y"].items()
    assert path == f"plots/{name}.json"
    template = (ROOT / f".dvc/plots/{plot['template']}.json").read_text()
    anchors = {
        "DATA": [row | {"rev": revision} for revision in REVISIONS for row in rows],
        "TITLE": plot["title"],
        "X": plot["x"],
        "Y": y,
        "COLOR": {"field": "rev", "type": "nominal"},
    }
    for anchor, value in anchors.items():
        template = template.replace(f'"<DVC_METRIC_{anchor}>"', json.dumps(value))
    template = re.sub("<DVC_METRIC_[XY]_LABEL>", "axis", template)
    assert "<DVC" not in template
    return template, vl_convert.vegalite_to_svg(json.loads(template), vl_version=VEGA_LITE)


@pytest.mark.parametrize("name", PLOTS)
def test_the_template_draws_the_rows(name):
    rows = json.loads((ROOT / f"plots/{name}.json").read_text())
    template, picture = draw(name, rows)
    fields = set(re.findall(r'"field": "(\w+)"', template))
    assert fields - MADE_IN_THE_TEMPLATE <= {"rev"}.union(*rows)
    assert all(revision in picture for revision in REVISIONS)


def test_the_page_has_the_scripts_of_the_installed_version(tmp_path):
    committed = ROOT / ".dvc/plots/offline.html"
    renewed = shutil.copy(committed, tmp_path / "page.html")
    renew_scripts(renewed)
    assert renewed.read_bytes() == committed.read_bytes()


def test_classes_keep_their_place_when_all_their_cells_are_hidden():
    tiers = ("emergent", "urgent", "routine")
    rows = [
        {
            "task": "urgency",
            "system": "a",
            "true": true,
            "predicted": predicted,
            "share": 0.9 if true == predicted == tiers[-1] else None,
        }
        for true in tiers
        for predicted in tiers
    ]
    _, picture = draw("confusion", rows)
    # For each of the two revisions, each name stands on the x axis and on the y axis.
    assert re.findall(rf">({'|'.join(tiers)})</text>", picture) == list(tiers) * 4


def test_a_panel_shows_its_own_rows():
    """Vega-Lite puts rows into the wrong panel where panels have an order of their own.

    A panel's name is drawn after its marks.
    """
    rows = [
        {"task": task, "name": name, "value": value, "low": value, "high": value, "colour": "#000"}
        for task, name, value in (("b", "x", 11), ("b", "y", 22), ("a", "y", 33), ("a", "x", 44))
    ]
    drawn = fill_template("intervals", rows, x="value", y="name")
    assert re.findall(r">(a|b|11|22|33|44)</text>", drawn) == ["33", "44", "a", "11", "22", "b"]


def test_both_revisions_mark_the_present_weight():
    point = {"system": "a", "colour": "#123456", "max_over_triage": 0.5, "max_under_triage": 0.1}
    rows = [
        point
        | {"weight": w, "present": w == 10, "over_triage": w / 20, "under_triage": 0.2 - w / 99}
        for w in (5, 10, 15)
    ]
    _, picture = draw("operating", rows)
    diamonds = re.findall(r'<path aria-label="axis: (\d+)[^>]*stroke="#ffffff"', picture)
    assert diamonds == ["50", "50"]


def test_errors_beside_a_nurse_are_counted_of_1000():
    row = {"task": "urgency", "measure": "missed, of all forms", "system": "a", "colour": "#123"}
    rows = [
        row | {"coverage": coverage, "risk": 0.02, "low": 0.01, "high": 0.03, "of": 900}
        for coverage in (0.8, 1.0)
    ]
    _, picture = draw("risk_coverage", rows)
    assert {"10", "20", "30"} <= set(re.findall(r">(\d+)</text>", picture))


def test_the_load_of_each_revision_stands_beside_what_belongs_there():
    rows = [
        {"system": "a", "tier": tier, "placed": 300, "low": 280, "high": 320, "belonging": 100}
        for tier in ("urgent", "routine")
    ]
    _, picture = draw("load", rows)
    assert re.findall(r">(urgent|routine)</text>", picture) == ["urgent", "routine"]
    ticks = re.findall(r'aria-label="axis: 100; tier: (\w+); rev: (\w+)"', picture)
    assert set(ticks) == {(row["tier"], revision) for row in rows for revision in REVISIONS}
