"""Do stated chances come true? Expected beside observed, above every tier's cut, without an alarm.

A slope or an intercept is no mean of bounded terms and has no bound here that holds at every look;
these intervals hold for one look that was chosen beforehand.
"""

from typing import Any

import numpy as np
from scipy import stats

from intake_triage.evaluation.measures.cut_calibration import cut_names
from intake_triage.records.schema import RecordSchema
from intake_triage.release.watch.forms import Forms
from intake_triage.statistics.disclosure import SMALLEST_SHOWN, is_small_share
from intake_triage.statistics.estimates import LEVEL

DECIMALS = 4


def compare_chances(forms: Forms, schema: RecordSchema) -> list[dict[str, Any]]:
    """A row a cut of urgency, and one for the suggested sub-specialty.

    Returns
    -------
    list of dict
        about: the cut, or specialty; forms: those with a label; expected: the mean stated chance
        that a form lies above the cut, or that the suggestion is right; observed: the share that
        does; low and high: its exact binomial 95 % interval at one look. observed and the interval
        are None where they would tell of few people.
    """
    rows = []
    if "urgency" in forms.tasks:
        known = forms.has_label("urgency")
        above = forms.chances["urgency"][known].cumsum(axis=1)
        for k, name in enumerate(cut_names(schema.urgency)):
            rows.append(_row(name, above[:, k], forms.labels["urgency"][known] <= k))
    if "specialty" in forms.tasks:
        known = forms.has_label("specialty")
        suggested = forms.suggested["specialty"][known]
        stated = forms.chances["specialty"][known][np.arange(len(suggested)), suggested]
        rows.append(_row("specialty", stated, forms.labels["specialty"][known] == suggested))
    return rows


def _row(about: str, stated: np.ndarray, happened: np.ndarray) -> dict[str, Any]:
    n, count = len(happened), int(happened.sum())
    row = {
        "about": about,
        "forms": n,
        "expected": None,
        "observed": None,
        "low": None,
        "high": None,
    }
    if not n:
        return row
    row["expected"] = round(float(stated.mean()), DECIMALS)
    if is_small_share(count, n, smallest_shown=SMALLEST_SHOWN):
        return row
    interval = stats.binomtest(count, n).proportion_ci(LEVEL, method="exact")
    shown = {"observed": count / n, "low": interval.low, "high": interval.high}
    return row | {name: round(float(value), DECIMALS) for name, value in shown.items()}
