"""The page's pictures, as Vega-Lite."""

from typing import Any

from intake_triage.systems import SYSTEMS
from intake_triage.tasks import TASKS
from studies.transfer.controls import Results, Row, select_pairs
from studies.transfer.findings import (
    NO_LINE,
    SOURCES,
    find_trends,
    pool_transfer,
    select_dial,
)
from studies.transfer.words import ARMS, BLOCKS, MEASURES

COLOURS = {"mtl": SYSTEMS["mtl"].colour, "shuffled": "#999999"}
POOLED = f"mean of the {len(SOURCES)} with forms of their own"
WIDER = 24  # pixels to spare: a reader's letters may be wider than those that place the text
FEW_TICKS = {"tickCount": 5}  # more would have their numbers run into each other
ZERO = {"mark": {"type": "rule", "color": "#444444"}}


def draw_forest(results: Results) -> dict[str, Any]:
    """What one model gains over two, a row a source, beside what a shuffled partner gives."""
    rows = [
        row | {"data": BLOCKS[name], "what": ARMS[row["treatment"]]}
        for name, row in select_pairs(results, [(arm, "st") for arm in COLOURS])
    ]
    rows += [
        row | {"delta": row["mean"], "data": POOLED, "what": ARMS["mtl"]}
        for row in pool_transfer(results)
    ]
    shown = [row | {"measure": MEASURES[row["measure"]]} for row in rows]
    names = [ARMS[arm] for arm in COLOURS]
    shared = {
        "y": _field("data", "nominal", sort=[*BLOCKS.values(), POOLED], title=None),
        "yOffset": {"field": "what", "sort": names},
        "color": {
            "field": "what",
            "scale": {"domain": names, "range": list(COLOURS.values())},
            "legend": {"orient": "top", "title": "against two models:"},
        },
    }
    shared["color"]["legend"] |= {"labelLimit": 400, "titleLimit": 400}
    gain = {"title": "gain, 95 % interval: right of 0 it helps", "axis": FEW_TICKS}
    low = {"x": _field("low", **gain), "x2": {"field": "high"}, **shared}
    delta = {"x": _field("delta", **gain), **shared}
    return _by_task_and_measure(
        shown,
        [
            {**ZERO, "encoding": {"x": {"datum": 0}}},
            {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": low},
            {"mark": {"type": "point", "filled": True, "size": 50}, "encoding": delta},
        ],
        height={"step": 14},
        independent="x",
    )


def draw_dial(results: Results) -> dict[str, Any]:
    """What one model gains over two, by how much one latent decides both labels."""
    dial = select_dial(results)
    rows = [
        row | {"measure": MEASURES[row["measure"]], "dial": results[name]["task_relatedness"]}
        for name, row in select_pairs(dial, [("mtl", "st")])
    ]
    lines = [
        row
        | {
            "measure": MEASURES[row["measure"]],
            "dial": end,
            "line": row["start"] + end * row["slope"],
        }
        for row in find_trends(results)
        if row["misfit"] >= NO_LINE
        for end in (0, 1)
    ]
    rows = [row | {"line": None} for row in rows] + [
        {key: row[key] for key in ("task", "measure", "dial", "line")} for row in lines
    ]
    x = {"x": _field("dial", title="task_relatedness", axis=FEW_TICKS)}
    colour = {"color": {"value": COLOURS["mtl"]}}
    bar = {"y": _field("low", title="gain"), "y2": {"field": "high"}, **x, **colour}
    point = {"y": _field("delta"), **x, **colour}
    return _by_task_and_measure(
        rows,
        [
            {**ZERO, "encoding": {"y": {"datum": 0}}},
            {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": bar},
            {"mark": {"type": "point", "filled": True, "size": 50}, "encoding": point},
            {
                "mark": {"type": "line", "strokeDash": [4, 3]},
                "transform": [{"filter": "isValid(datum.line)"}],
                "encoding": {"y": _field("line"), **x, **colour},
            },
        ],
        height=120,
        independent="y",
    )


def _by_task_and_measure(
    rows: list[Row], layers: list[dict], *, height: Any, independent: str
) -> dict[str, Any]:
    """A panel a task and measure."""
    header = {"labelPadding": WIDER}
    return {
        "data": {"values": rows},
        "facet": {
            "column": {"field": "measure", "title": None, "sort": list(MEASURES.values())},
            "row": {"field": "task", "title": None, "sort": list(TASKS), "header": header},
        },
        "spec": {"width": 300, "height": height, "layer": layers},
        "resolve": {"scale": {independent: "independent"}},
    }


def _field(name: str, kind: str = "quantitative", **settings: Any) -> dict[str, Any]:
    return {"field": name, "type": kind, **settings}
