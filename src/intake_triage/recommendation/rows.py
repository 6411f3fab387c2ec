"""The set-ups side by side: their rows in the table of results and in the plot."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from intake_triage.evaluation.decisions import decide_by_cost
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures import MEASURES, round_figure
from intake_triage.evaluation.measures.triage import COST_DECIMALS, FORMS
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.evaluation.table import BOTH, Result, list_scopes
from intake_triage.evaluation.walk import Part, judge_decisions
from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import SetUp, Table, list_set_ups
from intake_triage.recommendation.ceilings import Ceiling, Figures, list_broken
from intake_triage.recommendation.rule import Choice, estimate_cost_difference
from intake_triage.recommendation.scores import SetUpScorer
from intake_triage.statistics.estimates import estimate_score
from intake_triage.systems import FORECASTERS

Row = dict[str, Any]


def judge_set_ups(
    on_test: Logits, test: LabelledSplit, decision: DecisionParams
) -> Iterator[Result]:
    """Counts of 1,000 forms and cost of each pair of forecasters, after the least-cost decision.

    A forecaster that is a set-up by itself has these figures under its own name, from the walk.
    """
    whole = Part.of_all(test)
    decided = {name: decide_by_cost(logits, decision) for name, logits in on_test.items()}
    for set_up in list_set_ups(test.tasks):
        if set_up.label in FORECASTERS:
            continue
        classes = {task: decided[name][task] for task, name in set_up.forecasters.items()}
        for scope in list_scopes(test.tasks):
            rows = judge_decisions(set_up.label, "cost", classes, scope, whole, params=decision)
            for row in rows:
                if scope == BOTH or MEASURES[row.measure].per == FORMS:
                    yield row


def set_up_rows(
    scorers: Mapping[str, SetUpScorer],
    tables: Mapping[str, Table],
    choice: Choice | None,
    reference: SetUp,
    decision: DecisionParams,
) -> list[Row]:
    """A row a split and set-up, with its difference in cost from the reference.

    `scorers` and `tables` are by split. What a set-up is dropped for, and whether it is tied, is
    decided on calibrate.
    """
    ceilings = scorers["calibrate"].ceilings
    tied = [scored.set_up for scored in choice.tied] if choice else []
    breaks = {}
    for scored in tables["calibrate"].scored:
        names = [each.name for each in list_broken(ceilings, scored.figures, decision)]
        breaks[scored.set_up] = [*names, *scored.below_floor]
    return [
        {
            "split": split,
            **set_up.forecasters,
            "label": set_up.label,
            "parts": set_up.parts,
            **_compare_costs(tables[split], set_up, reference),
            **_shown_figures(ceilings, scorer.figures(set_up)),
            "dropped_for": next(iter(breaks[set_up]), ""),
            "breaks": breaks[set_up],
            "tied": set_up in tied,
            "chosen": choice is not None and set_up == choice.chosen.set_up,
        }
        for split, scorer in scorers.items()
        for set_up in scorer.set_ups
    ]


def _compare_costs(table: Table, set_up: SetUp, reference: SetUp) -> Row:
    """Cost of 1,000 forms and its paired difference from the reference's, with intervals."""
    own, other, n_units = table.of(set_up), table.of(reference), table.n_units
    cost = estimate_score(own.costs[np.newaxis], n_units=n_units).rounded(COST_DECIMALS, least=0)
    difference = estimate_cost_difference(own, other, n_units=n_units).rounded(COST_DECIMALS)
    return {
        "cost_per_1000": cost["value"],
        "low": cost["low"],
        "high": cost["high"],
        "difference": difference["value"],
        "difference_low": difference["low"],
        "difference_high": difference["high"],
    }


def _shown_figures(ceilings: Sequence[Ceiling], figures: Figures) -> Row:
    """The figure of each ceiling, of the slopes the least and the greatest."""
    shown: Row = {}
    slopes = []
    for ceiling in ceilings:
        figure = figures[ceiling.name]
        value = None
        if figure is not None and figure.shown:
            value = round_figure(ceiling.measure, figure.value)
        if ceiling.measure != "slope":
            shown[ceiling.name] = value
        elif value is not None:
            slopes.append(value)
    if any(ceiling.measure == "slope" for ceiling in ceilings):
        shown["least_slope"] = min(slopes, default=None)
        shown["greatest_slope"] = max(slopes, default=None)
    return shown
