"""What the pipeline's rule would recommend on a block's records, from the study's own fits."""

from typing import Any

import numpy as np
from joblib import Parallel, delayed

from intake_triage.calibration.averages import log_mean_probabilities
from intake_triage.calibration.forecaster import Member, fit_forecaster
from intake_triage.calibration.nested import calibrate_nested
from intake_triage.calibration.sample import CalibrationSample
from intake_triage.evaluation.forecasts import ByTask
from intake_triage.evaluation.samples import LabelledSplit, label_split
from intake_triage.params import Params
from intake_triage.recommendation.candidates import describe_set_up
from intake_triage.recommendation.rule import choose_set_up
from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.records.folds import assign_folds
from intake_triage.records.prepared import PreparedRecords
from intake_triage.statistics.disclosure import smallest_to_show
from intake_triage.systems import FORECASTERS, TRAINED_SYSTEMS
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
        urgency, specialty, parts: the choice, None where no set-up passes; tied: labels of the tied
        set; set_ups: by label, cost of 1,000 forms and under-triage.
    """
    split = label_split(
        calibrate,
        resamples=params.compare.resamples,
        smallest_shown=smallest_to_show(params.data.source),
    )
    forecasts = _forecast_out_of_fold(split, places, folders, params)
    scorer = SetUpScorer(forecasts, split, params.decision, params.compare.ece_bins)
    table = scorer.table(params.decision)
    choice = choose_set_up(table, scorer.ceilings, params.decision)
    chosen, tied = (None, []) if choice is None else (choice.chosen.set_up, choice.tied)
    return {
        **describe_set_up(chosen, TASKS),
        "tied": [scored.set_up.label for scored in tied],
        "set_ups": {
            scored.set_up.label: {
                "cost_per_1000": round(scored.cost, 1),
                "under_triage": round(scored.figures["under_triage"], 4),
            }
            for scored in table.scored
        },
    }


def _forecast_out_of_fold(
    split: LabelledSplit, places: np.ndarray, folders: Folders, params: Params
) -> dict[str, ByTask]:
    """What each forecaster says of the split's records."""
    labels = split.labels
    fold = assign_folds(split.unit, list(labels.values()), n_folds=params.calibrate.folds)
    raw = {
        (system, task): np.stack(
            [
                np.load(folder / f"logits_{task}.npy", allow_pickle=False)[places]
                for folder in folders[system][task]
            ]
        )
        for system in TRAINED_SYSTEMS
        for task in TASKS
    }
    nested = Parallel(n_jobs=-1)(
        delayed(calibrate_nested)(
            CalibrationSample(logits, labels[task], split.unit, fold), params.calibrate.candidates
        )
        for (_, task), logits in raw.items()
    )
    members = {
        key: Member(
            log_mean_probabilities(logits),
            log_mean_probabilities(by_fold.swapaxes(0, 1)),
            test=np.empty((0, logits.shape[-1])),
        )
        for (key, logits), by_fold in zip(raw.items(), nested, strict=True)
    }
    return {
        name: {
            task: fit_forecaster(
                [members[member, task] for member in forecaster.members],
                labels[task],
                split.unit,
                fold,
                alpha=params.calibrate.alpha,
            ).calibrated[np.newaxis]
            for task in TASKS
        }
        for name, forecaster in FORECASTERS.items()
    }
