"""The picture of page one: urgent forms sent too late against others sent too early."""

import json
from pathlib import Path

from intake_triage.report.pages.charts import Picture, draw_svg, finish
from intake_triage.report.pages.run import Run
from intake_triage.report.pages.tables import PageTable, tabulate
from intake_triage.report.pages.words import Row, name_source, of_100

SPECIFICATION = Path(__file__).with_suffix(".json")
RATES = ("over_triage", "under_triage")
LIMITS = tuple(f"max_{rate}" for rate in RATES)
BEST = "oracle"
NAMED_AT = 0.2  # the share late at which the best possible is named


def draw_trade_off(run: Run) -> Picture:
    """The judged set-up's curve as a late urgent form weighs more, its point, and the limits.

    Beside it, where it is known, the curve of the best possible prediction. All such pictures have
    one scale.
    """
    name, title = f"trade-off-{run.source}", "Urgent forms late against others early, of 100 each"
    curves = [_line(run, run.system("urgency"), "this model"), _line(run, BEST, "best possible")]
    points = [
        {"name": said[0]} | {rate: point[rate] for rate in RATES}
        for said, point in _list_points(run)
    ]
    specification = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    specification["datasets"] = {
        "curves": [row for curve in curves for row in curve],
        "last": curves[0][-1:],
        "best": sorted(curves[1], key=lambda row: abs(row["under_triage"] - NAMED_AT))[:1],
        "points": points,
        "limits": [{"zero": 0} | {key: run.params["decision"][key] for key in LIMITS}],
    }
    if not specification["datasets"]["points"]:
        return Picture(name, title, svg="")
    description = (
        "The lower and the further left, the better; the shaded corner keeps within both limits. "
        "The table below has the figures."
    )
    return finish(name, title, description, draw_svg(specification))


def exchange_table(run: Run) -> PageTable:
    """The two points of the picture in figures."""
    return tabulate(
        f"{name_source(run.source)}: what the points of harm exchange",
        _list_points(run),
        {
            "Point": lambda each: each[0],
            "Urgent late, of 100": lambda each: of_100(each[1]["under_triage"]),
            "Others early, of 100": lambda each: of_100(each[1]["over_triage"]),
        },
    )


def _list_points(run: Run) -> list[tuple[str, Row]]:
    points = {
        "A: an urgent form late counts 1 point": run.trade_off(weight=1),
        "B: by the points of harm": run.trade_off(present=True),
    }
    return [(name, point) for name, point in points.items() if point is not None]


def _line(run: Run, system: str | None, name: str) -> list[Row]:
    rows = sorted(run.rows("operating", system=system), key=lambda row: row["weight"])
    return [{"name": name} | {rate: row[rate] for rate in (*RATES, "weight")} for row in rows]
