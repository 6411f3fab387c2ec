"""The set-ups side by side, as rows for plots: what each costs, and what 1,000 forms come to."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from intake_triage.calibration.decisions import URGENT_TIERS, decide_argmax
from intake_triage.evaluation.decided import MAJORITY, Decided, decide_by_cost
from intake_triage.evaluation.figures import show_share
from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.samples import HeldOut
from intake_triage.params import CostParams, DecisionParams
from intake_triage.recommendation.candidates import SetUp, list_set_ups
from intake_triage.recommendation.ceilings import DECIMALS, SLOPE, Figure, first_broken
from intake_triage.recommendation.scores import FORMS, SetUpScorer
from intake_triage.statistics.bootstrap import replicate_mean
from intake_triage.statistics.disclosure import hide_small_counts
from intake_triage.tasks import TASKS

Row = dict[str, Any]


def set_up_rows(
    scorers: Mapping[str, SetUpScorer], chosen: SetUp | None, decision: DecisionParams
) -> list[Row]:
    """A row a split and set-up.

    Parameters
    ----------
    scorers : mapping
        By split, calibrate first: what a set-up is dropped for is decided there.
    chosen : SetUp or None
    decision : DecisionParams
    """
    table = scorers["calibrate"].table(decision.cost)
    dropped_for = {scored.set_up: first_broken(scored.figures, decision) for scored in table}
    return [
        {
            "split": split,
            "urgency": set_up.urgency,
            "specialty": set_up.specialty,
            "label": set_up.label,
            "models": set_up.models,
            **_cost(scorer, set_up),
            **_figures(scorer.figures(set_up)),
            "dropped_for": dropped_for[set_up],
            "chosen": set_up == chosen,
        }
        for split, scorer in scorers.items()
        for set_up in list_set_ups()
    ]


def per_1000_rows(
    systems: Mapping[str, SystemLogits],
    held_out: HeldOut,
    weightings: np.ndarray,
    cost: CostParams,
) -> list[Row]:
    """Of 1,000 forms on test, by set-up and outcome, whole numbers with 95 % intervals.

    After the least-cost decision. `majority` gives every form the commonest tier and sub-specialty
    of train, `prior` what is least costly for one who knows their frequencies alone; `oracle` is
    there where the source knows the truth. What would give few people away is left out.

    Parameters
    ----------
    systems : mapping
        The trained ones, prior, and the oracle if there is one.
    held_out : HeldOut
    weightings : float array of shape (n_weightings, n_units)
    cost : CostParams
    """
    decided = {name: decide_by_cost(system.calibrated, cost) for name, system in systems.items()}
    both: dict[str, Decided] = {
        set_up.label: {
            "urgency": decided[set_up.urgency]["urgency"],
            "specialty": decided[set_up.specialty]["specialty"],
        }
        for set_up in list_set_ups()
    }
    both[MAJORITY] = {task: decide_argmax(systems["prior"].raw[task]) for task in TASKS}
    both |= {name: decided[name] for name in ("prior", "oracle") if name in decided}
    return [
        {
            "set_up": label,
            "outcome": outcome,
            "per_1000": it["value"],
            "low": it["low"],
            "high": it["high"],
        }
        for label, decisions in both.items()
        for outcome, it in _count_outcomes(decisions, held_out, weightings).items()
        if it is not None
    ]


def _cost(scorer: SetUpScorer, set_up: SetUp) -> Row:
    shown = scorer.estimate_cost(set_up).rounded(1, least=0)
    return {"cost_per_1000": shown["value"], "low": shown["low"], "high": shown["high"]}


def _figures(figures: Mapping[str, Figure | None]) -> Row:
    shown = {
        name: round(figure.value, DECIMALS) if figure is not None and figure.may_be_shown else None
        for name, figure in figures.items()
    }
    slopes = [it for name, it in shown.items() if name.startswith(SLOPE) and it is not None]
    return {
        **{name: value for name, value in shown.items() if not name.startswith(SLOPE)},
        "least_slope": min(slopes, default=None),
        "greatest_slope": max(slopes, default=None),
    }


def _count_outcomes(
    decided: Decided, held_out: HeldOut, weightings: np.ndarray
) -> dict[str, dict[str, float] | None]:
    """Each outcome among the forms with the labels that it takes to tell."""
    true = held_out.labels
    has = {task: held_out.has_label(task) for task in TASKS}
    late, early = decided["urgency"] > true["urgency"], decided["urgency"] < true["urgency"]
    urgent = true["urgency"] < URGENT_TIERS
    right = {task: decided[task] == true[task] for task in TASKS}

    def count(happened: np.ndarray, among: np.ndarray) -> dict[str, float] | None:
        return show_share(
            replicate_mean(happened, held_out.unit, weightings, among=among),
            of=among.sum(),
            n_units=len(np.unique(held_out.unit[among])),
            decimals=0,
            per=FORMS,
        )

    # Right, early, late and urgent, late and not urgent are all forms with a tier: any of them
    # could be worked out from the others, so a small one takes a second with it.
    parts = {
        "urgency_right": right["urgency"],
        "too_late_urgent": late & urgent,
        "too_late_others": late & ~urgent,
        "too_early": early,
    }
    counts = {name: part[:, has["urgency"]].sum(axis=1).mean() for name, part in parts.items()}
    cells = hide_small_counts(np.array([list(counts.values())]))[0]
    hidden = dict(zip(parts, cells, strict=True))
    shown = {
        name: None if hidden[name] else count(part, has["urgency"]) for name, part in parts.items()
    }
    # Nobody is told of by a sum with an empty part.
    late_is_hidden = any(
        hidden[name] and counts[name] > 0 for name in ("too_late_urgent", "too_late_others")
    )
    return {
        "both_right": count(
            np.logical_and(right["urgency"], right["specialty"]), has["urgency"] & has["specialty"]
        ),
        "urgency_right": shown["urgency_right"],
        "too_late": None if late_is_hidden else count(late, has["urgency"]),
        "too_late_urgent": shown["too_late_urgent"],
        "too_early": shown["too_early"],
        "misrouted": count(~right["specialty"], has["specialty"]),
    }
