"""What is said of a choice, as metrics/compare.json shows it; or, where nothing passes, of why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.evaluation.measures import round_figure
from intake_triage.evaluation.measures.triage import COST_DECIMALS
from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import ScoredSetUp, Table, describe_set_up
from intake_triage.recommendation.ceilings import (
    Ceiling,
    Figures,
    judge_ceilings,
    list_broken,
)
from intake_triage.recommendation.certainty import forms_to_separate, forms_to_show
from intake_triage.recommendation.floor import Gain
from intake_triage.recommendation.rule import Choice, choose_set_up, estimate_cost_difference

EXCESS_DECIMALS = 4  # of the figure as it is shown, over its limit: it tells no more than that


@dataclass(frozen=True)
class OnTest:
    """What test says of one set-up: figures by ceiling, gains of the floor."""

    figures: Figures
    gains: Sequence[Gain]


def state_choice(
    choice: Choice,
    table: Table,
    on_test: OnTest,
    ceilings: Sequence[Ceiling],
    decision: DecisionParams,
) -> dict[str, Any]:
    """What the rule takes from the table, and whether test vetoes it.

    Returns
    -------
    dict
        decision: release or do_not_release; reason: that of the choice, or vetoed_by_test; the
        forecaster of each task, parts and cost_per_1000; lowest: the same of the set-up that costs
        least among those that pass; runner_up: the same of what the rule takes without the choice,
        None where nothing else passes; nearest: None; tied: of each tied set-up the same, its
        difference in cost from the lowest, whether it can be had for that, and how many times the
        present forms would separate it at the margin; ceilings, floor: of the choice on test;
        needed: how many times the present forms would separate all that are tied, each with a power
        of 80 %, and would show each ceiling met.
    """
    judged = judge_ceilings(ceilings, on_test.figures, decision)
    floor = {gain.name: gain.describe() for gain in on_test.gains}
    vetoed = any(part["status"] == "broken" for part in (*judged.values(), *floor.values()))
    second = choose_set_up(table.without(choice.chosen.set_up), ceilings, decision)
    tied = [_describe_tied(each, choice, decision, n_units=table.n_units) for each in choice.tied]
    times = [each["needed"] for each in tied]
    return {
        "decision": "do_not_release" if vetoed else "release",
        "reason": "vetoed_by_test" if vetoed else choice.reason,
        **_describe(choice.chosen),
        "lowest": _describe(choice.lowest),
        "runner_up": None if second is None else _describe(second.chosen),
        "nearest": None,
        "tied": tied,
        "ceilings": judged,
        "floor": floor,
        "needed": {
            "tied": None if None in times else max(times),
            "ceilings": forms_to_show(ceilings, on_test.figures, decision),
        },
    }


def state_nearest(
    nearest: ScoredSetUp,
    table: Table,
    figures: Figures,
    ceilings: Sequence[Ceiling],
    decision: DecisionParams,
) -> dict[str, Any]:
    """Where nothing passes: the keys of `state_choice`, and what comes nearest.

    `figures` are those of the nearest on the sample of the table. lowest: the set-up that costs
    least of all; nearest: its description, the ceilings that it breaks with figure and excess, as
    figure over limit, and the parts of the floor that it is not shown to lie above.
    """
    breaks = {}
    for ceiling in list_broken(ceilings, nearest.figures, decision):
        figure, excess = figures[ceiling.name], None
        value = None
        if figure is not None and figure.shown:
            value = round_figure(ceiling.measure, figure.value)
            excess = ceiling.excess(value, decision)
            excess = round(excess, EXCESS_DECIMALS) if np.isfinite(excess) else None
        breaks[ceiling.name] = ceiling.describe(decision) | {"value": value, "excess": excess}
    return {
        "decision": "do_not_release",
        "reason": "nothing_passes",
        **describe_set_up(None, list(nearest.set_up.forecasters)),
        "cost_per_1000": None,
        "lowest": _describe(min(table.scored, key=lambda scored: scored.cost)),
        "runner_up": None,
        "nearest": _describe(nearest) | {"breaks": breaks, "floor": list(nearest.below_floor)},
        "tied": [],
        "ceilings": {},
        "floor": {},
        "needed": {"tied": None, "ceilings": {}},
    }


def _describe(scored: ScoredSetUp) -> dict[str, Any]:
    set_up = scored.set_up
    return {
        **set_up.forecasters,
        "parts": set_up.parts,
        "cost_per_1000": round(scored.cost, COST_DECIMALS),
    }


def _describe_tied(
    scored: ScoredSetUp, choice: Choice, decision: DecisionParams, *, n_units: int
) -> dict[str, Any]:
    above = estimate_cost_difference(scored, choice.lowest, n_units=n_units)
    return {
        **_describe(scored),
        "above_lowest": above.rounded(COST_DECIMALS),
        "within_margin": scored in choice.within,
        "needed": forms_to_separate(
            scored, choice.lowest, margin=decision.cost_margin, n_units=n_units
        ),
    }
