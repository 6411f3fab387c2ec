"""The set-ups as a whole: chosen on calibrate, confirmed or vetoed on test, and how sure."""

from dataclasses import dataclass
from typing import Any

from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.evaluation.table import Result
from intake_triage.params import Params
from intake_triage.recommendation.certainty import count_halves, draw_halves
from intake_triage.recommendation.figures import break_by_ignoring
from intake_triage.recommendation.rows import Row, judge_set_ups, set_up_rows
from intake_triage.recommendation.rule import choose_set_up, find_nearest
from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.recommendation.sensitivity import find_flips
from intake_triage.recommendation.statement import OnTest, state_choice, state_nearest


@dataclass(frozen=True)
class SetUpComparison:
    """What the set-ups come to.

    Attributes
    ----------
    recommendation : dict
        As `state_choice` or `state_nearest` gives it; by tier, the ceiling that is broken by giving
        it to all (`break_by_ignoring`); and how sure: halves and flips.
    results : list of Result
        What the least-cost decisions of each set-up come to on test.
    rows : of the plot set_ups
    costs : for metrics/set_up_costs.json
        As `SetUpScorer.describe_costs` gives it, on calibrate.
    """

    recommendation: dict[str, Any]
    results: list[Result]
    rows: list[Row]
    costs: dict[str, Any]


def compare_set_ups(
    out_of_fold: Logits,
    calibrate: LabelledSplit,
    on_test: Logits,
    test: LabelledSplit,
    params: Params,
) -> SetUpComparison:
    """Choose on calibrate by out-of-fold forecasts, confirm or veto on test."""
    decision = params.decision
    here, there = (
        SetUpScorer(forecasts, split, decision, params.compare.ece_bins)
        for forecasts, split in ((out_of_fold, calibrate), (on_test, test))
    )
    ceilings, table = here.ceilings, here.table(decision)
    tables = {"calibrate": table, "test": there.table(decision)}
    choice = choose_set_up(table, ceilings, decision)
    if choice is None:
        reference = find_nearest(table, ceilings, decision)
        figures = here.figures(reference.set_up)
        statement = state_nearest(reference, table, figures, ceilings, decision)
    else:
        reference = choice.chosen
        seen = OnTest(there.figures(reference.set_up), there.gains(reference.set_up))
        statement = state_choice(choice, table, seen, ceilings, decision)
    halves = here.half_tables(draw_halves(calibrate.n_units))
    return SetUpComparison(
        statement
        | {
            "ignoring_rules": break_by_ignoring(calibrate, ceilings, decision),
            "halves": count_halves(halves, ceilings, decision),
            "flips": find_flips(here.table, ceilings, decision, shown=here.shown_ceilings()),
        },
        list(judge_set_ups(on_test, test, decision)),
        set_up_rows({"calibrate": here, "test": there}, tables, choice, reference.set_up, decision),
        here.describe_costs(),
    )
