"""What the pipeline's rule would recommend on a block's records, from the study's own fits."""

from typing import Any

import numpy as np
from joblib import Parallel, delayed

from intake_triage.calibration.nested import calibrate_out_of_fold
from intake_triage.calibration.sample import CalibrationSample
from intake_triage.evaluation.samples import label_split
from intake_triage.params import Params
from intake_triage.recommendation.candidates import ScoredSetUp, SetUp
from intake_triage.recommendation.rule import choose_set_up
from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.records.folds import assign_folds
from intake_triage.records.prepared import PreparedRecords
from intake_triage.systems import TRAINED_SYSTEMS
from intake_triage.tasks import TASKS
from studies.transfer.arms import Folders


def recommend_set_up(
    calibrate: PreparedRecords, places: np.ndarray, folders: Folders, params: Params
) -> dict[str, Any]:
    """The rule of docs/protocol.md on the calibrate split, without the test's confirmation.

    Parameters
    ----------
    places : int array of shape (n_calibrate,)
        Of the records among those that a fit scores.

    Returns
    -------
    dict
        urgency, specialty, models: the choice, None where no set-up keeps to the ceilings;
        won_share: of resamples; set_ups: by label, cost of 1,000 forms and under-triage.
    """
    split = label_split(calibrate, resamples=params.compare.resamples)
    fold = assign_folds(split.unit, n_folds=params.calibrate.folds)
    samples = {}
    for system in TRAINED_SYSTEMS:
        for task in TASKS:
            files = [folder / f"logits_{task}.npy" for folder in folders[system][task]]
            raw = np.stack([np.load(path, allow_pickle=False)[places] for path in files])
            samples[system, task] = CalibrationSample(raw, split.labels[task], split.unit, fold)
    nested = Parallel(n_jobs=-1)(
        delayed(calibrate_out_of_fold)(sample, params.calibrate.candidates)
        for sample in samples.values()
    )
    calibrated = dict(zip(samples, nested, strict=True))
    scorer = SetUpScorer(
        {name: {task: calibrated[name, task] for task in TASKS} for name in TRAINED_SYSTEMS},
        split,
        params.decision,
        params.compare.ece_bins,
    )

    def choose(table: list[ScoredSetUp]) -> SetUp | None:
        choice = choose_set_up(table, scorer.ceilings, params.decision)
        return None if choice is None else choice.chosen.set_up

    table = scorer.table(params.decision)
    chosen = choose(table)
    won = [choose(resample) == chosen for resample in scorer.resampled_tables()]
    return {
        **{key: getattr(chosen, key, None) for key in ("urgency", "specialty", "models")},
        "won_share": round(float(np.mean(won)), 4),
        "set_ups": {
            scored.set_up.label: {
                "cost_per_1000": round(scored.cost, 1),
                "under_triage": round(scored.figures["under_triage"], 4),
            }
            for scored in table
        },
    }
