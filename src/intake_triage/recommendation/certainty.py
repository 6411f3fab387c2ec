"""How sure is the choice: on random halves of the forms, and with how many forms it would be."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, Table
from intake_triage.recommendation.ceilings import Ceiling, CeilingFigure, Figures
from intake_triage.recommendation.rule import (
    bound_difference,
    choose_set_up,
    estimate_cost_difference,
)

HALVES = 100
HALVING_SEED = 0
NEEDED_DECIMALS = 1


def draw_halves(n_units: int) -> np.ndarray:
    """Random halves of the units, bool of shape (HALVES, n_units)."""
    rng = np.random.default_rng(HALVING_SEED)
    first_half = np.arange(n_units) < (n_units + 1) // 2
    return rng.permuted(np.tile(first_half, (HALVES, 1)), axis=1)


def count_halves(
    tables: Iterable[Table], ceilings: Sequence[Ceiling], decision: DecisionParams
) -> dict[str, Any]:
    """What the rule takes from each half of the forms.

    Returns
    -------
    dict
        halves: how many there are; none: the share of them in which nothing passes; set_ups: of
        each set-up that is tied in any, the shares in which it is tied and chosen, those chosen
        most often first.
    """
    choices = [choose_set_up(table, ceilings, decision) for table in tables]
    found = [choice for choice in choices if choice is not None]
    tied: dict[SetUp, int] = {}
    chosen: dict[SetUp, int] = {}
    for choice in found:
        chosen[choice.chosen.set_up] = chosen.get(choice.chosen.set_up, 0) + 1
        for scored in choice.tied:
            tied[scored.set_up] = tied.get(scored.set_up, 0) + 1
    n_halves = len(choices)
    in_order = sorted(tied, key=lambda set_up: (-chosen.get(set_up, 0), -tied[set_up]))
    return {
        "halves": n_halves,
        "none": round(1 - len(found) / n_halves, 4),
        "set_ups": [
            {
                **set_up.forecasters,
                "tied": round(tied[set_up] / n_halves, 4),
                "chosen": round(chosen.get(set_up, 0) / n_halves, 4),
            }
            for set_up in in_order
        ],
    }


def forms_to_separate(
    scored: ScoredSetUp, lowest: ScoredSetUp, *, margin: float, n_units: int
) -> float | None:
    """How many times the present forms would show on which side of the margin a set-up lies.

    With k times the forms a standard error is taken to be the √k-th part, and the difference from
    the lowest cost to be what it is now. None where the difference is the margin itself.
    """
    difference = estimate_cost_difference(scored, lowest, n_units=n_units).value
    half_width = bound_difference(scored, lowest, n_units=n_units) - difference
    return _times(half_width, abs(margin - difference))


def forms_to_show(
    ceilings: Sequence[Ceiling], figures: Figures, decision: DecisionParams
) -> dict[str, float | None]:
    """By ceiling, how many times the present forms would show its figure to be within it.

    By the same law; below 1 where it is shown already. None where the figure lies beyond, does not
    exist, or is not to be shown.
    """
    return {
        ceiling.name: _forms_to_show(ceiling, figures[ceiling.name], decision)
        for ceiling in ceilings
    }


def _forms_to_show(
    ceiling: Ceiling, figure: CeilingFigure | None, decision: DecisionParams
) -> float | None:
    if figure is None or not figure.shown or ceiling.breaks(figure.value, decision):
        return None
    least, most = ceiling.bounds(decision)
    sides = [_times(figure.high - figure.value, most - figure.value)]
    if np.isfinite(least):
        sides.append(_times(figure.value - figure.low, figure.value - least))
    return None if None in sides else max(sides)


def _times(half_width: float, room: float) -> float | None:
    """By how many times the forms an interval shrinks to the room that there is."""
    if half_width == 0:
        return 0.0
    return round((half_width / room) ** 2, NEEDED_DECIMALS) if room > 0 else None
