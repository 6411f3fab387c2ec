"""The page's picture, as Vega-Lite: cost of each uniform set-up by number of labelled forms."""

from collections.abc import Sequence
from typing import Any

from intake_triage.systems import FORECASTERS
from studies.replication.summary import UNIFORM
from studies.replication.words import SOURCES


def draw_sizes(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`rows` as `learning_curve` gives them; a panel a source."""
    colours = [FORECASTERS[name].colour for name in UNIFORM.values()]
    shared = {
        "x": {
            "field": "learn",
            "type": "quantitative",
            "scale": {"type": "log", "nice": False},
            "axis": {
                "format": ",d",
                "values": sorted({float(f"{row['learn']:.2g}") for row in rows}),
            },
            "title": "forms to learn from",
        },
        "y": {
            "field": "above",
            "type": "quantitative",
            "title": "cost of 1,000 forms above the lowest",
        },
        "color": {
            "field": "label",
            "type": "nominal",
            "sort": list(UNIFORM),
            "scale": {"domain": list(UNIFORM), "range": colours},
            "legend": {"title": None},
        },
        "shape": {
            "field": "label",
            "type": "nominal",
            "scale": {"domain": list(UNIFORM)},
            "legend": {"title": None},
        },
    }
    line = {"mark": "line", "encoding": {name: shared[name] for name in ("x", "y", "color")}}
    point = {"mark": {"type": "point", "filled": True, "size": 60}, "encoding": shared}
    return {
        "data": {"values": [row | {"data": SOURCES[row["source"]]} for row in rows]},
        "facet": {"column": {"field": "data", "title": None, "sort": list(SOURCES.values())}},
        "spec": {"width": 300, "height": 220, "layer": [line, point]},
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }
