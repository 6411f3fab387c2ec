"""The three pictures of the two pages. Narrow ones, so that they can be read on a phone."""

from typing import Any

from intake_triage.report.brief.deferral import deferral_rows, say_deferral
from intake_triage.report.brief.findings import say_per_1000
from intake_triage.report.brief.formats import capitalise
from intake_triage.report.brief.groups import group_rows, overall_missed, say_who_is_worse
from intake_triage.report.brief.inputs import Run
from intake_triage.report.brief.names import shorten_set_up
from intake_triage.report.brief.svg import Figure, draw
from intake_triage.report.palette import INK, SOFT, colour_of

WIDTH = 190
PANELS = {
    "both_right": "both right",
    "too_late_urgent": "urgent, sent too late",
    "too_early": "sent too early",
    "misrouted": "misrouted",
}


def draw_page_figures(run: Run) -> dict[str, Figure]:
    """By name; a picture without rows is left out."""
    figures = [
        draw(
            "per-1000",
            "Of 1,000 forms, with 95 % ranges",
            say_per_1000(run),
            _per_1000(run),
        )
    ]
    if group_rows(run):
        figures.append(
            draw(
                "groups",
                "Urgent forms sent too late, of 100, by group of patients, with ranges",
                say_who_is_worse(run),
                _groups(run),
            )
        )
    if deferral_rows(run):
        figures.append(
            draw(
                "deferral",
                "Errors among the forms the system decides, by how many it decides",
                say_deferral(run),
                _deferral(run),
            )
        )
    return {figure.name: figure for figure in figures}


def _per_1000(run: Run) -> dict[str, Any]:
    """A panel an outcome, a row a set-up: point and interval."""
    labels = [*run.shown_set_ups, "majority"]
    names = {label: capitalise(shorten_set_up(label)) for label in labels}
    rows = [
        row | {"name": names[label], "outcome": outcome}
        for label in labels
        for outcome in PANELS
        if (row := run.per_1000(label, outcome))
    ]
    y = {"field": "name", "type": "nominal", "sort": list(names.values()), "title": None}
    x = {"type": "quantitative", "axis": None}
    colour = {
        "field": "set_up",
        "type": "nominal",
        "scale": {"domain": labels, "range": [colour_of(label) for label in labels]},
        "legend": None,
    }
    layers = [
        {
            "mark": {"type": "bar", "height": 9},
            "encoding": {"x": x | {"field": "per_1000"}, "y": y, "color": colour},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 1.5, "color": INK},
            "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 4, "color": INK},
            "encoding": {
                "x": x | {"field": "high"},
                "y": y,
                "text": {"field": "per_1000", "type": "quantitative"},
            },
        },
    ]
    return {
        "vconcat": [
            {
                "title": {"text": title, "anchor": "start", "fontSize": 11, "offset": 2},
                "data": {"values": [row for row in rows if row["outcome"] == outcome]},
                "width": WIDTH,
                "height": {"step": 13},
                "layer": layers,
            }
            for outcome, title in PANELS.items()
        ],
        "spacing": 4,
    }


def _groups(run: Run) -> dict[str, Any]:
    """A row a group: point and interval; the average of all as a dashed line."""
    overall = overall_missed(run)
    y = {"field": "group", "type": "nominal", "sort": None, "title": None}
    share = {"type": "quantitative", "axis": {"format": ".0%", "tickCount": 4}}
    x = share | {"title": "sent too late; dashed: all patients"}
    colour = {"value": colour_of(run.system("urgency"))}
    layers = [
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {
                "x": x | {"field": "low", "scale": {"zero": True}},
                "x2": {"field": "high"},
                "y": y,
                "color": colour,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 45, "opacity": 1},
            "encoding": {"x": x | {"field": "value"}, "y": y, "color": colour},
        },
    ]
    if overall is not None:
        layers.insert(
            0,
            {
                "data": {"values": [overall]},
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": SOFT, "strokeWidth": 1.5},
                "encoding": {"x": share | {"field": "value"}},
            },
        )
    return {
        "data": {"values": group_rows(run)},
        "width": WIDTH,
        "height": {"step": 14},
        "layer": layers,
    }


def _deferral(run: Run) -> dict[str, Any]:
    """A line an error, named at its end; from all forms down to half of them."""
    rows = deferral_rows(run)
    lines = list(dict.fromkeys(row["line"] for row in rows))
    systems = list(dict.fromkeys(row["system"] for row in rows))
    colour = {
        "field": "system",
        "type": "nominal",
        "scale": {"domain": systems, "range": [colour_of(system) for system in systems]},
        "legend": None,
    }
    x = {
        "field": "coverage",
        "type": "quantitative",
        "scale": {"domain": [1, 0.5]},
        "axis": {"format": ".0%", "tickCount": 5},
        "title": "forms the system decides; a nurse, the others",
    }
    y = {
        "field": "risk",
        "type": "quantitative",
        "axis": {"format": ".0%", "tickCount": 5},
        "scale": {"zero": True},
        "title": "errors among these",
    }
    shape = {
        "field": "line",
        "type": "nominal",
        "scale": {"domain": lines, "range": ["circle", "square", "triangle-up"]},
        "legend": {
            "title": None,
            "orient": "top",
            "columns": 2,
            "columnPadding": 30,
            "symbolFillColor": INK,
            "symbolStrokeColor": INK,
        },
    }
    return {
        "data": {"values": rows},
        "width": WIDTH + 70,
        "height": 85,
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.15},
                "encoding": {
                    "x": x,
                    "y": y | {"field": "low"},
                    "y2": {"field": "high"},
                    "detail": {"field": "line"},
                    "color": colour,
                },
            },
            {
                "mark": {"type": "line", "strokeWidth": 2},
                "encoding": {"x": x, "y": y, "detail": {"field": "line"}, "color": colour},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 40, "opacity": 1},
                "encoding": {"x": x, "y": y, "shape": shape, "color": colour},
            },
        ],
    }
