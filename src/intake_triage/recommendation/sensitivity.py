"""What would change the choice: the nearest value of each cost, the margin and each ceiling."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import SetUp, Table, describe_set_up
from intake_triage.recommendation.ceilings import Ceiling, get_key, set_key
from intake_triage.recommendation.rule import bound_difference, choose_set_up
from intake_triage.statistics.disclosure import SHARE_DECIMALS
from intake_triage.tasks import Task

MOST_TIMES = 10.0  # every value is searched from a tenth to ten times what it is now
STEPS = 12  # of the grid of a cost on either side, a fifth each
CLOSE = 1 + 1e-3  # two values of a cost nearer than this factor are taken for one
DIGITS = 3  # significant, of a flip shown, which has no more decimals than a share
COSTS: dict[Task, tuple[str, ...]] = {  # that errors in a task have
    "urgency": ("too_late_urgent", "too_late", "too_early"),
    "specialty": ("misroute",),
}
SHARE, ABOVE_ONE = (0.0, 1.0), (1.0, np.inf)
RANGES = {  # where a ceiling can lie, ends excluded
    "max_under_triage": SHARE,
    "max_most_urgent_missed": SHARE,
    "max_severe_under_triage": SHARE,
    "max_over_triage": SHARE,
    "max_load": ABOVE_ONE,
    "max_ece": SHARE,
    "slope.least": SHARE,
    "slope.most": ABOVE_ONE,
    "max_intercept": (0.0, np.inf),
}


def find_flips(
    score: Callable[[DecisionParams], Table],
    ceilings: Sequence[Ceiling],
    decision: DecisionParams,
    *,
    shown: Collection[str],
) -> dict[str, dict[str, Any]]:
    """By the param's key under `decision`: its value now, the nearest at which the choice changes.

    Parameters
    ----------
    score : callable
        Gives the table under params; decisions are made anew for their costs.
    ceilings : sequence of Ceiling
    decision : DecisionParams
    shown : collection of str
        The names of the ceilings whose figure may be shown of every set-up. A bound of another one
        is not searched: the value that changes the choice is a set-up's figure, rounded up or
        down, and would tell of a few people.

    Returns
    -------
    dict
        now; at: a value that changes the choice, None where none does within the range searched;
        the forecaster of each task, and parts: what is chosen at that value, None where nothing
        passes there. Params that are not searched, or of no task in the table, are not among them.
    """
    table = score(decision)
    tasks = list(table.scored[0].set_up.forecasters)
    chosen = _choose(table, ceilings, decision)
    flips = {}
    for key in [f"cost.{name}" for task in tasks for name in COSTS[task]]:
        now, at = get_key(decision, key), partial(_choose_at_cost, score, ceilings, decision, key)
        sides = [_bracket(at, chosen, now, times) for times in (MOST_TIMES, 1 / MOST_TIMES)]
        flips[key] = _describe(now, sides, at, chosen, tasks)
    for key, probes in _exact_probes(table, ceilings, decision, shown):
        now, at = get_key(decision, key), partial(_choose_at_limit, table, ceilings, decision, key)
        flips[key] = _describe(now, _first_changes(at, chosen, now, probes), at, chosen, tasks)
    return flips


def _choose(table: Table, ceilings: Sequence[Ceiling], decision: DecisionParams) -> SetUp | None:
    choice = choose_set_up(table, ceilings, decision)
    return None if choice is None else choice.chosen.set_up


def _choose_at_cost(
    score: Callable[[DecisionParams], Table],
    ceilings: Sequence[Ceiling],
    decision: DecisionParams,
    key: str,
    value: float,
) -> SetUp | None:
    """What is chosen at another cost, for which decisions are made anew."""
    changed = set_key(decision, key, value)
    return _choose(score(changed), ceilings, changed)


def _choose_at_limit(
    table: Table, ceilings: Sequence[Ceiling], decision: DecisionParams, key: str, value: float
) -> SetUp | None:
    """What is chosen at another margin or ceiling, which leaves the table as it is."""
    return _choose(table, ceilings, set_key(decision, key, value))


def _first_changes(
    at: Callable[[float], SetUp | None], chosen: SetUp | None, now: float, probes: Sequence[float]
) -> list[float | None]:
    """The first value above `now` at which the choice changes, and the first below."""
    above = sorted(value for value in probes if value > now)
    below = sorted((value for value in probes if value < now), reverse=True)
    return [next((value for value in side if at(value) != chosen), None) for side in (above, below)]


def _bracket(
    at: Callable[[float], SetUp | None], chosen: SetUp | None, now: float, times: float
) -> float | None:
    """The changed end of the first grid step in which the choice changes, then bisected."""
    grid = now * np.geomspace(1, times, STEPS + 1)
    step = next(((a, b) for a, b in pairwise(grid.tolist()) if at(b) != chosen), None)
    if step is None:
        return None
    same, changed = step
    while max(same, changed) / min(same, changed) > CLOSE:
        middle = float(np.sqrt(same * changed))
        same, changed = (middle, changed) if at(middle) == chosen else (same, middle)
    return _round_away(changed, now)


def _exact_probes(
    table: Table, ceilings: Sequence[Ceiling], decision: DecisionParams, shown: Collection[str]
) -> Iterator[tuple[str, list[float]]]:
    """Key and the values worth trying: where a table of numbers can change the choice.

    A ceiling changes what passes at the set-ups' own figures and nowhere else, the margin what can
    be had for the lowest at the bounds of their differences from it; so a value just to either side
    of each is tried.
    """
    choice = choose_set_up(table, ceilings, decision)
    bounds = {
        bound_difference(scored, choice.lowest, n_units=table.n_units)
        for scored in (choice.tied if choice else [])
    }
    yield "cost_margin", _in_range(bounds, decision.cost_margin, (0.0, np.inf))
    for key in RANGES:
        bounded = [each for each in ceilings if key in (each.least, each.most)]
        if not bounded or any(each.name not in shown for each in bounded):
            continue
        figures = {
            abs(value) if ceiling.either_way else value
            for scored in table.scored
            for ceiling in bounded
            if (value := scored.figures[ceiling.name]) is not None
        }
        yield key, _in_range(figures, get_key(decision, key), RANGES[key])


def _in_range(values: Iterable[float], now: float, ends: tuple[float, float]) -> list[float]:
    """The probes beside these values that are searched, and can be a param."""
    least, most = now / MOST_TIMES, now * MOST_TIMES
    return [
        value
        for value in _both_sides(values)
        if ends[0] < value < ends[1] and least <= value <= most
    ]


def _both_sides(values: Iterable[float]) -> list[float]:
    """Each value, where it is a short number, and the nearest short numbers below and above it."""
    probes = []
    for value in values:
        probes += [_short(value, ROUND_FLOOR), _short(value, ROUND_CEILING)]
        if round(value, SHARE_DECIMALS) == value:
            probes.append(value)
    return probes


def _short(value: float, rounding: str) -> float:
    """The nearest number that can be shown, see `DIGITS`, and is not `value` itself."""
    number = Decimal(value)
    unit = Decimal(1).scaleb(max(number.adjusted() - DIGITS + 1, -SHARE_DECIMALS))
    short = number.quantize(unit, rounding=rounding)
    if float(short) == value:
        short += unit if rounding == ROUND_CEILING else -unit
    return float(short)


def _round_away(value: float, now: float) -> float:
    """To a number that can be shown, and no nearer to `now`."""
    return _short(value, ROUND_CEILING if value > now else ROUND_FLOOR)


def _describe(
    now: float,
    sides: Sequence[float | None],
    at: Callable[[float], SetUp | None],
    chosen: SetUp | None,
    tasks: Sequence[Task],
) -> dict[str, Any]:
    """What `find_flips` gives of one param; of two sides the nearer, by ratio."""
    found = {value: to for value in sides if value is not None and (to := at(value)) != chosen}
    nearest = min(found, key=lambda value: abs(np.log(value / now)), default=None)
    return {"now": now, "at": nearest, **describe_set_up(found.get(nearest), tasks)}
