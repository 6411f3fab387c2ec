"""results.md from results.json and growth.json; nothing is measured or reckoned here.

python -m benchmarks.report writes it anew.
"""

from pathlib import Path
from typing import Any

import jinja2

from benchmarks.repeats import Spread
from intake_triage.files import read_json, replacing

FOLDER = Path(__file__).resolve().parent
RESULTS, GROWTH = "results.json", "growth.json"
REPORT = "results.md"
TEMPLATE = "results.md.jinja"


def write_report(folder: Path) -> None:
    """Write results.md beside results.json."""
    growth = folder / GROWTH
    page = render(read_json(folder / RESULTS), read_json(growth) if growth.exists() else None)
    with replacing(folder / REPORT) as temporary:
        temporary.write_text(page, encoding="utf-8")


def render(results: dict[str, Any], growth: dict[str, Any] | None) -> str:
    """The report on those topics that were measured, and on what `make large` has."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"show": _show, "thousands": "{:,}".format}
    return environment.get_template(TEMPLATE).render(results, growth=growth)


def _show(values: Spread) -> str:
    """`median (least–greatest)`, and the median alone where it was measured once."""
    low, middle, high = (_figure(values[key]) for key in ("min", "median", "max"))
    return middle if low == high else f"{middle} ({low}–{high})"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    write_report(FOLDER)
