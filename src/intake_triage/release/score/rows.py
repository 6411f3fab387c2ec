"""Rows of suggestions: what a bundle says of forms, and whether a nurse should look, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Literal

import numpy as np
import pandas as pd

from intake_triage.calibration.conformal import prediction_sets
from intake_triage.calibration.decisions import (
    decide_argmax,
    decide_least_cost,
    missed_urgent_probability,
    urgency_cost_matrix,
)
from intake_triage.records.words import find_words
from intake_triage.release.bundle.forecast import TaskForecast
from intake_triage.release.bundle.load import Bundle
from intake_triage.tasks import TASKS, Task

JOINED_BY = "|"
Kind = Literal["text", "number", "chance", "flag", "day"]


@dataclass(frozen=True)
class Scored:
    """Forms and what a bundle says of them.

    Attributes
    ----------
    frame : DataFrame
        The forms, as `FormPiece` has them; at least one.
    said : dict of task to TaskForecast
        Of the tasks that the bundle serves.
    decided : dict of task to int64 array of shape (n_forms,)
        The tier of least expected cost, the likeliest sub-specialty; as class indices.
    """

    frame: pd.DataFrame
    said: dict[Task, TaskForecast]
    decided: dict[Task, np.ndarray]


def score_forms(bundle: Bundle, frame: pd.DataFrame) -> Scored:
    """Ask a bundle for its chances, and decide."""
    return decide(bundle, frame, bundle.forecast(frame))


def decide(bundle: Bundle, frame: pd.DataFrame, said: dict[Task, TaskForecast]) -> Scored:
    """What follows from chances under the bundle's costs.

    A wrong sub-specialty costs the same whichever it is, so that the likeliest costs least.
    """
    decided = {task: decide_argmax(forecast.probabilities) for task, forecast in said.items()}
    if "urgency" in said:
        cost = urgency_cost_matrix(len(bundle.schema.urgency), bundle.settings.decision)
        decided["urgency"] = decide_least_cost(said["urgency"].probabilities, cost)
    return Scored(frame, said, decided)


def list_columns(bundle: Bundle, *, explained: bool) -> dict[str, Kind]:
    """The columns of the rows, in order, and what each holds.

    record_id; date, where the forms have one; form_<name> of every field and subgroup. By task that
    the bundle serves: the class decided on; <task>_set, its prediction set; <task>_p_<class>, the
    calibrated chances. With tiers p_missed_urgent, the chance that the true tier is urgent and
    above the one decided on. to_nurse; nurse_reason, of missed_urgent, empty_set, unknown_words and
    out_of_bounds; unknown_words, the share of the text's words that the bundle does not know, 1 of
    a text without words; missing, the fields without a value; where explained, <task>_because, as
    `explain` has it; use and bundle. Sets and lists are joined by "|".
    """
    schema, served = bundle.schema, _served(bundle)
    kinds = {field.name: field.kind for field in schema.fields}
    columns: dict[str, Kind] = {"record_id": "text"}
    if bundle.mapping.date is not None:
        columns["date"] = "day"
    for name in dict.fromkeys([*kinds, *schema.subgroups]):
        columns[f"form_{name}"] = "number" if kinds.get(name) == "numeric" else "text"
    for task in served:
        columns |= {task: "text", f"{task}_set": "text"}
        columns |= {f"{task}_p_{name}": "chance" for name in schema.classes(task)}
    if "urgency" in served:
        columns["p_missed_urgent"] = "chance"
    columns |= {"to_nurse": "flag", "nurse_reason": "text"}
    columns |= {"unknown_words": "chance", "missing": "text"}
    if explained:
        columns |= {f"{task}_because": "text" for task in served}
    return columns | {"use": "text", "bundle": "text"}


def to_rows(
    bundle: Bundle,
    scored: Scored,
    out_of_bounds: np.ndarray,
    because: Mapping[Task, Sequence[str]],
) -> pd.DataFrame:
    """A row a form, with the columns of `list_columns`; missing where the form has no value.

    Parameters
    ----------
    out_of_bounds : bool array of shape (n_forms,)
        As `FormPiece` has it.
    because : by task, a text for each form
        As `explain` gives it; empty where nothing is to be explained.
    """
    frame, fields = scored.frame, [field.name for field in bundle.schema.fields]
    unknown = np.array([_unknown_share(text, bundle.vocabulary) for text in frame["text"]])
    reasons = {
        "missed_urgent": np.zeros(len(frame), dtype=bool),
        "empty_set": np.zeros(len(frame), dtype=bool),
        "unknown_words": unknown > bundle.settings.unknown_words,
        "out_of_bounds": out_of_bounds,
    }
    rows = {"record_id": frame["record_id"], "unknown_words": unknown}
    if "date" in frame:
        rows["date"] = frame["date"]
    rows |= {f"form_{name}": frame[name] for name in [*fields, *bundle.schema.subgroups]}
    for task, forecast in scored.said.items():
        classes = bundle.schema.classes(task)
        within = prediction_sets(forecast.raw, bundle.rules[task].thresholds)
        reasons["empty_set"] |= ~within.any(axis=1)
        rows[task] = np.array(classes, dtype=object)[scored.decided[task]]
        rows[f"{task}_set"] = _join(within, classes)
        rows |= {f"{task}_p_{name}": forecast.probabilities[:, k] for k, name in enumerate(classes)}
    if "urgency" in scored.said:
        rows["p_missed_urgent"] = missed_urgent_probability(
            scored.said["urgency"].probabilities,
            scored.decided["urgency"],
            bundle.settings.decision.urgent_tiers,
        )
        reasons["missed_urgent"] = rows["p_missed_urgent"] > bundle.settings.nurse_threshold
    told = np.stack(list(reasons.values()), axis=1)
    rows |= {"to_nurse": told.any(axis=1), "nurse_reason": _join(told, list(reasons))}
    rows["missing"] = _join(frame[fields].isna().to_numpy(), fields)
    rows |= {f"{task}_because": texts for task, texts in because.items()}
    rows |= {"use": bundle.manifest.use, "bundle": bundle.manifest.label}
    return pd.DataFrame(rows)[list(list_columns(bundle, explained=bool(because)))]


def _served(bundle: Bundle) -> list[Task]:
    return [task for task in TASKS if task in bundle.rules]


def _unknown_share(text: str, vocabulary: frozenset[str]) -> float:
    words = find_words(text)
    return sum(word not in vocabulary for word in words) / len(words) if words else 1.0


def _join(holds: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """By row, (n, n_names) bools to the names that hold, joined: str of shape (n,)."""
    patterns, of_row = np.unique(holds, axis=0, return_inverse=True)
    joined = [JOINED_BY.join(compress(names, pattern)) for pattern in patterns]
    return np.array(joined, dtype=object)[of_row.reshape(-1)]
