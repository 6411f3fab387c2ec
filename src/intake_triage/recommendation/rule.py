"""Which set-up for the pilot: the rule of docs/protocol.md on a table of scored set-ups.

A table goes in, so that the rule can be applied again to part of the forms, without a set-up, or
under other costs and limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, Table
from intake_triage.recommendation.ceilings import Ceiling, list_broken
from intake_triage.statistics.confidence_set import model_confidence_set
from intake_triage.statistics.estimates import Estimate, estimate_difference

ROUNDING = 1e-9  # a bound of exactly the margin is within it, whatever its last binary digit
ONE_SIDED = 0.9  # a two-sided interval at 90 % ends at the one-sided bounds at 95 %


@dataclass(frozen=True)
class Choice:
    """What the rule takes from a table.

    Attributes
    ----------
    chosen, lowest : ScoredSetUp
        The lowest costs least among those that pass; of those of equal cost it is the chosen one.
    tied : list of ScoredSetUp
        Those not shown to cost more than the best, by cost.
    within : list of ScoredSetUp
        Of these the ones that can be had for the lowest, itself among them.
    reason : str
        lowest_cost, fewer_parts or cheaper; too_few_forms where only the lowest can be had for
        itself, though a simpler one is tied with it.
    """

    chosen: ScoredSetUp
    lowest: ScoredSetUp
    tied: list[ScoredSetUp]
    within: list[ScoredSetUp]
    reason: str


def choose_set_up(
    table: Table, ceilings: Sequence[Ceiling], decision: DecisionParams
) -> Choice | None:
    """Of what passes the tied set, of this what can be had for the lowest, of this the simplest.

    What passes breaks no ceiling and lies above the floor. A set-up can be had for the one of
    lowest cost where its cost is shown, one-sided at 95 %, to be at most `cost_margin` higher.

    Returns
    -------
    Choice, or None where nothing passes.
    """
    passing = [each for each in table.scored if passes(each, ceilings, decision)]
    if not passing:
        return None
    costs = np.stack([scored.costs for scored in passing])
    kept = model_confidence_set(costs, level=decision.tied_level).kept

    def simplicity(scored: ScoredSetUp) -> tuple[int, int]:
        return rank_simplicity(scored.set_up, decision.cheaper_first)

    tied = [scored for scored, is_kept in zip(passing, kept, strict=True) if is_kept]
    tied.sort(key=lambda scored: (scored.cost, simplicity(scored)))
    lowest = tied[0]
    within = [
        scored
        for scored in tied
        if bound_difference(scored, lowest, n_units=table.n_units)
        <= decision.cost_margin + ROUNDING
    ]
    chosen = min(within, key=simplicity)  # of equally simple ones the first, which costs least
    if chosen.set_up.parts < lowest.set_up.parts:
        reason = "fewer_parts"
    elif chosen is not lowest:
        reason = "cheaper"
    elif len(within) == 1 and any(simplicity(each) < simplicity(lowest) for each in tied):
        reason = "too_few_forms"
    else:
        reason = "lowest_cost"
    return Choice(chosen, lowest, tied, within, reason)


def passes(scored: ScoredSetUp, ceilings: Sequence[Ceiling], decision: DecisionParams) -> bool:
    """Whether a set-up breaks no ceiling and lies above the floor."""
    return not scored.below_floor and not list_broken(ceilings, scored.figures, decision)


def find_nearest(
    table: Table, ceilings: Sequence[Ceiling], decision: DecisionParams
) -> ScoredSetUp:
    """Where nothing passes, the set-up whose worst excess over a ceiling is smallest.

    A set-up above the floor comes before any below it; of equal ones the lower cost.
    """

    def distance(scored: ScoredSetUp) -> tuple[bool, float, float]:
        excess = (each.excess(scored.figures[each.name], decision) for each in ceilings)
        return bool(scored.below_floor), max(excess, default=0.0), scored.cost

    return min(table.scored, key=distance)


def estimate_cost_difference(of: ScoredSetUp, less: ScoredSetUp, *, n_units: int) -> Estimate:
    """What the first costs more, of 1,000 forms, paired on the same forms and resamples."""
    return estimate_difference(of.costs[np.newaxis], less.costs[np.newaxis], n_units=n_units)


def bound_difference(of: ScoredSetUp, less: ScoredSetUp, *, n_units: int) -> float:
    """The one-sided upper bound at 95 % of what the first costs more."""
    return estimate_cost_difference(of, less, n_units=n_units).interval(ONE_SIDED)[1]


def rank_simplicity(set_up: SetUp, cheaper_first: Sequence[str]) -> tuple[int, int]:
    """In what order set-ups are preferred, whatever they cost: fewer parts, then lower places."""
    names = set_up.forecasters.values()
    return set_up.parts, sum(cheaper_first.index(name) for name in names)
