"""What the pipeline's rule would recommend on a block's records, from the study's own fits."""

from typing import Any

import numpy as np
from joblib import Parallel, delayed

from intake_triage.calibration.choice import assign_folds
from intake_triage.calibration.nested import calibrate_out_of_fold
from intake_triage.evaluation.samples import HeldOut, unit_numbers
from intake_triage.params import Params
from intake_triage.recommendation.rule import choose_set_up
from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.records.prepared import PreparedRecords
from intake_triage.statistics.bootstrap import draw_weightings
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS
from studies.transfer.arms import Folders


def recommend_set_up(
    calibrate: PreparedRecords, scored: np.ndarray, folders: Folders, params: Params
) -> dict[str, Any]:
    """The rule of docs/protocol.md on the calibrate split, without the test's confirmation.

    Parameters
    ----------
    scored : bool array of shape (n_scored,)
        Which of the records that a fit scores are of calibrate.

    Returns
    -------
    dict
        urgency, specialty, models: the choice, None where no set-up keeps to the ceilings;
        won_share: of resamples; set_ups: by label, cost of 1,000 forms and under-triage.
    """
    unit = unit_numbers(calibrate)
    labels = {task: calibrate.labels(task) for task in TASKS}
    fold = assign_folds(unit, n_folds=params.calibrate.folds)
    raw = {
        (system, task): np.stack(
            [
                np.load(folder / f"logits_{task}.npy", allow_pickle=False)[scored]
                for folder in folders[system][task]
            ]
        )
        for system in TRAINED_SYSTEMS
        for task in TASKS
    }
    nested = Parallel(n_jobs=-1)(
        delayed(calibrate_out_of_fold)(
            logits, labels[task], unit, fold, candidates=params.calibrate.candidates
        )
        for (_, task), logits in raw.items()
    )
    calibrated = dict(zip(raw, nested, strict=True))
    records = HeldOut(
        calibrate.frame["record_id"].to_numpy(str),
        unit,
        labels,
        {task: calibrate.schema.classes(task) for task in TASKS},
        {},
    )
    scorer = SetUpScorer(
        {s: {task: calibrated[s, task] for task in TASKS} for s in TRAINED_SYSTEMS},
        records,
        draw_weightings(records.n_units, resamples=params.compare.resamples),
        params.decision.cost,
        params.compare.ece_bins,
    )
    table = scorer.table(params.decision.cost)
    choice = choose_set_up(table, params.decision)
    chosen = None if choice is None else choice.chosen.set_up
    won = []
    for resampled in scorer.resampled_tables():
        other = choose_set_up(resampled, params.decision)
        won.append((None if other is None else other.chosen.set_up) == chosen)
    return {
        "urgency": None if chosen is None else chosen.urgency,
        "specialty": None if chosen is None else chosen.specialty,
        "models": None if chosen is None else chosen.models,
        "won_share": round(float(np.mean(won)), 4),
        "set_ups": {
            scored.set_up.label: {
                "cost_per_1000": round(scored.cost, 1),
                "under_triage": round(scored.figures["under_triage"], 4),
            }
            for scored in table
        },
    }
