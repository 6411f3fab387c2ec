"""The rows of the plots: small tables in git that need no other file to be drawn.

Figures have the decimals of their measure, shares of the reliability and the confusion table two;
what stands for fewer people than the split may show (`smallest_shown`) is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

from intake_triage.evaluation.decisions import decide_by_cost
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures import round_figure
from intake_triage.evaluation.measures.measure import Forecast
from intake_triage.evaluation.measures.reliability import bin_by_confidence, top_label
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.evaluation.table import ENDS, OF_FORECASTERS, WHOLE, Result, Results
from intake_triage.evaluation.walk import LIKELIEST
from intake_triage.files import read_json
from intake_triage.layout import Layout
from intake_triage.params import DecisionParams, MtlParams
from intake_triage.statistics.disclosure import hide_small_counts
from intake_triage.systems import FORECASTERS, SYSTEMS, list_systems
from intake_triage.tasks import TASKS, Task

Row = dict[str, Any]
GRAY = "#8a9199"


def macro_f1_rows(results: Results) -> list[Row]:
    """Macro-F1 of each task and forecaster by its likeliest class, with its 95 % interval."""
    return [
        {"task": row.task, "system": row.system, "macro_f1": numbers.pop("value"), **numbers}
        for row in results.where(measure="macro_f1", rule=LIKELIEST, **WHOLE | OF_FORECASTERS)
        for numbers in [_rounded(row)]
    ]


def subgroup_rows(results: Results) -> list[Row]:
    """Scores within subgroups, with intervals that hold together within a column.

    `forms` are those with a label of the task.
    """
    forms = {
        (row.task, row.column, row.subgroup): row.n for row in results.where(measure="log_loss")
    }
    return [
        {
            "task": row.task,
            "column": row.column,
            "subgroup": row.subgroup,
            "forms": forms[row.task, row.column, row.subgroup],
            "system": row.system,
            "measure": row.measure,
            **_rounded(row),
        }
        for row in results.rows
        if row.column and row.value is not None
    ]


def _rounded(row: Result) -> dict[str, float]:
    return {name: round_figure(row.measure, getattr(row, name)) for name in ENDS}


def reliability_rows(
    forecasts: Logits, averages: Logits, split: LabelledSplit, *, n_bins: int
) -> list[Row]:
    """Confidence and accuracy of each bin, raw and calibrated, with a 95 % Wilson interval.

    `averages` are of the raw probabilities, where there are such.
    """
    rows = []
    for task in split.tasks:
        sample = split.sample(task)
        for name in forecasts:
            for kind, by_name in (("raw", averages), ("calibrated", forecasts)):
                if name not in by_name:
                    continue
                logits = by_name[name][task][:, sample.rows]
                forecast = Forecast(logits, sample, split.classes[task], n_bins, {})
                rows += [
                    {"task": task, "system": name, "kind": kind, **point}
                    for point in _reliability_points(forecast)
                ]
    return rows


def _reliability_points(forecast: Forecast) -> list[Row]:
    (confidence,), (correct,) = top_label(forecast)
    bins = bin_by_confidence(confidence, correct, n_bins=forecast.ece_bins)
    points = []
    for mean, accuracy, count in zip(bins.confidence, bins.accuracy, bins.count, strict=True):
        if count < forecast.sample.smallest_shown:
            continue
        wilson = binomtest(round(accuracy * count), int(count)).proportion_ci(method="wilson")
        points.append(
            {
                "confidence": round(float(mean), 4),
                "accuracy": round(float(accuracy), 2),
                "low": round(wilson.low, 2),
                "high": round(wilson.high, 2),
                "count": int(count),
            }
        )
    return points


def confusion_rows(forecasts: Logits, split: LabelledSplit, decision: DecisionParams) -> list[Row]:
    """Of the records of a true class, the share that the least-cost rule decides to be each.

    None where it would tell of few people, and of a class that nobody has.
    """
    rows = []
    decided = {name: decide_by_cost(by_task, decision) for name, by_task in forecasts.items()}
    for task in split.tasks:
        sample, classes = split.sample(task), split.classes[task]
        for name, by_task in decided.items():
            (predicted,) = by_task[task][:, sample.rows]  # (n_labelled,)
            counts = np.zeros((len(classes), len(classes)))
            np.add.at(counts, (sample.labels, predicted), 1)
            of_class = counts.sum(axis=1, keepdims=True)
            shares = counts / np.maximum(of_class, 1)
            hidden = hide_small_counts(counts, smallest_shown=split.smallest_shown)
            hidden |= of_class == 0
            rows.extend(
                {
                    "task": task,
                    "system": name,
                    "true": classes[i],
                    "predicted": classes[j],
                    "share": None if hidden[i, j] else round(float(shares[i, j]), 2),
                }
                for i in range(len(classes))
                for j in range(len(classes))
            )
    return rows


def cost_rows(macro_f1: Iterable[Row], cost: Mapping[str, Any]) -> list[Row]:
    """Macro-F1 beside the CPU-seconds of training all that a forecaster needs for all tasks."""
    seconds = cost["forecasters"]
    return [
        row | {"cpu_seconds": seconds[row["system"]]["cpu_seconds"]}
        for row in macro_f1
        if row["system"] in seconds
    ]


def with_colours(rows: Iterable[Row]) -> list[Row]:
    """The rows of a plot of many forecasters with each one's colour: no template knows them.

    What is neither, such as treating all, is gray: DVC draws no rows that differ in their keys.
    """
    colours = {name: each.colour for name, each in {**SYSTEMS, **FORECASTERS}.items()}
    return [row | {"colour": colours.get(row["system"], GRAY)} for row in rows]


def training_plots(tasks: Sequence[Task], mtl: MtlParams) -> dict[str, list[Row]]:
    """Rows by the name of the plot, from the training histories of all systems.

    Those that are about `mtl` alone are empty where it is not trained.
    """
    histories = {
        system: read_json(Layout().training(system) / "history.json")
        for system in list_systems(tasks)
    }
    return {
        "training": training_rows(histories),
        "gradients": gradient_rows(histories.get("mtl", [])),
        "frontier": frontier_rows(histories.get("mtl", []), mtl),
    }


def training_rows(histories: Mapping[str, list[Row]]) -> list[Row]:
    """The epochs (boosting rounds for gbm) of each system, task and seed."""
    kept = ("task", "seed", "epoch", "train_log_loss", "valid_log_loss")
    return [
        {"system": system, **{name: epoch[name] for name in kept}}
        for system, history in histories.items()
        for epoch in history
    ]


def frontier_rows(history: list[Row], mtl: MtlParams) -> list[Row]:
    """Where `mtl` lies between the tasks: log-losses on valid of each seed's kept epoch, in nats.

    Revisions with other loss weights or balancing methods, drawn together, lay the frontier out.
    """
    by_epoch: dict[tuple[int, int], Row] = {}
    for row in history:
        losses = by_epoch.setdefault((row["seed"], row["epoch"]), {"seed": row["seed"]})
        losses[row["task"]] = row["valid_log_loss"]
    best: dict[int, Row] = {}
    for losses in by_epoch.values():
        if set(TASKS) <= set(losses):
            kept = best.get(losses["seed"], losses)
            best[losses["seed"]] = min(kept, losses, key=lambda row: sum(map(row.get, TASKS)))
    setting = {"loss_weight": mtl.loss_weight, "balancing": mtl.balancing}
    return [losses | setting for losses in best.values()]


def gradient_rows(history: list[Row]) -> list[Row]:
    """After each of `mtl`'s epochs: length of each task's gradient on the shared weights, cosine.

    A diagnostic and no evidence of transfer. Epochs without labels of both tasks on valid are left
    out.
    """
    kept = ("task", "seed", "epoch", "gradient_norm", "gradient_cosine")
    return [{name: row[name] for name in kept} for row in history if "gradient_cosine" in row]
