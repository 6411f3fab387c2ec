"""Two averaged fits of mtl against one of st a task: by hand, and where there is nothing to say."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn import metrics

from intake_triage.evaluation.equal_cost import compare_at_equal_cost
from intake_triage.evaluation.forecasts import SystemFits


@pytest.mark.parametrize("task", ["urgency", "specialty"])
def test_the_gain_is_the_mean_over_pairs_and_seeds(fits, split, task):
    sample = split.sample(task)
    labels = sample.labels
    mtl, st = (
        softmax(fits.calibrated[name][task][:, sample.rows], axis=2) for name in ("mtl", "st")
    )
    averages = [(mtl[i] + mtl[j]) / 2 for i, j in ((0, 1), (0, 2), (1, 2))]

    def mean_f1(forecasts):
        return np.mean(
            [metrics.f1_score(labels, p.argmax(axis=1), average="macro") for p in forecasts]
        )

    def mean_loss(forecasts):
        return np.mean([metrics.log_loss(labels, p) for p in forecasts])

    gains = compare_at_equal_cost(fits, split)[task]
    assert gains["macro_f1"]["value"] == pytest.approx(mean_f1(averages) - mean_f1(st), abs=1e-4)
    assert gains["log_loss"]["value"] == pytest.approx(
        mean_loss(st) - mean_loss(averages), abs=1e-4
    )
    for gain in gains.values():
        assert gain["low"] < gain["value"] < gain["high"]


def test_nothing_is_said_without_mtl_or_of_one_seed(fits, split):
    without = {name: by_task for name, by_task in fits.calibrated.items() if name != "mtl"}
    assert compare_at_equal_cost(SystemFits(without, without), split) == {}
    one = {
        name: {task: logits[:1] for task, logits in by_task.items()}
        for name, by_task in fits.calibrated.items()
    }
    assert compare_at_equal_cost(SystemFits(one, one), split) == {}
