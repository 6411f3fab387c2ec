"""The annex's pictures: reliability, confusion, transfer, the set-ups' cost, quality for time."""

from typing import Any

from intake_triage.report.brief.inputs import Run
from intake_triage.report.brief.names import TASKS, name_class, name_system, shorten_set_up
from intake_triage.report.brief.svg import Figure, draw
from intake_triage.report.palette import INK, SOFT, colour_of

SIDE = 130  # of a panel, in pixels


def draw_annex_figures(run: Run) -> dict[str, Figure]:
    """By name."""
    figures = [
        draw(
            "set-ups",
            "Clinical cost of each set-up, least-cost decision, on the split that chooses, 95 % "
            "intervals",
            "A row a set-up; a ring marks the choice. The table of set-ups has the figures.",
            _set_ups(run),
        )
    ]
    for task, words in TASKS.items():
        figures += [
            draw(
                f"reliability-{task}",
                f"Reliability of {words} on test, likeliest class, calibrated, 95 % intervals",
                "A panel a system. Points on the dashed diagonal: stated chances come true as "
                "often as stated.",
                _reliability(run, task),
            ),
            draw(
                f"confusion-{task}",
                f"Confusion of {words} on test, likeliest class, uncalibrated: "
                f"{name_system(run.system(task))}",
                "A row a true class, a column a predicted one; darker: a larger share of the "
                "row. Not the least-cost decision that is piloted. Cells that would tell of few "
                "people are empty.",
                _confusion(run, task),
            ),
            draw(
                f"transfer-{task}",
                f"Transfer to {words} by class, likeliest class, 95 % intervals, margins dashed",
                "Points right of 0 favour the multi-task model. The table below has the figures.",
                _transfer(run, task),
            ),
        ]
    return {figure.name: figure for figure in figures}


def _set_ups(run: Run) -> dict[str, Any]:
    rows = [
        row | {"name": shorten_set_up(row["label"])}
        for row in run.rows("set_ups", split="calibrate")
    ]
    y = {"field": "name", "type": "nominal", "sort": None, "title": None}
    x = {"type": "quantitative", "scale": {"zero": False}, "title": "cost per 1,000 forms"}
    colour = _colours("label", [row["label"] for row in rows])
    return {
        "data": {"values": rows},
        "padding": {"left": 36, "right": 10, "top": 3, "bottom": 3},
        "width": 220,
        "height": {"step": 18},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {
                    "x": x | {"field": "low"},
                    "x2": {"field": "high"},
                    "y": y,
                    "color": colour,
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {"x": x | {"field": "cost_per_1000"}, "y": y, "color": colour},
            },
            {
                "transform": [{"filter": "datum.chosen"}],
                "mark": {"type": "point", "size": 200, "stroke": INK, "strokeWidth": 1.5},
                "encoding": {"x": x | {"field": "cost_per_1000"}, "y": y},
            },
        ],
    }


def _reliability(run: Run, task: str) -> dict[str, Any]:
    rows = [
        row | {"name": name_system(row["system"])}
        for row in run.rows("reliability", task=task, kind="calibrated")
    ]
    names = list(dict.fromkeys(row["name"] for row in rows))
    share = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"tickCount": 3}}
    x = share | {"field": "confidence", "title": "stated"}
    colour = _colours("system", list(dict.fromkeys(row["system"] for row in rows)))
    return {
        "data": {"values": rows},
        "facet": {"field": "name", "type": "nominal", "sort": names, "title": None},
        "columns": 3,
        "spec": {
            "width": SIDE,
            "height": SIDE,
            "layer": [
                {
                    "data": {"values": [{"even": 0}, {"even": 1}]},
                    "mark": {"type": "line", "strokeDash": [4, 3], "color": SOFT},
                    "encoding": {"x": share | {"field": "even"}, "y": share | {"field": "even"}},
                },
                {
                    "mark": {"type": "rule", "strokeWidth": 1.5},
                    "encoding": {
                        "x": x,
                        "y": share | {"field": "low", "title": "came true"},
                        "y2": {"field": "high"},
                        "color": colour,
                    },
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 25, "opacity": 1},
                    "encoding": {"x": x, "y": share | {"field": "accuracy"}, "color": colour},
                },
            ],
        },
    }


def _confusion(run: Run, task: str) -> dict[str, Any]:
    rows = [
        row | {"true_name": name_class(row["true"]), "predicted_name": name_class(row["predicted"])}
        for row in run.rows("confusion", task=task, system=run.system(task))
    ]
    many = len({row["true"] for row in rows}) > 6
    place = {"type": "nominal", "sort": None}
    text = {"condition": {"test": "datum.share > 0.5", "value": "#ffffff"}, "value": INK}
    return {
        "data": {"values": rows},
        "width": {"step": 30 if many else 52},
        "height": {"step": 20 if many else 30},
        "encoding": {
            "x": place
            | {"field": "predicted_name", "title": "predicted", "axis": {"labelAngle": -60}},
            "y": place | {"field": "true_name", "title": "true", "axis": {"titlePadding": 24}},
        },
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "#e3e6e9"},
                "encoding": {
                    "color": {
                        "field": "share",
                        "type": "quantitative",
                        "scale": {"range": ["#ffffff", "#333333"], "domain": [0, 1]},
                        "legend": None,
                    }
                },
            },
            {
                "transform": [{"filter": "isValid(datum.share)"}],
                "mark": {"type": "text", "fontSize": 9 if many else 11},
                "encoding": {
                    "text": {"field": "share", "type": "quantitative", "format": ".2f"},
                    "color": text,
                },
            },
        ],
    }


def _transfer(run: Run, task: str) -> dict[str, Any]:
    rows = [row | {"name": name_class(row["class"])} for row in run.rows("transfer", task=task)]
    y = {"field": "name", "type": "nominal", "sort": None, "title": None}

    def panel(measure: str, title: str) -> dict[str, Any]:
        part = [row for row in rows if row["measure"] == measure]
        margin = [{"margin": row["margin"]} for row in part[:1]]
        x = {"type": "quantitative", "title": title, "axis": {"tickCount": 4}}
        guide = {"type": "rule", "strokeDash": [3, 3], "color": SOFT}
        colour = {"value": colour_of("mtl")}
        return {
            "data": {"values": part},
            "width": 150,
            "height": {"step": 15},
            "layer": [
                {"mark": {"type": "rule", "color": SOFT}, "encoding": {"x": {"datum": 0}}},
                {
                    "data": {"values": margin},
                    "mark": guide,
                    "encoding": {"x": x | {"field": "margin"}},
                },
                {
                    "data": {"values": margin},
                    "transform": [{"calculate": "-datum.margin", "as": "margin"}],
                    "mark": guide,
                    "encoding": {"x": x | {"field": "margin"}},
                },
                {
                    "mark": {"type": "rule", "strokeWidth": 2},
                    "encoding": {
                        "x": x | {"field": "low"},
                        "x2": {"field": "high"},
                        "y": y,
                        "color": colour,
                    },
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 45, "opacity": 1},
                    "encoding": {"x": x | {"field": "delta"}, "y": y, "color": colour},
                },
            ],
        }

    return {"hconcat": [panel("macro_f1", "F1"), panel("log_loss", "log-loss, nats")]}


def _colours(field: str, labels: list[str]) -> dict[str, Any]:
    return {
        "field": field,
        "type": "nominal",
        "scale": {"domain": labels, "range": [colour_of(label) for label in labels]},
        "legend": None,
    }
