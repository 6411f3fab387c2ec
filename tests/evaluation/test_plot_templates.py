"""Each plot of dvc.yaml has a template that Vega-Lite accepts, over fields that its rows have."""

import json
import re
from pathlib import Path

import pytest
import vl_convert
import yaml

from intake_triage.evaluation.comparison import compare_systems
from intake_triage.evaluation.plot_rows import (
    cost_rows,
    frontier_rows,
    gradient_rows,
    training_rows,
)
from intake_triage.recommendation.candidates import SetUp
from intake_triage.recommendation.rows import set_up_rows

ROOT = Path(__file__).resolve().parents[2]
PLOTS = {
    name: plot
    for entry in yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]
    for name, plot in entry.items()
}
MADE_IN_THE_TEMPLATE = {
    *("even", "sign", "unit", "minus_margin", "room_for_text", "shade", "label"),
    *("panel", "line", "floor", "who", "place", "outcome"),
}


@pytest.fixture
def rows(systems, held_out, fitted, params, scorer):
    few = params.compare.model_copy(update={"resamples": 100, "ece_bins": 5})
    plots = compare_systems(
        systems, held_out, fitted, params=few, cost=params.decision.cost, alpha=0.1
    ).plots
    epoch = {"task": "urgency", "seed": 0, "epoch": 1, "train_log_loss": 1, "valid_log_loss": 2}
    gradients = [
        epoch | {"task": task, "epoch": number, "gradient_norm": 0.3, "gradient_cosine": -0.1}
        for task in ("urgency", "specialty")
        for number in (1, 2)
    ]
    return plots | {
        "cost": cost_rows(plots["macro_f1"], {"st": {"cpu_seconds": 3.0}}),
        "training": training_rows({"st": [epoch]}),
        "gradients": gradient_rows(gradients),
        "frontier": frontier_rows(gradients, params.mtl),
        "set_ups": set_up_rows(
            {"calibrate": scorer, "test": scorer}, SetUp("mtl", "mtl"), params.decision
        ),
    }


def test_every_table_of_rows_is_drawn(rows):
    assert set(rows) == set(PLOTS)


def draw(name: str, rows: list[dict]) -> tuple[str, str]:
    """Fill a plot's template as DVC does, with two revisions: the template and the picture."""
    plot = PLOTS[name]
    ((path, y),) = plot["y"].items()
    assert path == f"plots/{name}.json"
    template = (ROOT / f".dvc/plots/{plot['template']}.json").read_text()
    anchors = {
        "DATA": [row | {"rev": revision} for revision in ("HEAD", "workspace") for row in rows],
        "TITLE": plot["title"],
        "X": plot["x"],
        "Y": y,
        "COLOR": {"field": "rev", "type": "nominal"},
    }
    for anchor, value in anchors.items():
        template = template.replace(f'"<DVC_METRIC_{anchor}>"', json.dumps(value))
    template = re.sub("<DVC_METRIC_[XY]_LABEL>", "axis", template)
    assert "<DVC" not in template
    return template, vl_convert.vegalite_to_svg(json.loads(template), vl_version="5.20")


@pytest.mark.parametrize("name", PLOTS)
def test_the_template_draws_the_rows(rows, name):
    template, picture = draw(name, rows[name])
    fields = set(re.findall(r'"field": "(\w+)"', template))
    assert fields - MADE_IN_THE_TEMPLATE <= {"rev", *rows[name][0]}
    assert "workspace" in picture


def test_classes_keep_their_place_when_all_their_cells_are_hidden(held_out):
    urgency = held_out.classes["urgency"]
    rows = [
        {
            "task": "urgency",
            "system": "st",
            "true": true,
            "predicted": predicted,
            "share": 0.9 if true == predicted == urgency[-1] else None,
        }
        for true in urgency
        for predicted in urgency
    ]
    _, picture = draw("confusion", rows)
    # Each name stands on the x axis and, for each of the two revisions, on the y axis.
    labels = re.findall(rf">({'|'.join(urgency)})</text>", picture)
    assert labels == list(urgency) * 3
