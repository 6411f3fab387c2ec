"""What the page says in numbers: one estimate over sources, the trend along the dial, what it cost.

Along the dial the forms and their sub-specialties are the same, and the tiers alone change: of its
settings the default stands for all, so that what is one comparison is counted once.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from studies.transfer.controls import COMPARED, Results, Row, all_pairs, select_pairs
from studies.transfer.pooling import fit_trend, pool_sources, standard_error
from studies.transfer.settings import StudyParams

NO_LINE = 0.05  # where a trend's `misfit` is less, gains along the dial lie on no line
SOURCES = ("namcs", "default", "shared", "conflict")  # that have forms of their own


def pool_transfer(results: Results) -> list[Row]:
    """What one model gains over two in each measure, over `SOURCES`; nothing while one lacks."""
    if not results.keys() >= set(SOURCES):
        return []
    rows = []
    for task, measure in COMPARED:
        gains = [find_gain(results[name], task, measure) for name in SOURCES]
        errors = [standard_error(gain["low"], gain["high"]) for gain in gains]
        pooled = pool_sources([gain["delta"] for gain in gains], errors)
        found = {name: round(value, 4) for name, value in asdict(pooled).items()}
        rows.append({"task": task, "measure": measure} | found)
    return rows


def select_dial(results: Results) -> Results:
    """The blocks that differ in the dial alone, by its setting."""
    dial = [(name, result) for name, result in results.items() if "dial" in result]
    return dict(sorted(dial, key=lambda block: block[1]["task_relatedness"]))


def find_trends(results: Results) -> list[Row]:
    """The line of the gain along the dial, a row a task and measure; none of three settings."""
    dial = select_dial(results).values()
    if len(dial) < 4:  # with three, nobody would see where no line fits
        return []
    rows = []
    for task, measure in COMPARED:
        trend = fit_trend(
            [result["task_relatedness"] for result in dial],
            [find_gain(result, task, measure)["delta"] for result in dial],
            [_error_along_dial(result, task, measure) for result in dial],
        )
        found = {name: round(value, 4) for name, value in asdict(trend).items()}
        rows.append({"task": task, "measure": measure} | found)
    return rows


def find_gain(result: dict[str, Any], task: str, measure: str) -> Row:
    """What one model gains over two on a source."""
    rows = [row for _, row in select_pairs({"": result}, [("mtl", "st")])]
    return next(row for row in rows if (row["task"], row["measure"]) == (task, measure))


def _error_along_dial(result: dict[str, Any], task: str, measure: str) -> float:
    """Standard error of a gain, less what it has in common with those at the other settings.

    Sub-specialties, and with them the fits of two models, are the same at all of them.
    """
    rows = result["variances"]
    spread = next(row for row in rows if (row["task"], row["measure"]) == (task, measure))
    arms = ("mtl",) if task == "specialty" else ("mtl", "st")
    over_seeds = sum(spread[arm] ** 2 for arm in arms) / spread["seeds"]
    return float(np.sqrt(over_seeds + spread["records"] ** 2))


def list_gains(results: Results, study: StudyParams) -> Iterator[Row]:
    """What was tried, a row a pair and source: gains by task and measure, and the computing.

    `share` is the computing of the treatment in that of the reference, both with all that they
    start from; none where nobody would train the reference, nor of few labels, whose many short
    passes are each scored on `valid`.
    """
    for pair in all_pairs(study):
        for name, result in results.items():
            rows = [row for _, row in select_pairs({name: result}, [pair])]
            if rows:
                gains = {f"{row['task']} {row['measure']}": row for row in rows}
                treatment, reference = pair
                told = reference != "shuffled" and not reference.endswith("%")
                share = result["cost"][treatment] / result["cost"][reference] if told else None
                yield {"pair": pair, "block": name, "gains": gains, "share": share}
