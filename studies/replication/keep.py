"""What stays of a run, in git: the choice, every set-up's cost, the headline figures on test."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from intake_triage.evaluation.table import BOTH, Result, Results, read_results
from intake_triage.evaluation.walk import LIKELIEST
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.params import load_params
from intake_triage.recommendation.candidates import SetUp
from intake_triage.systems import FORECASTERS
from intake_triage.tasks import TASKS
from studies.replication.pipeline import Stage, list_files
from studies.replication.settings import ROOT

DECIMALS = 4
PROBABILITIES = {"macro_f1": LIKELIEST, "log_loss": "", "gap_closed": ""}  # and the rule judged
FIGURES = PROBABILITIES | {
    "ece": "",
    "under_triage": "cost",
    "most_urgent_missed": "cost",
    "over_triage": "cost",
    "urgent_load": "cost",
    "cost_per_1000": "cost",
}
GAIN = ("delta", "low", "high", "verdict")
COST_KEYS = ("cost_per_1000", "difference", "difference_low", "difference_high")


def keep_run(layout: Layout) -> dict[str, Any]:
    """What a run's results/<name>.json says, from what its stage compare wrote.

    Returns
    -------
    dict
        source, data_seed, training_seeds, records: of the run; decision, reason, needed: of the
        recommendation; choice, lowest, nearest: labels of set-ups, None where there is none; tied:
        the labels of the tied set; set_ups: by label, what it breaks on calibrate, with the figure
        where there is one, its cost on calibrate, with the difference from the choice (or from the
        nearest) and its interval, and its cost on test; figures, single_fits: by forecaster or
        system, task and measure, the value on test, a forecaster's with its interval where there is
        one; transfer: by task; cpu_seconds: of all fits of a forecaster.
    """
    params, compare = load_params(layout.params), read_json(layout.metrics("compare"))
    recommendation = compare["recommendation"]
    results, cost = read_results(layout.results), read_json(layout.metrics("cost"))
    rows = read_json(layout.plots("set_ups"))
    return {
        "source": params.data.source,
        "data_seed": params.data.seed,
        "training_seeds": params.train.seeds,
        "records": read_json(layout.metrics("prepare"))["records"],
        "decision": recommendation["decision"],
        "reason": recommendation["reason"],
        "choice": _name(recommendation),
        "lowest": _name(recommendation["lowest"]),
        "nearest": _name(recommendation["nearest"]),
        "needed": recommendation["needed"],
        "tied": [row["label"] for row in rows if row["split"] == "calibrate" and row["tied"]],
        "set_ups": _keep_set_ups(rows),
        "figures": _keep_figures(results, FIGURES),
        "single_fits": _keep_figures(results, PROBABILITIES, single_fits=True),
        "transfer": {
            task: {key: gain[key] for key in GAIN}
            | {"log_loss": {key: gain["log_loss"][key] for key in GAIN}}
            for task, gain in compare["transfer"].items()
        },
        "cpu_seconds": {name: of["cpu_seconds"] for name, of in cost["forecasters"].items()},
    }


def digest_code(stages: Sequence[Stage]) -> str:
    """Of the code that the stages are made of, so that runs of one code can be told from others."""
    deps = {dep for stage in stages for dep in stage.deps if dep.startswith(("src/", "stages/"))}
    digest = hashlib.sha256()
    for dep in sorted(deps):
        for path in list_files(ROOT / dep):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:8]


def _name(part: Mapping[str, Any] | None) -> str | None:
    """The label of the set-up that a part of the recommendation is of."""
    if part is None or part["parts"] is None:
        return None
    return SetUp(**{task: part[task] for task in TASKS if task in part}).label


def _keep_set_ups(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    on_test = {row["label"]: row for row in rows if row["split"] == "test"}
    return {
        row["label"]: {
            "breaks": {name: _broken_figure(row, name) for name in row["breaks"]},
            "calibrate": [row[key] for key in COST_KEYS],
            "test": on_test[row["label"]]["cost_per_1000"],
        }
        for row in rows
        if row["split"] == "calibrate"
    }


def _broken_figure(row: dict[str, Any], name: str) -> float | list[float] | None:
    """The figure of a ceiling; of a slope the least and greatest, and none of the floor."""
    if name.startswith("slope"):
        return [row["least_slope"], row["greatest_slope"]]
    return row.get(name)


def _keep_figures(
    results: Results, figures: dict[str, str], *, single_fits: bool = False
) -> dict[str, dict[str, dict[str, Any]]]:
    """Value, low and high on test, where it has an interval; of single fits the value."""
    kept: dict[str, dict[str, dict[str, Any]]] = {}
    wanted = {"single_fits": single_fits, "calibrated": True, "class_name": ""}
    for name in FORECASTERS:
        for task in (*TASKS, BOTH):
            found = {
                measure: results.find(system=name, task=task, measure=measure, rule=rule, **wanted)
                for measure, rule in figures.items()
            }
            shown = {measure: _numbers(row) for measure, row in found.items() if _is_there(row)}
            if single_fits:
                shown = {measure: numbers[0] for measure, numbers in shown.items()}
            if shown:
                kept.setdefault(name, {})[task] = shown
    return kept


def _is_there(row: Result | None) -> bool:
    return row is not None and row.value is not None and not np.isnan(row.value)


def _numbers(row: Result) -> list[float]:
    return [round(end, DECIMALS) for end in (row.value, row.low, row.high) if end is not None]
