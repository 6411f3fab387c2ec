"""The page's pictures, as Vega-Lite."""

from typing import Any

from intake_triage.report.palette import SYSTEM_COLOURS
from studies.transfer.words import ARMS, BLOCKS, MEASURES

COLOURS = {"mtl": SYSTEM_COLOURS["mtl"], "shuffled": "#999999"}
WIDER = 24  # pixels to spare: a reader's letters may be wider than those that place the text
METHODS = {"fixed": "#D55E00", "uncertainty": "#0072B2", "pcgrad": "#009E73", "upgrad": "#CC79A7"}


def draw_differences(results: dict[str, Any]) -> dict[str, Any]:
    """mtl against st, and how much of it a shuffled partner gives: a row a source."""
    rows = [
        {
            **row,
            "data": BLOCKS[name],
            "what": f"{ARMS[row['treatment']]} − st",
            "measure": MEASURES[row["measure"]],
        }
        for name, result in results.items()
        for row in result["differences"]
        if row["reference"] == "st" and row["treatment"] in COLOURS
    ]
    names = [f"{ARMS[arm]} − st" for arm in COLOURS]
    y = {"field": "data", "type": "nominal", "sort": list(BLOCKS.values()), "title": None}
    shared = {
        "y": y,
        "yOffset": {"field": "what", "sort": names},
        "color": {
            "field": "what",
            "scale": {"domain": names, "range": list(COLOURS.values())},
            "legend": {"orient": "top", "title": None, "labelLimit": 400},
        },
    }
    x = {"type": "quantitative", "title": "gain, 95 % interval"}
    return {
        "data": {"values": rows},
        "facet": {
            "column": {"field": "measure", "title": None, "sort": list(MEASURES.values())},
            "row": {
                "field": "task",
                "title": None,
                "sort": ["urgency", "specialty"],
                "header": {"labelPadding": WIDER},
            },
        },
        "spec": {
            "width": 300,
            "height": {"step": 14},
            "layer": [
                {
                    "mark": {"type": "rule", "color": "#444444"},
                    "encoding": {"x": {"datum": 0}},
                },
                {
                    "mark": {"type": "rule", "strokeWidth": 2},
                    "encoding": {
                        "x": x | {"field": "low"},
                        "x2": {"field": "high"},
                        **shared,
                    },
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 50},
                    "encoding": {"x": x | {"field": "delta"}, **shared},
                },
            ],
        },
        "resolve": {"scale": {"x": "independent"}},
    }


def draw_frontier(results: dict[str, Any]) -> dict[str, Any]:
    """Both tasks' log-losses on valid by loss weight and balancing method, a panel a source."""
    rows = [
        {**trial, "data": BLOCKS[name]}
        for name, result in results.items()
        for trial in result.get("trials", [])
    ]
    axes = {
        "x": {
            "field": "urgency",
            "type": "quantitative",
            "scale": {"zero": False},
            "title": "urgency, log-loss on valid (nats)",
        },
        "y": {
            "field": "specialty",
            "type": "quantitative",
            "scale": {"zero": False},
            "title": "specialty, log-loss on valid (nats)",
        },
        "color": {
            "field": "balancing",
            "type": "nominal",
            "scale": {"domain": list(METHODS), "range": list(METHODS.values())},
        },
    }
    # The middle weights lie close together: the lowest of them has its number below the point.
    below = "datum.loss_weight > 0.1 && datum.loss_weight < 0.5 ? 9 : 0"
    return {
        "data": {"values": rows},
        "padding": {"left": 5, "top": 5, "bottom": 5, "right": WIDER},
        "facet": {"column": {"field": "data", "title": None, "sort": list(BLOCKS.values())}},
        "spec": {
            "width": 320,
            "height": 280,
            "layer": [
                {
                    "transform": [{"filter": "datum.balancing === 'fixed'"}],
                    "mark": {"type": "line", "strokeWidth": 1},
                    "encoding": {**axes, "order": {"field": "loss_weight"}},
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 70},
                    "encoding": {
                        **axes,
                        "shape": {
                            "field": "balancing",
                            "type": "nominal",
                            "scale": {
                                "domain": list(METHODS),
                                "range": ["circle", "triangle-up", "square", "cross"],
                            },
                        },
                    },
                },
                {
                    "transform": [{"filter": "datum.balancing === 'fixed'"}],
                    "mark": {
                        "type": "text",
                        "dx": 8,
                        "dy": {"expr": below},
                        "align": "left",
                        "fontSize": 10,
                    },
                    "encoding": {**axes, "text": {"field": "loss_weight"}},
                },
            ],
        },
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }
