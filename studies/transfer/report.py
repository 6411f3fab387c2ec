"""docs/transfer.md and its pictures, from the committed results; nothing is computed here.

Reads   studies/transfer/results/*.json, studies/transfer/validity.json, studies/transfer/dvc.lock
Writes  docs/transfer.md, docs/transfer.svg, docs/transfer-dial.svg, studies/transfer/tables.md
        results/transfer/dial.json, which the brief shows: no output for DVC, since a page that
        depended on one would have the whole study run
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import vl_convert

from intake_triage.errors import run_stage
from intake_triage.files import read_json, replacing, write_json
from intake_triage.params import load_params
from intake_triage.report.pages.charts import VEGA_LITE
from intake_triage.tasks import TASKS
from studies.transfer import words
from studies.transfer.controls import Pair, Results, Row, pairs_by_control, select_pairs
from studies.transfer.findings import (
    NO_LINE,
    SOURCES,
    find_trends,
    list_gains,
    pool_transfer,
    select_dial,
)
from studies.transfer.pictures import draw_dial, draw_forest
from studies.transfer.provenance import find_earlier_code
from studies.transfer.settings import RESULTS, ROOT, STUDY, VALIDITY, load_study

PAGE, TABLES = ROOT / "docs/transfer.md", STUDY / "tables.md"
OF_ALL_STARTS = (("mtl", "st"), ("mtl", "shuffled"))
DIAL = ROOT / "results/transfer/dial.json"
LEFT_OUT = (  # of the page, and not of the tables
    ("mtl_equal_compute", "st"),
    ("mtl_equal_compute", "st_long"),
    ("fine_tuned", "st"),
    ("fine_tuned", "mtl"),
    ("distilled", "blend"),
    ("distilled_unlabelled", "blend"),
    ("distilled_unlabelled", "mtl"),
    ("distilled_unlabelled", "distilled"),
)


def main() -> None:
    results, missing, validity = read_results()
    pages = write_pages(results, missing, validity, find_earlier_code(results))
    for path, page in pages.items():
        _replace(path, page)
    for path, picture in draw_pictures(results).items():
        _replace(path, picture)
    write_json(DIAL, keep_dial(results))


def read_results() -> tuple[Results, list[str], dict[str, Any] | None]:
    """Each finished block's results, the names of the others, and the simulation's."""
    places = {name: RESULTS / f"{name}.json" for name in load_study().blocks}
    results = {name: read_json(path) for name, path in places.items() if path.exists()}
    validity = read_json(VALIDITY) if VALIDITY.exists() else None
    return results, [name for name in places if name not in results], validity


def write_pages(
    results: Results,
    missing: Sequence[str],
    validity: dict[str, Any] | None,
    earlier: Sequence[str],
) -> dict[Path, str]:
    """The page and its tables; `earlier` names the blocks that other code measured."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(STUDY),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    study = load_study()
    blocks = results.items()
    gains = [
        row
        for row in list_gains(results, study)
        if row["block"] in SOURCES and row["pair"] not in LEFT_OUT and row["pair"][0] != "shuffled"
    ]
    of_few_starts = [row for row in gains if row["pair"] not in OF_ALL_STARTS]
    given = {
        "results": results,
        "missing": missing,
        "validity": validity,
        "earlier": earlier,
        "words": words,
        "pooled": pool_transfer(results),
        "sources": SOURCES,
        "study": study,
        "margin": load_params(ROOT / "params.yaml").compare.margin,
        "no_line": NO_LINE,
        "trends": find_trends(results),
        "gains": gains,
        "could_see": [
            row["gains"][f"{task} macro_f1"]["smallest_detectable"]
            for row in of_few_starts
            for task in TASKS
        ],
        "pairs": pairs_by_control(study),
        "dial": select_dial(results),
        "rows": lambda key: [(name, row) for name, result in blocks for row in result.get(key, [])],
        "pair_rows": pair_rows,
        "signed": _signed,
        "mark": _mark,
    }
    pages = {PAGE: "transfer.md.jinja", TABLES: "tables.md.jinja"}
    return {
        path: _tidy(environment.get_template(name).render(given)) for path, name in pages.items()
    }


def draw_pictures(results: Results) -> dict[Path, str]:
    """As SVG."""
    pictures = {"transfer.svg": draw_forest(results), "transfer-dial.svg": draw_dial(results)}
    return {
        ROOT / "docs" / name: vl_convert.vegalite_to_svg(picture, vl_version=VEGA_LITE)
        for name, picture in pictures.items()
    }


def keep_dial(results: Results) -> list[dict[str, Any]]:
    """Of the blocks that stand for a setting of the dial what the brief shows, by the setting."""
    return [
        {
            "task_relatedness": result["task_relatedness"],
            "dial": result["dial"],
            "differences": [
                row
                for row in result["differences"]
                if (row["treatment"], row["reference"]) == ("mtl", "st")
            ],
        }
        for result in select_dial(results).values()
    ]


def pair_rows(results: Results, pairs: Sequence[Pair]) -> list[Row]:
    """A row a pair of arms, block and task; measures side by side."""
    rows: dict[tuple, Row] = {}
    for pair in pairs:
        for name, row in select_pairs(results, [pair]):
            shared = rows.setdefault((pair, name, row["task"]), {"block": name, **row})
            shared[row["measure"]] = row
    return list(rows.values())


def _signed(value: float, decimals: int = 3) -> str:
    return f"{value:+.{decimals}f}"


def _mark(row: Row) -> str:
    """A gain with half the width of its interval, bold where 0 lies outside of it."""
    shown = f"{row['delta']:+.3f}±{(row['high'] - row['low']) / 2:.3f}"
    return f"**{shown}**" if row["low"] > 0 or row["high"] < 0 else shown


def _tidy(page: str) -> str:
    return re.sub("\n{3,}", "\n\n", page).strip() + "\n"


def _replace(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
