"""What the page says in numbers: one estimate over sources, the trend along the dial, what it cost.

Along the dial the forms and their sub-specialties are the same, and the tiers alone change: of its
settings the default stands for all, so that what is one comparison is counted once.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from studies.transfer.controls import COMPARED, Results, Row, pairs_by_control, select_pairs
from studies.transfer.pooling import fit_trend, pool_sources, standard_error
from studies.transfer.settings import StudyParams

NO_LINE = 0.05  # where a trend's `misfit` is less, gains along the dial lie on no line
SOURCES = ("namcs", "default", "shared", "conflict")  # that have forms of their own


def pool_transfer(results: Results) -> list[Row]:
    """What one model gains over two in each measure, over `SOURCES`; none of fewer than three."""
    rows = []
    for task, measure in COMPARED:
        found = [
            gain
            for name in SOURCES
            if name in results and (gain := find_gain(results[name], task, measure))
        ]
        if len(found) >= 3:
            errors = [standard_error(gain["low"], gain["high"]) for gain in found]
            pooled = pool_sources([gain["delta"] for gain in found], errors)
            what = {"task": task, "measure": measure, "sources": len(found)}
            rows.append(what | {name: round(v, 4) for name, v in asdict(pooled).items()})
    return rows


def find_trends(results: Results) -> list[Row]:
    """The line of the gain along the dial, a row a task and measure; none of three settings."""
    dial = {
        result["task_relatedness"]: result
        for result in results.values()
        if "dial" in result  # the blocks that differ in the dial alone
    }
    rows = []
    for task, measure in COMPARED:
        gains = {x: find_gain(result, task, measure) for x, result in dial.items()}
        if len(gains) >= 4:  # with three, nobody would see where no line fits
            errors = [standard_error(gain["low"], gain["high"]) for gain in gains.values()]
            trend = fit_trend(list(gains), [gain["delta"] for gain in gains.values()], errors)
            found = {name: round(value, 4) for name, value in asdict(trend).items()}
            rows.append({"task": task, "measure": measure} | found)
    return rows


def find_gain(result: dict[str, Any], task: str, measure: str) -> Row | None:
    """What one model gains over two on a source."""
    for _, row in select_pairs({"": result}, [("mtl", "st")]):
        if (row["task"], row["measure"]) == (task, measure):
            return row
    return None


def list_gains(results: Results, study: StudyParams) -> Iterator[Row]:
    """What was tried, a row a pair and source: gains by task and measure, and the computing.

    `share` is the computing of the treatment and all that it starts from, in that of two models.
    """
    tried = [pair for pairs in pairs_by_control(study).values() for pair in pairs]
    for pair in [("mtl", "st"), *tried]:
        for name, result in results.items():
            rows = [row for _, row in select_pairs({name: result}, [pair])]
            if rows:
                gains = {f"{row['task']} {row['measure']}": row for row in rows}
                share = result["cost"][pair[0]] / result["cost"]["st"]
                yield {"pair": pair, "block": name, "gains": gains, "share": share}
