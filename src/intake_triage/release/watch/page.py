"""`watch.html`: the pilot on one page for a nurse lead; one file, without scripts or network.

Nothing is judged here: every figure is one of `watch.json`. The page stays with those who care for
these patients: its alarms count single forms.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import jinja2

from intake_triage.release.style import read_style
from intake_triage.release.watch.courses import draw_course
from intake_triage.release.watch.reference import Reference
from intake_triage.release.watch.words import name_alarm, say_figures
from intake_triage.release.words import name_class
from intake_triage.statistics.sequential import LOOKS

FOLDER = Path(__file__).parent
NEAREST = 8  # alarms of drift and of groups that are shown though silent
Row = Mapping[str, Any]


def build_page(watched: Mapping[str, Any], reference: Reference) -> str:
    """The page of what `watch.json` holds."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": name_class, "say": say_figures}
    environment.filters |= {"percent": _percent, "day": _day}
    alarms = watched["alarms"]
    by_kind = {
        kind: [row for row in alarms if row["path"][0] == kind]
        for kind in ("decisions", "groups", "drift")
    }
    return environment.get_template("page.html.jinja").render(
        watched=watched,
        year=LOOKS,
        sounding=[row for row in alarms if row["status"] == "alarm"],
        decisions=by_kind["decisions"],
        groups=_list_nearest(by_kind["groups"]),
        grid=_arrange_groups(by_kind["groups"]),
        drift=_list_nearest(_nearest_of_each(by_kind["drift"])),
        counts={kind: _count(rows) for kind, rows in by_kind.items()},
        labels_until=_last_labelled(watched["looks"]),
        depends=_list_dependences(watched["labels"]),
        name_alarm=name_alarm,
        draw_course=draw_course,
        reference_forms=reference["forms"],
        style=read_style(FOLDER / "page.css"),
    )


def _list_nearest(rows: Sequence[Row]) -> list[Row]:
    """All that sound, then the nearest to it of the others that have come any of the way."""
    near = [row for row in rows if row["evidence"] > 0]
    ordered = sorted(near, key=lambda row: (row["status"] != "alarm", -row["evidence"]))
    n_sounding = sum(row["status"] == "alarm" for row in ordered)
    return ordered[: n_sounding + NEAREST]


def _nearest_of_each(rows: Sequence[Row]) -> list[Row]:
    """Of alarms about the same entry, the bin or group that is nearest to sounding."""
    nearest: dict[tuple[str, ...], Row] = {}
    for row in rows:
        kind, *about = row["path"][1:]
        key = (kind, about[-1] if kind.startswith("missing") else "".join(about[:1]))
        if row["status"] == "alarm":
            key = tuple(row["path"])
        if key not in nearest or row["evidence"] > nearest[key]["evidence"]:
            nearest[key] = row
    return list(nearest.values())


def _arrange_groups(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, Row]]]:
    """Alarms of groups by subgroup, value and ceiling."""
    grid: dict[str, dict[str, dict[str, Row]]] = {}
    for row in rows:
        _, subgroup, value, name = row["path"]
        grid.setdefault(subgroup, {}).setdefault(value, {})[name] = row
    return grid


def _count(rows: Sequence[Row]) -> dict[str, int]:
    return {
        "all": len(rows),
        "too_few": sum(row["status"] == "too_few" for row in rows),
        "alarm": sum(row["status"] == "alarm" for row in rows),
    }


def _last_labelled(looks: Sequence[Row]) -> dict[str, str | None]:
    """By task, the last look of whose forms at least half have a label."""
    tasks = [key for key in looks[0] if key not in ("name", "forms")]
    return {
        task: next(
            (
                look["name"]
                for look in reversed(looks)
                if look["forms"] and 2 * look[task] >= look["forms"]
            ),
            None,
        )
        for task in tasks
    }


def _list_dependences(labels: Mapping[str, Row]) -> dict[str, list[str]]:
    """By task, the factors that the chance of a label depends on."""
    return {
        task: [name for name, factor in described["factors"].items() if factor["depends"]]
        for task, described in labels.items()
    }


def _day(name: str) -> str:
    """A day as a person writes it."""
    day = date.fromisoformat(name)
    return f"{day.day}\u00a0{day:%B}\u00a0{day.year}"


def _percent(share: float | None, decimals: int = 0) -> str:
    return "–" if share is None else f"{100 * share:.{decimals}f}\u00a0%"
