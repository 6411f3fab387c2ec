"""The look that all HTML pages share."""

from pathlib import Path

HOUSE = Path(__file__).with_name("style.css")


def read_style(sheet: Path) -> str:
    """The shared style, then a page's own, which may change it."""
    return HOUSE.read_text(encoding="utf-8") + sheet.read_text(encoding="utf-8")
