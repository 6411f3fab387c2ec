"""How often the tied set holds the best, drops the worse, and a simpler set-up is taken too easily.

Reads   metrics/set_up_costs.json and params.yaml, of the run and of results/namcs
Writes  studies/tied_set/results.json, docs/tied-set.md

Forms are drawn anew from normal distributions as wide as the costs were measured to vary; the true
costs are set, all set-ups are well inside every ceiling, and the rule of docs/protocol.md is
applied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from intake_triage.errors import run_stage
from intake_triage.files import read_json, write_json
from intake_triage.layout import Layout
from intake_triage.params import DecisionParams, load_params
from intake_triage.recommendation.rule import choose_set_up, rank_simplicity
from studies.tied_set.page import write_page
from studies.tied_set.sampling import Source

ROOT = Path(__file__).resolve().parents[2]
RUNS = {"synthetic clinic": Layout(ROOT), "survey": Layout(ROOT / "results/namcs")}
RESULTS = ROOT / "studies/tied_set/results.json"
PAGE = ROOT / "docs/tied-set.md"
SIMULATIONS = 400
SEED = 0
WORSE = 60.0  # of 1,000 forms: what a set-up costs more that the tied set should drop


@dataclass(frozen=True)
class Outcomes:
    """What the rule takes from each simulated table.

    Attributes
    ----------
    tied : bool array of shape (times, n_set_ups)
    chosen : int array of shape (times,)
        Places among the set-ups.
    """

    tied: np.ndarray
    chosen: np.ndarray


def main() -> None:
    sources = {}
    for name, layout in RUNS.items():
        source = Source.of_run(read_json(layout.metrics("set_up_costs")))
        sources[name] = simulate(source, load_params(layout.params).decision)
    found = {"simulations": SIMULATIONS, "worse": WORSE, "sources": sources}
    write_json(RESULTS, found)
    write_page(PAGE, found)


def simulate(
    source: Source, decision: DecisionParams, *, times: int = SIMULATIONS
) -> dict[str, Any]:
    """Shares of simulated tables, of all set-ups and of each beside the lowest measured alone.

    Returns
    -------
    dict
        units; level and margin, of the params; standard_error, of a difference from the lowest;
        all, two: what `compare_all` and `compare_two` give, for two over all pairs. Of several
        figures the least, the middle one and the greatest stand.
    """
    lowest = int(source.costs.argmin())
    others = [k for k in range(len(source.set_ups)) if k != lowest]
    pairs = [compare_two(source.only([lowest, k]), decision, times=times) for k in others]
    return {
        "units": source.n_units,
        "level": decision.tied_level,
        "margin": decision.cost_margin,
        "standard_error": _summarize([source.standard_error(k, lowest) for k in others], 1),
        "all": compare_all(source, decision, times=times),
        "two": {key: _summarize([pair[key] for pair in pairs]) for key in pairs[0]},
    }


def compare_two(two: Source, decision: DecisionParams, *, times: int) -> dict[str, float]:
    """Of two set-ups alone.

    Returns
    -------
    dict
        holds_equals: both are as good, and both are tied; drops_worse: the second is worse by
        `WORSE`, and not tied; takes_worse: the simpler is worse by the margin, and taken.
    """
    simpler = _order(two, decision)[0]
    second, by_margin = WORSE * np.eye(2)[1], decision.cost_margin * np.eye(2)[simpler]
    equal, worse, dearer = apply_rule(two, [np.zeros(2), second, by_margin], decision, times=times)
    return {
        "holds_equals": float(equal.tied.all(axis=1).mean()),
        "drops_worse": float((~worse.tied[:, 1]).mean()),
        "takes_worse": float((dearer.chosen == simpler).mean()),
    }


def compare_all(source: Source, decision: DecisionParams, *, times: int) -> dict[str, Any]:
    """Of all set-ups beside each other.

    Returns
    -------
    dict
        holds_equals: all are as good, and all are tied; holds_best: the true costs are those
        measured, and the best is tied; drops_worse, over the set-ups: one is worse by `WORSE` than
        the others, and not tied; takes_worse: the simplest is worse by the margin than the others,
        and taken; takes_any_worse: all are worse by the margin than the least simple, and one is
        taken; takes_measured_worse: the true costs are those measured, and one that is worse by the
        margin or more than the best is taken.
    """
    n_set_ups = len(source.set_ups)
    one = np.eye(n_set_ups)
    simplest, *_, least_simple = _order(source, decision)
    margin, excess = decision.cost_margin, source.costs - source.costs.min()
    truths = [np.zeros(n_set_ups), source.costs, margin * one[simplest]]
    truths += [margin * (1 - one[least_simple]), *(WORSE * one)]
    equal, measured, dearer, all_dearer, *worse = apply_rule(source, truths, decision, times=times)
    return {
        "holds_equals": float(equal.tied.all(axis=1).mean()),
        "holds_best": float(measured.tied[:, source.costs.argmin()].mean()),
        "drops_worse": _summarize(
            [float((~each.tied[:, k]).mean()) for k, each in enumerate(worse)]
        ),
        "takes_worse": float((dearer.chosen == simplest).mean()),
        "takes_any_worse": float((all_dearer.chosen != least_simple).mean()),
        "takes_measured_worse": float((excess[measured.chosen] >= margin).mean()),
    }


def apply_rule(
    source: Source, truths: Sequence[np.ndarray], decision: DecisionParams, *, times: int
) -> list[Outcomes]:
    """By true costs, each of shape (n_set_ups,), what the rule takes from tables drawn for them."""
    return Parallel(n_jobs=-1)(
        delayed(_apply_rule)(source, truth, decision, times) for truth in truths
    )


def _apply_rule(
    source: Source, truth: np.ndarray, decision: DecisionParams, times: int
) -> Outcomes:
    rng = np.random.default_rng(SEED)  # its own, so that no figure depends on the others
    tied = np.full((times, len(truth)), False)
    chosen = np.zeros(times, int)
    for k in range(times):
        choice = choose_set_up(source.draw(truth, rng), [], decision)
        tied[k] = [set_up in [each.set_up for each in choice.tied] for set_up in source.set_ups]
        chosen[k] = source.set_ups.index(choice.chosen.set_up)
    return Outcomes(tied, chosen)


def _order(source: Source, decision: DecisionParams) -> list[int]:
    """Places of the set-ups, the simplest first."""
    ranks = [rank_simplicity(set_up, decision.cheaper_first) for set_up in source.set_ups]
    return sorted(range(len(ranks)), key=ranks.__getitem__)


def _summarize(values: Sequence[float], decimals: int = 4) -> dict[str, float]:
    numbers = {"least": min(values), "middle": float(np.median(values)), "greatest": max(values)}
    return {name: round(number, decimals) for name, number in numbers.items()}


if __name__ == "__main__":
    run_stage(main)
