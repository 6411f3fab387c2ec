"""What would change the choice: the nearest value of each cost, the margin and each ceiling."""

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, describe_set_up
from intake_triage.recommendation.ceilings import Ceiling, first_broken, get_key, set_key
from intake_triage.tasks import Task

Table = Sequence[ScoredSetUp]
Choose = Callable[[Table, DecisionParams], SetUp | None]
MOST_TIMES = 10.0  # costs and margin are searched from a tenth to ten times their value
STEPS = 25  # of the grid on either side, a tenth each
CLOSE = 1 + 1e-5  # two values nearer than this factor are taken for one
DIGITS = 4  # significant, of a flip shown
COSTS: dict[Task, tuple[str, ...]] = {  # that errors in a task have
    "urgency": ("too_late_urgent", "too_late", "too_early"),
    "specialty": ("misroute",),
}
RANGES = {  # where a ceiling can lie, ends excluded
    "max_under_triage": (0.0, 1.0),
    "max_ece": (0.0, 1.0),
    "slope.least": (0.0, 1.0),
    "slope.most": (1.0, np.inf),
}


def find_flips(
    score: Callable[[DecisionParams], Table],
    choose: Choose,
    ceilings: Sequence[Ceiling],
    decision: DecisionParams,
) -> dict[str, dict[str, Any]]:
    """By the param's key under `decision`: its value now, the nearest at which the choice changes.

    Parameters
    ----------
    score : callable
        Gives the table under params; decisions are made anew for their costs.
    choose : callable
        The set-up that is chosen from a table, None where nothing passes.
    ceilings : sequence of Ceiling
    decision : DecisionParams

    Returns
    -------
    dict
        now; at: a value that changes the choice, None where none does within the range searched;
        the system of each task, and models: what is chosen at that value, None where nothing
        passes there. Params that are of no task in the table are not among them.
    """
    table = score(decision)
    chosen = choose(table, decision)
    tasks = list(table[0].set_up.systems)
    flips = {}
    for name in [name for task in tasks for name in COSTS[task]]:

        def at_cost(value: float, name: str = name) -> SetUp | None:
            changed = set_key(decision, f"cost.{name}", value)
            return choose(score(changed), changed)

        now = getattr(decision.cost, name)
        sides = [_bracket(at_cost, chosen, now, times) for times in (MOST_TIMES, 1 / MOST_TIMES)]
        nearest = _nearest(now, sides, at_cost, chosen, on_ratio=True)
        flips[f"cost.{name}"] = _describe(now, nearest, at_cost, tasks)
    for key, now, probes in _exact_probes(table, ceilings, decision):

        def at_limit(value: float, key: str = key) -> SetUp | None:
            return choose(table, set_key(decision, key, value))

        sides = [
            next((value for value in side if at_limit(value) != chosen), None)
            for side in (
                sorted(value for value in probes if value > now),
                sorted((value for value in probes if value < now), reverse=True),
            )
        ]
        nearest = _nearest(now, sides, at_limit, chosen, on_ratio=key == "cost_margin")
        flips[key] = _describe(now, nearest, at_limit, tasks)
    return flips


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
    table: Table, ceilings: Sequence[Ceiling], decision: DecisionParams
) -> Iterable[tuple[str, float, list[float]]]:
    """Key, value now and the values worth trying: where a table of numbers can change the choice.

    A ceiling changes what passes at the set-ups' own figures and nowhere else, the margin at the
    differences between their costs; so a value just to either side of each is tried.
    """
    passing = [each for each in table if not first_broken(ceilings, each.figures, decision)]
    now = decision.cost_margin
    least = min((scored.cost for scored in passing), default=0.0)
    gaps = _both_sides(scored.cost - least for scored in passing)
    low, high = now / MOST_TIMES, now * MOST_TIMES
    yield "cost_margin", now, [gap for gap in gaps if low <= gap <= high]
    bounds = {key for ceiling in ceilings for key in (ceiling.least, ceiling.most)}
    for key, (low, high) in ((key, ends) for key, ends in RANGES.items() if key in bounds):
        values = _both_sides(
            value
            for scored in table
            for ceiling in ceilings
            if key in (ceiling.least, ceiling.most)
            and (value := scored.figures[ceiling.name]) is not None
        )
        yield key, get_key(decision, key), [value for value in values if low < value < high]


def _both_sides(values: Iterable[float]) -> list[float]:
    """Each value, where it is a short number, and the nearest short numbers below and above it."""
    probes = []
    for value in values:
        probes += [_short(value, ROUND_FLOOR), _short(value, ROUND_CEILING)]
        if round(value, DIGITS) == value:
            probes.append(value)
    return probes


def _short(value: float, rounding: str) -> float:
    """The nearest number of `DIGITS` significant digits that is not `value` itself."""
    number = Decimal(value)
    unit = Decimal(1).scaleb((number.adjusted() if number else 0) - DIGITS + 1)
    short = number.quantize(unit, rounding=rounding)
    if float(short) == value:
        short += unit if rounding == ROUND_CEILING else -unit
    return float(short)


def _round_away(value: float, now: float) -> float:
    """To `DIGITS` significant digits, and no nearer to `now`."""
    return _short(value, ROUND_CEILING if value > now else ROUND_FLOOR)


def _nearest(
    now: float,
    sides: Sequence[float | None],
    at: Callable[[float], SetUp | None],
    chosen: SetUp | None,
    *,
    on_ratio: bool,
) -> float | None:
    """The nearer of the values found above and below, by ratio or by difference."""
    found = [value for value in sides if value is not None and at(value) != chosen]
    distance = (lambda v: abs(np.log(v / now))) if on_ratio else (lambda v: abs(v - now))
    return min(found, key=distance, default=None)


def _describe(
    now: float,
    nearest: float | None,
    at: Callable[[float], SetUp | None],
    tasks: Sequence[Task],
) -> dict[str, Any]:
    to = None if nearest is None else at(nearest)
    return {"now": now, "at": nearest, **describe_set_up(to, tasks)}
