"""`reference.json` of a bundle: what its forms and suggestions were like before the pilot.

Of the forms that the set-up was chosen on (split `calibrate`), as they are scored out of fold: no
model has seen the labels of these, and no calibrator the form. Shares and means alone, no rows;
what would tell of few people is null.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intake_triage.errors import InputError
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.measure import Decisions
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.files import read_json
from intake_triage.params import DecisionParams
from intake_triage.recommendation.ceilings import list_ceilings
from intake_triage.records.schema import RecordSchema
from intake_triage.release.watch.forms import Forms, as_forms
from intake_triage.release.watch.histograms import (
    DECIMALS,
    OTHER,
    describe_numbers,
    describe_values,
)
from intake_triage.statistics.disclosure import SMALLEST_SHOWN, hide_small_counts, is_small_share

Reference = dict[str, Any]


def describe_reference(
    frame: pd.DataFrame, scored: pd.DataFrame, schema: RecordSchema, decision: DecisionParams
) -> Reference:
    """What `watch` compares a pilot with, and `plan` simulates.

    Parameters
    ----------
    frame : DataFrame
        The forms' `record_id` and labels, as prepared; NA where there is none.
    scored : DataFrame
        The same forms as `score` would write them, by out-of-fold forecasts.

    Returns
    -------
    dict
        forms; rates, by ceiling about decisions and `misrouted`: value, and forms that it is a
        share of; unknown_words, the mean share of a text's
        words; missing, by field the share of forms; inputs and outputs, histograms by name;
        groups, by subgroup: values with their shares and forms, of each value by field the
        share missing, and the share misrouted with its forms.
    """
    labels = frame.reindex(columns=["record_id", *schema.tasks])
    forms = as_forms(scored, labels, schema)
    return {
        "forms": forms.n_forms,
        "rates": _rates(forms, schema, decision),
        "unknown_words": round(float(forms.unknown_words.mean()), DECIMALS + 1),
        "missing": {
            name: _share(column.isna().to_numpy()) for name, column in forms.inputs.items()
        },
        "inputs": {name: _histogram(column) for name, column in forms.inputs.items()},
        "outputs": {name: _histogram(column) for name, column in forms.outputs.items()},
        "groups": {name: _group(column, forms) for name, column in forms.groups.items()},
    }


def read_reference(folder: Path) -> Reference:
    """That of a bundle, an `InputError` where it has none."""
    path = folder / "reference.json"
    if not path.is_file():
        raise InputError(f"{path}: no such file; build the bundle anew")
    return read_json(path)


def _rates(forms: Forms, schema: RecordSchema, decision: DecisionParams) -> dict[str, Any]:
    """The figures that ceilings are about, as `compare` counts and hides them."""
    rates: dict[str, Any] = {}
    if "urgency" in forms.tasks:
        known = forms.has_label("urgency")
        split = LabelledSplit(
            record_id=np.flatnonzero(known).astype(str),
            unit=np.arange(known.sum()),
            labels={"urgency": forms.labels["urgency"][known]},
            classes={"urgency": schema.urgency},
            subgroups={},
            weights=np.ones((1, known.sum())),
            smallest_shown=SMALLEST_SHOWN,
        )
        decided = {"urgency": forms.suggested["urgency"][np.newaxis, known]}
        decisions = Decisions(decided, split, decision)
        for ceiling in list_ceilings(split.classes, urgent_tiers=decision.urgent_tiers):
            measure = MEASURES[ceiling.measure]
            if measure.judges == "decisions":
                figure = measure.compute(decisions, "urgency")
                figure = figure[ceiling.class_name] if isinstance(figure, dict) else figure
                value = float(figure.values[0, 0])
                few = measure.is_share and is_small_share(
                    value * figure.n, figure.n, smallest_shown=SMALLEST_SHOWN
                )
                shown = figure.shown and not few and not np.isnan(value)
                rates[ceiling.name] = {
                    "value": round(value, DECIMALS + 1) if shown else None,
                    "forms": int(figure.n) if figure.n >= SMALLEST_SHOWN else None,
                }
    if "specialty" in forms.tasks:
        known = forms.has_label("specialty")
        wrong = (forms.suggested["specialty"] != forms.labels["specialty"])[known]
        rates["misrouted"] = {"value": _share(wrong), "forms": int(known.sum())}
    return rates


def _histogram(column: pd.Series) -> dict[str, Any]:
    if pd.api.types.is_float_dtype(column):
        return describe_numbers(column.to_numpy())
    return describe_values(column)


def _group(column: pd.Series, forms: Forms) -> dict[str, Any]:
    histogram = describe_values(column)
    values = histogram["values"]
    place = column.where(column.isin(values), OTHER)
    by_value = [(place == value).to_numpy() for value in values]
    group = {
        "values": values,
        "shares": histogram["shares"],
        "missing": {
            name: _shares_by_value(entries.isna().to_numpy(), by_value)
            for name, entries in forms.inputs.items()
        },
        "forms": [int(rows.sum()) for rows in by_value],
    }
    if "specialty" in forms.tasks:
        known = forms.has_label("specialty")
        wrong = forms.suggested["specialty"] != forms.labels["specialty"]
        labelled = [rows & known for rows in by_value]
        group["misrouted"] = {
            "shares": _shares_by_value(wrong, labelled),
            "forms": [int(rows.sum()) for rows in labelled],
        }
    return group


def _shares_by_value(happened: np.ndarray, by_value: list[np.ndarray]) -> list[float | None]:
    """Of each group; null where few are counted, or where these could be worked out."""
    counts = np.array([float((happened & rows).sum()) for rows in by_value])
    hidden = hide_small_counts(counts[np.newaxis], smallest_shown=SMALLEST_SHOWN)[0]
    return [None if hidden[k] else _share(happened[rows]) for k, rows in enumerate(by_value)]


def _share(happened: np.ndarray) -> float | None:
    """Of forms; null where fewer than 11 are counted, 1 where fewer than 11 are left over."""
    count, of = int(happened.sum()), len(happened)
    if count < SMALLEST_SHOWN:
        return None
    return 1.0 if of - count < SMALLEST_SHOWN else round(count / of, DECIMALS + 1)
