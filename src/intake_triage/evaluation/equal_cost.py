"""At equal cost: as many seconds put into more seeds of one model as into a model a task.

One mtl serves both tasks for about half the CPU-seconds of two st. So what is fair to set beside
one st a task is the average of two mtl.
"""

from itertools import combinations
from typing import Any

import numpy as np

from intake_triage.calibration.averages import log_mean_probabilities
from intake_triage.evaluation.forecasts import SystemFits
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.statistics.bootstrap import replicate_scores
from intake_triage.statistics.estimates import Estimate, estimate_score
from intake_triage.tasks import Task

DECIMALS = 4
AVERAGED = 2  # fits of mtl for one of st a task


def compare_at_equal_cost(fits: SystemFits, split: LabelledSplit) -> dict[str, Any]:
    """What two averaged mtl fits gain over one st fit a task, calibrated, on the same forms.

    The mean over all pairs of mtl's seeds and all of st's, with the 95 % interval that the forms
    leave; it takes the fits as given, and is no verdict on training.

    Returns
    -------
    dict
        By task: macro_f1, the gain; log_loss, how much lower it is, in nats; each value, low, high.
        Empty where there is no mtl, or it has one seed.
    """
    if "mtl" not in fits.calibrated:
        return {}
    gains = {}
    for task in split.tasks:
        mtl, st = (fits.calibrated[name][task] for name in ("mtl", "st"))
        if len(mtl) < AVERAGED:
            return {}
        pairs = combinations(range(len(mtl)), AVERAGED)
        averages = np.stack([log_mean_probabilities(mtl[list(pair)]) for pair in pairs])
        gains[task] = {
            name: gain.rounded(DECIMALS) for name, gain in _gains(averages, st, split, task).items()
        }
    return gains


def _gains(
    averages: np.ndarray, st: np.ndarray, split: LabelledSplit, task: Task
) -> dict[str, Estimate]:
    """Of logits of shape (n_averages, n_records, n_classes), (n_seeds, n_records, n_classes)."""
    sample = split.sample(task)
    ours, theirs = (
        replicate_scores(logits[:, sample.rows], sample.labels, sample.unit, sample.weights)
        for logits in (averages, st)
    )
    differences = {
        "macro_f1": ours.macro_f1.mean(axis=0) - theirs.macro_f1.mean(axis=0),
        "log_loss": theirs.log_loss.mean(axis=0) - ours.log_loss.mean(axis=0),
    }  # each (n_weights,)
    return {
        name: estimate_score(values[np.newaxis], n_units=sample.n_units)
        for name, values in differences.items()
    }
