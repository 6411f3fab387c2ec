"""Each plot of dvc.yaml has a template that Vega-Lite accepts, over fields that its rows have."""

import json
import re
import shutil
from pathlib import Path

import pytest
import vl_convert
import yaml

from intake_triage.report.pages.charts import fill_template
from intake_triage.report.plot_page import VEGA_LITE, renew_scripts

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
