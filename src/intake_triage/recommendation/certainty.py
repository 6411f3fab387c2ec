"""How sure is the choice: on random halves of the forms, and with how many forms it would be."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, Table
from intake_triage.recommendation.ceilings import Ceiling, CeilingFigure, Figures
from intake_triage.recommendation.rule import (
    ONE_SIDED,
    bound_difference,
    choose_set_up,
    estimate_cost_difference,
)
from intake_triage.statistics.estimates import LEVEL, POWER

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

    With a power of 80 % (`POWER`), by the one-sided bound at 95 % of its difference from the lowest
    cost, were that what it is now. None where the difference is the margin itself.
    """
    difference = estimate_cost_difference(scored, lowest, n_units=n_units).value
    half_width = bound_difference(scored, lowest, n_units=n_units) - difference
    return _times([_ratio(abs(margin - difference), half_width)], level=ONE_SIDED)


def forms_to_show(
    ceilings: Sequence[Ceiling], figures: Figures, decision: DecisionParams
) -> dict[str, float | None]:
    """By ceiling, how many times the present forms would show its figure to be within it.

    With a power of 80 % (`POWER`), by the two-sided interval at 95 %, were the figure what it is
    now; whether these forms show it is said by `Ceiling.judge`. None where the figure lies beyond,
    does not exist, or is not to be shown.
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
    ratios = [_ratio(most - figure.value, figure.high - figure.value)]
    if np.isfinite(least):
        ratios.append(_ratio(figure.value - least, figure.value - figure.low))
    return _times(ratios, level=LEVEL)


def _ratio(room: float, half_width: float) -> float:
    """Of the room that a figure has up to a bound to the half-width of its interval there."""
    return room / half_width if half_width > 0 else np.inf


def _times(ratios: Sequence[float], *, level: float) -> float | None:
    """By how many times the forms an interval at `level` keeps its bounds with the power `POWER`.

    Estimates are taken to be normal around what they are now, and a standard error to be the √k-th
    part with k times the forms. Then a ratio r is √k r z standard errors, z the normal quantile of
    the level, and the interval takes z of them: for one bound k = ((z + z_power) / (r z))². For two
    the probabilities to reach beyond either add up. None where there is no room.
    """
    if min(ratios) <= 0:
        return None
    finite = np.array([ratio for ratio in ratios if np.isfinite(ratio)])
    if not len(finite):
        return 0.0
    z = norm.ppf((1 + level) / 2)

    def surplus(root: float) -> float:
        return 1 - norm.sf(z * (root * finite - 1)).sum() - POWER

    root = brentq(surplus, 0, 10 / finite.min())  # ten half-widths away nothing reaches beyond
    return round(root**2, NEEDED_DECIMALS)
