"""How far suggestions and staff agree, beyond what chance alone would bring."""

from typing import Any

import numpy as np

from intake_triage.records.schema import RecordSchema
from intake_triage.release.watch.forms import Forms
from intake_triage.statistics.disclosure import SMALLEST_SHOWN, hide_small_counts
from intake_triage.statistics.estimates import LEVEL
from intake_triage.tasks import Task

RESAMPLES = 2000
SEED = 0
DECIMALS = 3
ELSEWHERE = "not known"  # a class of staff that the bundle does not have


def measure_agreement(forms: Forms, schema: RecordSchema) -> dict[Task, dict[str, Any]]:
    """By task, kappa (for tiers weighted by squared distance) and the table of counts.

    Returns
    -------
    dict
        forms; kappa, low and high: 95 % percentile bootstrap over forms, which holds for one look;
        None below 11 forms, or where both always say the same one class; classes, of the
        suggestion; table: by class of staff, the forms by class suggested, None where a count is
        small or would give a small one of its row away.
    """
    return {task: _measure(forms, schema.classes(task), task) for task in forms.tasks}


def kappa(tables: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Agreement beyond chance, (…, n_classes, n_classes) to (…); NaN where all is one class.

    1 − Σ w·observed / Σ w·expected, expected from the margins of a table.

    Parameters
    ----------
    weights : float array of shape (n_classes, n_classes)
        Of a disagreement; 0 on the diagonal.

    References
    ----------
    Cohen (1968), Weighted kappa: nominal scale agreement with provision for scaled disagreement or
    partial credit. Psychol Bull 70:213.
    """
    total = tables.sum(axis=(-2, -1))
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    observed = (tables * weights).sum(axis=(-2, -1))
    expected = np.einsum("...i,ij,...j->...", rows, weights, columns) / np.maximum(total, 1)
    return 1 - np.divide(
        observed, expected, out=np.full(expected.shape, np.nan), where=expected > 0
    )


def _measure(forms: Forms, classes: tuple[str, ...], task: Task) -> dict[str, Any]:
    known = forms.has_label(task)
    labels, suggested = forms.labels[task][known], forms.suggested[task][known]
    n_classes = len(classes) + int((labels == len(classes)).any())
    counts = np.zeros((n_classes, n_classes))
    np.add.at(counts, (labels, suggested), 1)
    place = np.arange(n_classes)
    distance = place[:, np.newaxis] - place
    weights = distance**2.0 if task == "urgency" else (distance != 0) * 1.0
    hidden = hide_small_counts(counts[:, : len(classes)], smallest_shown=SMALLEST_SHOWN)
    return {
        "forms": len(labels),
        **_estimate(counts, weights),
        "classes": list(classes),
        "table": {
            name: [None if hide else int(n) for n, hide in zip(row, mask, strict=False)]
            for name, row, mask in zip([*classes, ELSEWHERE], counts, hidden, strict=False)
        },
    }


def _estimate(counts: np.ndarray, weights: np.ndarray) -> dict[str, float | None]:
    n = int(counts.sum())
    value = float(kappa(counts, weights))
    if n < SMALLEST_SHOWN or np.isnan(value):
        return dict.fromkeys(("kappa", "low", "high"))
    rng = np.random.default_rng(SEED)
    drawn = rng.multinomial(n, counts.ravel() / n, RESAMPLES).reshape(-1, *counts.shape)
    ends = np.nanquantile(kappa(drawn, weights), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    numbers = {"kappa": value, "low": ends[0], "high": ends[1]}
    return {name: round(float(number), DECIMALS) for name, number in numbers.items()}
