"""The set-ups as a whole: the recommendation, and what shows them side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from intake_triage.evaluation.decisions import decide_by_cost
from intake_triage.evaluation.forecasts import Logits, SystemLogits
from intake_triage.evaluation.measures import MEASURES
from intake_triage.evaluation.measures.triage import FORMS
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.evaluation.table import BOTH, Result, list_scopes
from intake_triage.evaluation.walk import Part, judge_decisions
from intake_triage.params import DecisionParams, Params
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.recommendation.ceilings import DECIMALS, Ceiling, CeilingFigure, first_broken
from intake_triage.recommendation.rule import recommend
from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.systems import list_systems
from intake_triage.tasks import TASKS

Row = dict[str, Any]


@dataclass(frozen=True)
class SetUpComparison:
    """What the set-ups come to.

    Attributes
    ----------
    recommendation : dict
        As `recommend` gives it.
    results : list of Result
        What the least-cost decisions of each set-up come to on test.
    rows : of the plot set_ups
    """

    recommendation: dict[str, Any]
    results: list[Result]
    rows: list[Row]


def compare_set_ups(
    out_of_fold: Logits,
    calibrate: LabelledSplit,
    systems: Mapping[str, SystemLogits],
    test: LabelledSplit,
    params: Params,
) -> SetUpComparison:
    """Choose on calibrate by out-of-fold logits, confirm or veto on test."""
    decision = params.decision
    on_test = {name: systems[name].calibrated for name in list_systems(test.tasks)}
    scorers = {
        split: SetUpScorer(logits, records, decision, params.compare.ece_bins)
        for split, logits, records in (
            ("calibrate", out_of_fold, calibrate),
            ("test", on_test, test),
        )
    }
    recommendation = recommend(
        scorers["calibrate"].table,
        scorers["calibrate"].resampled_tables(),
        {set_up: scorers["test"].figures(set_up) for set_up in scorers["test"].set_ups},
        scorers["calibrate"].ceilings,
        decision,
    )
    chosen = SetUp(*(recommendation.get(task) for task in TASKS))
    return SetUpComparison(
        recommendation,
        list(judge_set_ups(on_test, test, decision)),
        set_up_rows(scorers, chosen, decision),
    )


def judge_set_ups(
    on_test: Logits, test: LabelledSplit, decision: DecisionParams
) -> Iterator[Result]:
    """Counts of 1,000 forms and cost of each pair of systems, after the least-cost decision.

    A system that is a set-up by itself has these figures under its own name, from the walk.
    """
    whole = Part.of_all(test)
    decided = {name: decide_by_cost(logits, decision) for name, logits in on_test.items()}
    for set_up in list_set_ups(test.tasks):
        if set_up.models == 1:
            continue
        classes = {task: decided[system][task] for task, system in set_up.systems.items()}
        for scope in list_scopes(test.tasks):
            rows = judge_decisions(set_up.label, "cost", classes, scope, whole, params=decision)
            for row in rows:
                if scope == BOTH or MEASURES[row.measure].per == FORMS:
                    yield row


def set_up_rows(
    scorers: Mapping[str, SetUpScorer], chosen: SetUp, decision: DecisionParams
) -> list[Row]:
    """A row a split and set-up; what a set-up is dropped for is decided on calibrate."""
    ceilings = scorers["calibrate"].ceilings
    dropped_for = {
        scored.set_up: first_broken(ceilings, scored.figures, decision)
        for scored in scorers["calibrate"].table(decision)
    }
    rows = []
    for split, scorer in scorers.items():
        for set_up in scorer.set_ups:
            cost = scorer.estimate_cost(set_up).rounded(1, least=0)
            rows.append(
                {
                    "split": split,
                    **set_up.systems,
                    "label": set_up.label,
                    "models": set_up.models,
                    "cost_per_1000": cost["value"],
                    "low": cost["low"],
                    "high": cost["high"],
                    **_shown_figures(ceilings, scorer.figures(set_up)),
                    "dropped_for": dropped_for[set_up],
                    "chosen": set_up == chosen,
                }
            )
    return rows


def _shown_figures(ceilings: list[Ceiling], figures: Mapping[str, CeilingFigure | None]) -> Row:
    """The figure of each ceiling, of the slopes the least and the greatest."""
    shown: Row = {}
    slopes = []
    for ceiling in ceilings:
        figure = figures[ceiling.name]
        value = round(figure.value, DECIMALS) if figure is not None and figure.shown else None
        if ceiling.measure != "slope":
            shown[ceiling.name] = value
        elif value is not None:
            slopes.append(value)
    if any(ceiling.measure == "slope" for ceiling in ceilings):
        shown["least_slope"] = min(slopes, default=None)
        shown["greatest_slope"] = max(slopes, default=None)
    return shown
