"""Which set-up for the pilot: chosen on the calibrate split, confirmed or vetoed on test.

The rule is that of docs/protocol.md. A table of scored set-ups goes in, so that it can be applied
again to a resample, without a set-up, or under other costs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake_triage.params import DecisionParams
from intake_triage.recommendation.candidates import ScoredSetUp, SetUp, describe_set_up
from intake_triage.recommendation.ceilings import (
    Ceiling,
    Figures,
    first_broken,
    judge_ceilings,
)
from intake_triage.recommendation.sensitivity import find_flips

Table = Sequence[ScoredSetUp]
ROUNDING = 1e-9  # a difference of exactly the margin is within it, whatever its last binary digit


@dataclass(frozen=True)
class Choice:
    """What the rule takes from a table.

    Attributes
    ----------
    chosen : ScoredSetUp
    lowest : ScoredSetUp
        The one that costs least among those that break no ceiling.
    """

    chosen: ScoredSetUp
    lowest: ScoredSetUp

    @property
    def reason(self) -> str:
        if self.chosen == self.lowest:
            return "lowest_cost"
        fewer = self.chosen.set_up.models < self.lowest.set_up.models
        return "fewer_models" if fewer else "cheaper"


def choose_set_up(
    table: Table, ceilings: Sequence[Ceiling], decision: DecisionParams
) -> Choice | None:
    """Drop what breaks a ceiling; take the lowest cost, but within a margin of it the simplest.

    Parameters
    ----------
    table : sequence of ScoredSetUp
    ceilings : sequence of Ceiling
    decision : DecisionParams
        `cost_margin` is included in the margin. Within it fewer models win, then the lower sum of
        its systems' places in `cheaper_first`, then the lower cost.

    Returns
    -------
    Choice, or None where every set-up breaks a ceiling.
    """
    passing = [scored for scored in table if not first_broken(ceilings, scored.figures, decision)]
    if not passing:
        return None
    places = {system: place for place, system in enumerate(decision.cheaper_first)}

    def simplest_first(scored: ScoredSetUp) -> tuple[int, int, float]:
        set_up = scored.set_up
        place = sum(places[system] for system in set_up.systems.values())
        return set_up.models, place, scored.cost

    least = min(scored.cost for scored in passing)
    chosen = min(
        (scored for scored in passing if scored.cost - least <= decision.cost_margin + ROUNDING),
        key=simplest_first,
    )
    # Of two that cost the same, the chosen one is the lowest too.
    lowest = chosen if chosen.cost == least else min(passing, key=lambda scored: scored.cost)
    return Choice(chosen, lowest)


def recommend(
    score: Callable[[DecisionParams], Table],
    resampled: Iterable[Table],
    on_test: Mapping[SetUp, Figures],
    ceilings: Sequence[Ceiling],
    decision: DecisionParams,
) -> dict[str, Any]:
    """Choose a set-up on calibrate, confirm or veto it on test, and say what the choice hangs on.

    Parameters
    ----------
    score : callable
        Gives the calibrate split's table under params; decisions are made anew for their costs.
    resampled : iterable of tables
        The same under the present params, for resamples of the split.
    on_test : mapping
        By set-up and ceiling, the figures on test.
    ceilings : sequence of Ceiling
    decision : DecisionParams

    Returns
    -------
    dict
        decision: release or do_not_release; reason: lowest_cost, fewer_models or cheaper where it
        is released, else nothing_passes or vetoed_by_test; the system of each task, models and
        cost_per_1000 of the choice, None where nothing passes; lowest: the same of the set-up that
        costs least among those that pass, of all where none does; runner_up: the same of what the
        rule takes without the choice, None where nothing is left that passes; won_share: the share
        of resamples with the same choice; ceilings: `judge_ceilings` of the choice on test; flips.
    """

    def choose(other: Table, changed: DecisionParams) -> SetUp | None:
        return _set_up_of(choose_set_up(other, ceilings, changed))

    table = score(decision)
    choice = choose_set_up(table, ceilings, decision)
    won = [choose(resample, decision) == _set_up_of(choice) for resample in resampled]
    won_share = round(sum(won) / len(won), 4)
    flips = find_flips(score, choose, ceilings, decision)
    if choice is None:
        return {
            "decision": "do_not_release",
            "reason": "nothing_passes",
            **describe_set_up(None, list(table[0].set_up.systems)),
            "cost_per_1000": None,
            "lowest": _describe(min(table, key=lambda scored: scored.cost)),
            "runner_up": None,
            "won_share": won_share,
            "ceilings": {},
            "flips": flips,
        }
    judged = judge_ceilings(ceilings, on_test[choice.chosen.set_up], decision)
    vetoed = any(ceiling["status"] == "broken" for ceiling in judged.values())
    others = [scored for scored in table if scored != choice.chosen]
    second = choose_set_up(others, ceilings, decision)
    return {
        "decision": "do_not_release" if vetoed else "release",
        "reason": "vetoed_by_test" if vetoed else choice.reason,
        **_describe(choice.chosen),
        "lowest": _describe(choice.lowest),
        "runner_up": None if second is None else _describe(second.chosen),
        "won_share": won_share,
        "ceilings": judged,
        "flips": flips,
    }


def _set_up_of(choice: Choice | None) -> SetUp | None:
    return None if choice is None else choice.chosen.set_up


def _describe(scored: ScoredSetUp) -> dict[str, Any]:
    set_up = scored.set_up
    return {
        **describe_set_up(set_up, list(set_up.systems)),
        "cost_per_1000": round(scored.cost, 1),
    }
