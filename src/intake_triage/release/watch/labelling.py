"""Which forms have no label yet, and whether they look like those that have one."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from intake_triage.release.watch.alarms import Terms
from intake_triage.release.watch.forms import Forms
from intake_triage.statistics.disclosure import SMALLEST_SHOWN
from intake_triage.statistics.estimates import ALPHA
from intake_triage.statistics.verdicts import holm
from intake_triage.tasks import Task

LEAST_EXPECTED = 5.0  # forms in a cell, for the distribution of chi-square
DECIMALS = 4


def describe_labelling(forms: Forms) -> dict[Task, dict[str, Any]]:
    """By task, how many forms have a label, and what the chance of one depends on.

    Returns
    -------
    dict
        forms, labelled; not_known: labels of a class that the bundle does not have; factors: by
        suggested class, to_nurse, look and each subgroup, p (chi-square over its values, Holm over
        the factors; None where there is nothing to compare), depends (p below 5 %), and the share
        labelled by value, of those with 11 forms or more.
    """
    return {task: _describe(forms, task) for task in forms.tasks}


def standardize(terms: Terms, forms: Forms, task: Task) -> float | None:
    """The rate that an alarm would have if every form had a label, were labels missing at random
    within each suggested class and either answer to `to_nurse`.

    Each labelled form stands for those of its cell. None where a cell of 11 forms or more has no
    label, so that nothing stands for it, or nothing is counted.
    """
    cell = pd.factorize(
        pd.Series(forms.suggested[task].astype(str)) + forms.outputs["to_nurse"].to_numpy()
    )[0]
    known = forms.has_label(task)
    of_cell, labelled = np.bincount(cell), np.bincount(cell, weights=known)
    if ((labelled == 0) & (of_cell >= SMALLEST_SHOWN)).any():
        return None
    stands_for = (of_cell / np.maximum(labelled, 1))[cell]
    counted, per = (float((part * stands_for)[known].sum()) for part in terms)
    return round(counted / per, DECIMALS) if per else None


def _describe(forms: Forms, task: Task) -> dict[str, Any]:
    known = forms.has_label(task)
    tested = [(name, values, _p_value(values, known)) for name, values in _factors(forms, task)]
    corrected = iter(holm([p for *_, p in tested if p is not None]))
    factors = {}
    for name, values, p in tested:
        p = None if p is None else next(corrected)
        factors[name] = {
            "p": None if p is None else float(f"{p:.2g}"),
            "depends": p is not None and p < ALPHA,
            "labelled": _shares(values, known),
        }
    return {
        "forms": forms.n_forms,
        "labelled": int(known.sum()),
        "not_known": int((forms.labels[task] == forms.chances[task].shape[1]).sum()),
        "factors": factors,
    }


def _factors(forms: Forms, task: Task) -> Iterator[tuple[str, pd.Series]]:
    yield "suggested", forms.outputs[task]
    yield "to_nurse", forms.outputs["to_nurse"]
    yield "look", pd.Series(np.array(forms.looks)[forms.look])
    yield from forms.groups.items()


def _p_value(values: pd.Series, known: np.ndarray) -> float | None:
    """That the chance of a label is the same for all values; those of few forms count as one."""
    counts = pd.crosstab(values.to_numpy(), known).reindex(columns=[False, True], fill_value=0)
    if not counts.sum().all():
        return None  # all labelled, or none
    expected = counts.sum(axis=1) * counts.sum().min() / len(values)
    rare = (expected < LEAST_EXPECTED).to_numpy()
    table = counts[~rare].to_numpy()
    if rare.any():
        table = np.vstack([table, counts[rare].sum().to_numpy()])
    if len(table) < 2:
        return None
    return float(stats.chi2_contingency(table, correction=False).pvalue)


def _shares(values: pd.Series, known: np.ndarray) -> Mapping[str, float]:
    by_value = pd.Series(known).groupby(values.to_numpy())
    enough = by_value.size() >= SMALLEST_SHOWN
    return {str(name): round(float(share), 3) for name, share in by_value.mean()[enough].items()}
