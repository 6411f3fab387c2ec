"""Pictures: the templates of .dvc/plots, which DVC draws too, filled with rows and made SVG.

It imports nothing of the package, so that the studies' pages, which draw by `VEGA_LITE` too, are
not made anew whenever another page is.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import vl_convert

VEGA_LITE = "5.20"  # the version that draws
TEMPLATES = Path(__file__).parents[4] / ".dvc/plots"  # this checkout's, whatever run is drawn
COLOUR = {"field": "colour", "type": "nominal", "scale": None}  # as the rows say
SMALL = {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"}
CONFIG = {
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": SMALL | {"labelLimit": 340},
    "header": SMALL,
    "legend": SMALL,
}
# Beside the text, since a reader's font may be wider than the one that it is measured by.
PADDING = {"left": 16, "right": 10, "top": 3, "bottom": 3}
NAMESPACE = "http://www.w3.org/2000/svg"


@dataclass(frozen=True)
class Picture:
    """A picture of a page."""

    name: str  # of letters and hyphens, its own within the page
    title: str  # what it shows, in a line; also its accessible name
    svg: str  # "" where too little can be shown for a picture


def draw(
    name: str,
    title: str,
    description: str,
    template: str,
    rows: Iterable[Mapping[str, Any]],
    **fields: Any,
) -> Picture:
    """Fill a template of .dvc/plots and make it fit for a page."""
    return finish(name, title, description, fill_template(template, rows, **fields))


def finish(name: str, title: str, description: str, svg: str) -> Picture:
    """Describe it for those who don't see it, and let its width follow the page's.

    Its ids get a prefix, so that they meet those of no other picture.
    """
    for prefix in (' id="', "url(#", 'href="#'):
        svg = svg.replace(prefix, f"{prefix}{name}-")
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.fromstring(svg)
    for element in root.iter():  # the picture has one name; its hundreds of marks need none each
        for key in [key for key in element.attrib if key == "role" or key.startswith("aria-")]:
            del element.attrib[key]
    width = float(root.attrib.pop("width"))
    del root.attrib["height"]
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
    root.attrib["style"] = f"max-width:{width:.0f}px"
    for place, (tag, text) in enumerate({"title": title, "desc": description}.items()):
        element = ElementTree.Element(f"{{{NAMESPACE}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(place, element)
    drawn = ElementTree.tostring(root, encoding="unicode")
    # A pixel's hundredth is enough, and half the bytes.
    drawn = re.sub(r"\d+\.\d{3,}", lambda digits: f"{float(digits[0]):.2f}", drawn)
    return Picture(name, title, drawn)


def fill_template(
    template: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    x: str,
    y: str,
    x_label: str = "",
    y_label: str = "",
    **sizes: int,
) -> str:
    """SVG of a template, filled as DVC does, but with one revision, and colours by system.

    Parameters
    ----------
    template : str
        Its file in .dvc/plots, without .json.
    rows : iterable of mappings
        Have the fields that the template names, and `colour`.
    x, y : str
        The fields of the axes.
    **sizes : int
        Numbers of the template to replace wherever they stand: width, height, step, columns.
    """
    anchors = {
        **{"DATA": [{"rev": "", **row} for row in rows], "TITLE": "", "COLOR": COLOUR},
        **{"X": x, "Y": y, "X_LABEL": x_label, "Y_LABEL": y_label},
    }
    text = (TEMPLATES / f"{template}.json").read_text(encoding="utf-8")
    for anchor, value in anchors.items():
        text = text.replace(f'"<DVC_METRIC_{anchor}>"', json.dumps(value))
    specification = _adapt(json.loads(text), sizes)
    systems = {row.get("system") for row in anchors["DATA"]}
    if "hconcat" in specification and len(systems) == 1:  # named by the page: no legend beside it
        specification["hconcat"] = specification["hconcat"][:1]
    return draw_svg(specification)


def draw_svg(specification: dict[str, Any]) -> str:
    """A Vega-Lite specification with the look of the pages."""
    looks = {"config": CONFIG, "padding": PADDING, "background": "transparent"}
    return vl_convert.vegalite_to_svg(specification | looks, vl_version=VEGA_LITE)


def _adapt(value: Any, sizes: dict[str, int]) -> Any:
    """Replace the sizes, and leave out the legend of revisions, of which a page has one."""
    if isinstance(value, list):
        return [_adapt(item, sizes) for item in value]
    if not isinstance(value, dict):
        return value
    legend = {"legend": None} if value.get("field") == "rev" and "title" in value else {}
    return legend | {
        key: sizes[key] if key in sizes and isinstance(item, int) else _adapt(item, sizes)
        for key, item in value.items()
    }
