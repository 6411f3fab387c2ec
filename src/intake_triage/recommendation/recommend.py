"""The set-ups as a whole: the recommendation, and the rows that show them side by side."""

from collections.abc import Mapping
from typing import Any

from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.samples import HeldOut
from intake_triage.evaluation.system_scores import Logits
from intake_triage.params import Params
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.recommendation.rows import Row, per_1000_rows, set_up_rows
from intake_triage.recommendation.rule import recommend
from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.statistics.bootstrap import draw_weightings
from intake_triage.systems import TRAINED_SYSTEMS


def compare_set_ups(
    out_of_fold: Logits,
    calibrate: HeldOut,
    systems: Mapping[str, SystemLogits],
    test: HeldOut,
    params: Params,
) -> tuple[dict[str, Any], dict[str, list[Row]]]:
    """Choose on calibrate, confirm or veto on test.

    Parameters
    ----------
    out_of_fold : mapping
        Of the trained systems for the calibrate split.
    calibrate : HeldOut
    systems : mapping
        On test: the trained ones, prior, and the oracle if there is one.
    test : HeldOut
    params : Params

    Returns
    -------
    dict
        `recommend`.
    dict
        Rows by the name of the plot.
    """
    on_test = {name: systems[name].calibrated for name in TRAINED_SYSTEMS}
    scorers = {
        split: SetUpScorer(
            logits,
            records,
            draw_weightings(records.n_units, resamples=params.compare.resamples),
            params.decision.cost,
            params.compare.ece_bins,
        )
        for split, logits, records in (
            ("calibrate", out_of_fold, calibrate),
            ("test", on_test, test),
        )
    }
    recommendation = recommend(
        scorers["calibrate"].table,
        scorers["calibrate"].resampled_tables(),
        {set_up: scorers["test"].figures(set_up) for set_up in list_set_ups()},
        params.decision,
    )
    chosen = SetUp(recommendation["urgency"], recommendation["specialty"])
    weightings = scorers["test"].weightings
    return recommendation, {
        "set_ups": set_up_rows(scorers, chosen, params.decision),
        "set_ups_per_1000": per_1000_rows(systems, test, weightings, params.decision.cost),
    }
