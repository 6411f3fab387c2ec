"""docs/transfer.md and its pictures, from the committed results; nothing is computed here.

Reads   studies/transfer/results/*.json, studies/transfer/validity.json, studies/transfer/dvc.lock
Writes  docs/transfer.md, docs/transfer.svg, docs/transfer-frontier.svg
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
from intake_triage.report.plot_page import VEGA_LITE
from studies.transfer import conclusion, words
from studies.transfer.controls import Pair, Results, Row, pairs_by_control, select_pairs
from studies.transfer.pictures import draw_differences, draw_frontier
from studies.transfer.provenance import find_earlier_code
from studies.transfer.settings import RESULTS, ROOT, STUDY, VALIDITY, load_study

PAGE = ROOT / "docs/transfer.md"
DIAL = ROOT / "results/transfer/dial.json"


def main() -> None:
    results, missing, validity = read_results()
    _replace(PAGE, write_page(results, missing, validity, find_earlier_code(results)))
    for name, picture in (
        ("transfer.svg", draw_differences(results)),
        ("transfer-frontier.svg", draw_frontier(results)),
    ):
        drawn = vl_convert.vegalite_to_svg(picture, vl_version=VEGA_LITE)
        _replace(ROOT / "docs" / name, drawn)
    write_json(DIAL, keep_dial(results))


def read_results() -> tuple[Results, list[str], dict[str, Any] | None]:
    """Each finished block's results, the names of the others, and the simulation's."""
    places = {name: RESULTS / f"{name}.json" for name in load_study().blocks}
    results = {name: read_json(path) for name, path in places.items() if path.exists()}
    validity = read_json(VALIDITY) if VALIDITY.exists() else None
    return results, [name for name in places if name not in results], validity


def write_page(
    results: Results,
    missing: Sequence[str],
    validity: dict[str, Any] | None,
    earlier: Sequence[str],
) -> str:
    """The page; `earlier` names the blocks that other code than the present measured."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(STUDY),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    blocks = results.items()
    page = environment.get_template("transfer.md.jinja").render(
        results=results,
        missing=missing,
        validity=validity,
        earlier=earlier,
        pairs=pairs_by_control(load_study()),
        having=lambda key: [name for name, result in blocks if key in result],
        # A block that was measured before version 2 of the rule says nothing of it.
        dials=[name for name, result in blocks if "parts" in result.get("dial", {})],
        rows=lambda key: [(name, row) for name, result in blocks for row in result.get(key, [])],
        say=conclusion,
        words=words,
        comparing=comparing,
        pair_rows=pair_rows,
    )
    return re.sub("\n{3,}", "\n\n", page).strip() + "\n"


def keep_dial(results: Results) -> list[dict[str, Any]]:
    """Of the blocks that stand for a setting of the dial what the brief shows, by the setting."""
    dials = [
        {
            "task_relatedness": result["task_relatedness"],
            "dial": result["dial"],
            "differences": [
                row
                for row in result["differences"]
                if (row["treatment"], row["reference"]) == ("mtl", "st")
            ],
        }
        for result in results.values()
        if "parts" in result.get("dial", {})
    ]
    return sorted(dials, key=lambda block: block["task_relatedness"])


def pair_rows(results: Results, pairs: Sequence[Pair]) -> list[Row]:
    """A row a pair of arms, block that compares the first pair, and task; measures side by side."""
    rows: dict[tuple, Row] = {}
    compared = {name: results[name] for name in comparing(results, pairs[0])}
    for pair in pairs:
        for name, row in select_pairs(compared, [pair]):
            shared = rows.setdefault((pair, name, row["task"]), {"block": name, **row})
            shared[row["measure"]] = row
    return list(rows.values())


def comparing(results: Results, pair: Pair) -> list[str]:
    """The blocks that compare these two arms."""
    return list(dict.fromkeys(name for name, _ in select_pairs(results, [pair])))


def _replace(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
