"""The page's pictures, as Vega-Lite."""

from typing import Any

from intake_triage.systems import SYSTEMS
from intake_triage.tasks import TASKS
from studies.transfer.controls import Results, select_pairs
from studies.transfer.words import ARMS, BLOCKS, MEASURES

COLOURS = {"mtl": SYSTEMS["mtl"].colour, "shuffled": "#999999"}
WIDER = 24  # pixels to spare: a reader's letters may be wider than those that place the text
METHODS = {  # colour and shape
    "fixed": ("#D55E00", "circle"),
    "uncertainty": ("#0072B2", "triangle-up"),
    "pcgrad": ("#009E73", "square"),
    "upgrad": ("#CC79A7", "cross"),
}
# The middle weights lie close together: the lowest of them has its number below the point.
BELOW = "datum.loss_weight > 0.1 && datum.loss_weight < 0.5 ? 9 : 0"


def draw_differences(results: Results) -> dict[str, Any]:
    """mtl against st, and how much of it a shuffled partner gives: a row a source."""
    names = {arm: f"{ARMS[arm]} − st" for arm in COLOURS}
    rows = [
        row
        | {
            "data": BLOCKS[name],
            "what": names[row["treatment"]],
            "measure": MEASURES[row["measure"]],
        }
        for name, row in select_pairs(results, [(arm, "st") for arm in COLOURS])
    ]
    colours = {"domain": list(names.values()), "range": list(COLOURS.values())}
    shared = {
        "y": _field("data", "nominal", sort=list(BLOCKS.values()), title=None),
        "yOffset": {"field": "what", "sort": list(names.values())},
        "color": {
            "field": "what",
            "scale": colours,
            "legend": {"orient": "top", "title": None, "labelLimit": 400},
        },
    }
    gain = {"title": "gain, 95 % interval"}
    low = {"x": _field("low", **gain), "x2": {"field": "high"}, **shared}
    delta = {"x": _field("delta", **gain), **shared}
    header = {"labelPadding": WIDER}
    return {
        "data": {"values": rows},
        "facet": {
            "column": {"field": "measure", "title": None, "sort": list(MEASURES.values())},
            "row": {"field": "task", "title": None, "sort": list(TASKS), "header": header},
        },
        "spec": {
            "width": 300,
            "height": {"step": 14},
            "layer": [
                {"mark": {"type": "rule", "color": "#444444"}, "encoding": {"x": {"datum": 0}}},
                {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": low},
                {"mark": {"type": "point", "filled": True, "size": 50}, "encoding": delta},
            ],
        },
        "resolve": {"scale": {"x": "independent"}},
    }


def draw_frontier(results: Results) -> dict[str, Any]:
    """Both tasks' log-losses on valid by loss weight and balancing method, a panel a source."""
    rows = [
        {**trial, "data": BLOCKS[name]}
        for name, result in results.items()
        for trial in result.get("trials", [])
    ]
    colours, shapes = ([style[k] for style in METHODS.values()] for k in (0, 1))
    axes = {
        axis: _field(task, scale={"zero": False}, title=f"{task}, log-loss on valid (nats)")
        for axis, task in zip(("x", "y"), TASKS, strict=True)
    } | {"color": _field("balancing", "nominal", scale={"domain": list(METHODS), "range": colours})}
    shape = _field("balancing", "nominal", scale={"domain": list(METHODS), "range": shapes})
    fixed = {"transform": [{"filter": "datum.balancing === 'fixed'"}]}
    number = {"type": "text", "dx": 8, "dy": {"expr": BELOW}, "align": "left", "fontSize": 10}
    return {
        "data": {"values": rows},
        "padding": {"left": 5, "top": 5, "bottom": 5, "right": WIDER},
        "facet": {"column": {"field": "data", "title": None, "sort": list(BLOCKS.values())}},
        "spec": {
            "width": 320,
            "height": 280,
            "layer": [
                {
                    **fixed,
                    "mark": {"type": "line", "strokeWidth": 1},
                    "encoding": {**axes, "order": {"field": "loss_weight"}},
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 70},
                    "encoding": {**axes, "shape": shape},
                },
                {**fixed, "mark": number, "encoding": {**axes, "text": {"field": "loss_weight"}}},
            ],
        },
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }


def _field(name: str, kind: str = "quantitative", **settings) -> dict[str, Any]:
    return {"field": name, "type": kind, **settings}
