"""What each trained system scores on one sample: what its decisions cost, and its calibration."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from intake_triage.calibration.decisions import decide_argmax, urgency_cost_matrix
from intake_triage.evaluation.decided import decide_urgency_by_cost
from intake_triage.evaluation.measures.cut_calibration import replicate_slopes
from intake_triage.evaluation.measures.reliability import replicate_ece, top_label
from intake_triage.evaluation.measures.triage import tabulate_triage, triage_shares
from intake_triage.evaluation.samples import HeldOut
from intake_triage.params import CostParams
from intake_triage.recommendation.ceilings import ECE, SLOPE
from intake_triage.statistics.bootstrap import replicate_mean
from intake_triage.tasks import TASKS, Task

Logits = Mapping[str, Mapping[Task, np.ndarray]]  # by system and task
Replicated = np.ndarray  # (n_seeds, n_weightings); the first weighting is the sample as it is


@dataclass(frozen=True)
class DecisionCosts:
    """What one system's least-cost decisions come to, each of shape (n_seeds, n_weightings).

    Attributes
    ----------
    urgency : cost of a form, in needless steps up of a tier
    misrouted : share of forms
    under_triage : share of the urgent forms; NaN where a weighting has none
    """

    urgency: Replicated
    misrouted: Replicated
    under_triage: Replicated


def price_decisions(
    logits: Mapping[Task, np.ndarray], records: HeldOut, weightings: np.ndarray, cost: CostParams
) -> DecisionCosts:
    """Decide at least expected cost and compare with the true labels.

    The likeliest sub-specialty is the least costly one, since all misroutes cost the same. Class
    weights have no part: they trade errors for macro-F1, and costs say already what errors weigh.

    Parameters
    ----------
    logits : by task, float arrays of shape (n_seeds, n_records, n_classes)
        Calibrated.
    records : HeldOut
        A record with one label counts for that task alone.
    weightings : float array of shape (n_weightings, n_units)
    cost : CostParams
    """
    tiers = records.classes["urgency"]
    urgency, specialty = (records.labelled(task) for task in TASKS)
    triage = tabulate_triage(
        decide_urgency_by_cost(logits["urgency"][:, urgency.rows], cost),
        urgency,
        weightings,
        n_tiers=len(tiers),
    )
    routed = decide_argmax(logits["specialty"][:, specialty.rows])
    return DecisionCosts(
        urgency=triage.mean_cost(urgency_cost_matrix(len(tiers), cost)),
        misrouted=replicate_mean(routed != specialty.labels, specialty.unit, weightings),
        under_triage=triage_shares(tiers)["under_triage"].measure(triage.confusions),
    )


def measure_calibration(
    logits: Logits, records: HeldOut, weightings: np.ndarray, *, ece_bins: int
) -> dict[str, dict[Task, dict[str, Replicated | None]]]:
    """ECE of each task and slope of each urgency cut, by system, task and ceiling.

    Parameters
    ----------
    logits, records, weightings
        As in `price_decisions`, by system.
    ece_bins : int

    Returns
    -------
    dict
        Arrays of shape (n_seeds, n_weightings); None for the slope of a cut that has none.
    """
    measured: dict[str, dict[Task, dict[str, Replicated | None]]] = {}
    for system, of_task in logits.items():
        measured[system] = {}
        for task in TASKS:
            sample = records.labelled(task)
            mine = of_task[task][:, sample.rows]
            confident = [top_label(seed, sample.labels) for seed in mine]
            measured[system][task] = {
                ECE + task: np.stack(
                    [
                        replicate_ece(*pair, sample.unit, weightings, n_bins=ece_bins)
                        for pair in confident
                    ]
                )
            }
            if task == "urgency":
                slopes = replicate_slopes(mine, sample, weightings, records.classes[task])
                measured[system][task] |= {SLOPE + cut: it for cut, it in slopes.items()}
    return measured
