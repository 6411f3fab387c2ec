"""Vega-Lite drawn as SVG that can stand inside a page: named, without ids that meet others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import vl_convert

from intake_triage.report.palette import INK, SOFT
from intake_triage.report.plot_page import VEGA_LITE

NAMESPACE = "http://www.w3.org/2000/svg"
CONFIG = {
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": "#e3e6e9",
        "domainColor": SOFT,
        "tickColor": SOFT,
        "labelLimit": 260,
    },
    "header": {"labelFontSize": 11, "titleFontSize": 11, "labelFontWeight": "bold"},
    "legend": {"labelFontSize": 11, "titleFontSize": 11},
}
# Beside the text, since a reader's font may be wider than the one that it is measured by.
PADDING = {"left": 16, "right": 10, "top": 3, "bottom": 3}


@dataclass(frozen=True)
class Figure:
    """A picture of the page.

    Attributes
    ----------
    name : str
        Of letters and hyphens, its own within the page.
    title : str
        What it shows, in a line; also its accessible name.
    description : str
        What one sees, for those who don't.
    svg : str
    """

    name: str
    title: str
    description: str
    svg: str


def draw(name: str, title: str, description: str, specification: Mapping[str, Any]) -> Figure:
    """Draw a Vega-Lite specification."""
    drawn = vl_convert.vegalite_to_svg(
        {"config": CONFIG, "background": "transparent", "padding": PADDING, **specification},
        vl_version=VEGA_LITE,
    )
    return Figure(name, title, description, _embed(drawn, name, title, description))


def _embed(svg: str, name: str, title: str, description: str) -> str:
    """Name the picture, give its ids a prefix, and let its width follow the page's."""
    for prefix in (' id="', "url(#", 'href="#'):
        svg = svg.replace(prefix, f"{prefix}{name}-")
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.fromstring(svg)
    for element in root.iter():  # the picture has one name; its hundreds of marks need none each
        for attribute in [it for it in element.attrib if it == "role" or it.startswith("aria-")]:
            del element.attrib[attribute]
    width = root.attrib.pop("width")
    root.attrib.pop("height")
    root.attrib |= {
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-description",
        "style": f"max-width:{float(width):.0f}px",
    }
    for place, (tag, text) in enumerate({"title": title, "desc": description}.items()):
        ids = {"title": f"{name}-title", "desc": f"{name}-description"}
        element = ElementTree.Element(f"{{{NAMESPACE}}}{tag}", {"id": ids[tag]})
        element.text = text
        root.insert(place, element)
    drawn = ElementTree.tostring(root, encoding="unicode")
    # A pixel's hundredth is enough, and half the bytes.
    return re.sub(r"\d+\.\d{3,}", lambda digits: f"{float(digits[0]):.2f}", drawn)
