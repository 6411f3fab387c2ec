"""What every forecaster decides, by each rule that makes a class of probabilities."""

from collections.abc import Mapping

import numpy as np
from scipy.special import softmax

from intake_triage.calibration.decisions import (
    DecisionRules,
    decide_argmax,
    decide_balanced,
    decide_least_cost,
    urgency_cost_matrix,
)
from intake_triage.evaluation.forecasts import Logits
from intake_triage.params import DecisionParams
from intake_triage.tasks import Task

Decided = dict[Task, np.ndarray]  # by task, int arrays of shape (n_seeds, n_records)


def decide_all(
    forecasts: Logits,
    rules: Mapping[str, Mapping[Task, DecisionRules]],
    params: DecisionParams,
) -> dict[str, dict[str, Decided]]:
    """Decide by forecaster or reference, then by rule.

    argmax: the likeliest class; balanced: by probabilities times class weights, for the forecasters
    that have such; cost: the tier of least expected clinical cost, and the likeliest sub-specialty,
    since all misroutes cost the same. Prior with argmax always predicts the commonest class of
    train: the majority rule. `rules` are by forecaster and task.
    """
    decided: dict[str, dict[str, Decided]] = {}
    for name, by_task in forecasts.items():
        by_rule = {"argmax": {task: decide_argmax(logits) for task, logits in by_task.items()}}
        if name in rules:
            by_rule["balanced"] = {
                task: decide_balanced(
                    softmax(np.float64(logits), axis=-1), rules[name][task].class_weights
                )
                for task, logits in by_task.items()
            }
        by_rule["cost"] = decide_by_cost(by_task, params)
        decided[name] = by_rule
    return decided


def decide_by_cost(calibrated: Mapping[Task, np.ndarray], params: DecisionParams) -> Decided:
    """The tier of least expected cost, and the likeliest sub-specialty.

    Class weights have no part: they trade errors for macro-F1, and costs say already what errors
    weigh. Calibrated logits are by task, of shape (n_seeds, n_records, n_classes).
    """
    return {
        task: decide_urgency_by_cost(logits, params) if task == "urgency" else decide_argmax(logits)
        for task, logits in calibrated.items()
    }


def decide_urgency_by_cost(logits: np.ndarray, params: DecisionParams) -> np.ndarray:
    """(n_seeds, n_records, n_tiers) to the tiers of least expected cost, (n_seeds, n_records)."""
    matrix = urgency_cost_matrix(logits.shape[-1], params)
    return decide_least_cost(softmax(np.float64(logits), axis=-1), matrix)
