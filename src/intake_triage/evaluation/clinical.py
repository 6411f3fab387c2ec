"""What the systems would mean in the clinic: decisions, safety, certainty, subgroups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.evaluation.decided import MAJORITY, decide_all
from intake_triage.evaluation.decision_scores import per_1000_rows, score_decisions
from intake_triage.evaluation.fitted_rules import FittedRules
from intake_triage.evaluation.forecasts import SystemLogits
from intake_triage.evaluation.measures.cut_calibration import score_cuts
from intake_triage.evaluation.measures.net_benefit import net_benefit_rows
from intake_triage.evaluation.measures.prediction_sets import (
    cover_test,
    coverage_rows,
    summarize_sets,
)
from intake_triage.evaluation.measures.risk_coverage import risk_coverage_areas, risk_coverage_rows
from intake_triage.evaluation.measures.triage import ALL_FORMS, tier_shares, triage_shares
from intake_triage.evaluation.samples import HeldOut
from intake_triage.evaluation.subgroups import subgroup_rows
from intake_triage.params import CompareParams, CostParams
from intake_triage.tasks import TASKS

Row = dict[str, Any]
TRIAGE = ("under_triage", "severe_under_triage", "over_triage")


@dataclass(frozen=True)
class ClinicalView:
    """The clinic's side of a comparison.

    Attributes
    ----------
    urgency : by system, further scores of urgency for metrics/compare.json
    decisions : by system and rule, the figures to read first, for metrics/compare.json
    safety : for metrics/safety.json
    plots : rows by the name of the plot
    """

    urgency: dict[str, dict[str, Any]]
    decisions: dict[str, dict[str, dict[str, Any]]]
    safety: dict[str, Any]
    plots: dict[str, list[Row]]


def view_clinically(
    systems: Mapping[str, SystemLogits],
    held_out: HeldOut,
    fitted: FittedRules,
    weightings: np.ndarray,
    *,
    params: CompareParams,
    cost: CostParams,
    alpha: float,
) -> ClinicalView:
    """Judge all systems on the same records and resamples.

    Parameters
    ----------
    systems : mapping
        The trained ones, prior, and the oracle if there is one.
    held_out : HeldOut
    fitted : FittedRules
    weightings : float array of shape (n_weightings, n_units)
    params : CompareParams
    cost : CostParams
    alpha : float
        What the prediction sets were fitted for.
    """
    decided = decide_all(systems, fitted.rules, cost)
    scores = {
        name: {
            rule: score_decisions(of_rule, held_out, weightings, cost)
            for rule, of_rule in by_rule.items()
        }
        for name, by_rule in decided.items()
    }
    cuts = {name: _score_cuts(system, held_out, weightings) for name, system in systems.items()}
    sets = cover_test(systems, held_out, fitted, alpha=alpha, deals=params.resamples)
    # One and the same forecast for all records ranks none of them before another.
    ranking = {name: system for name, system in systems.items() if name != "prior"}
    trained = {name: systems[name] for name in fitted.rules}
    return ClinicalView(
        urgency={
            name: _read_first(scores[MAJORITY if name == "prior" else name]["argmax"], cuts[name])
            for name in systems
        },
        decisions={
            name: {rule: _shorten(score) for rule, score in by_rule.items()}
            for name, by_rule in scores.items()
        },
        safety={
            "denominators": _denominators(held_out.classes["urgency"]),
            "decisions": scores,
            "cuts": cuts,
            "risk_coverage_area": risk_coverage_areas(ranking, held_out),
            "prediction_sets": {
                name: {
                    task: summarize_sets(of_task[task], held_out.classes[task], weightings)
                    for task in TASKS
                }
                for name, of_task in sets.items()
            },
        },
        plots={
            "per_1000": per_1000_rows(scores),
            "risk_coverage": risk_coverage_rows(ranking, held_out, weightings, cost),
            "net_benefit": net_benefit_rows(ranking, held_out, weightings),
            "conformal": coverage_rows(sets, held_out, alpha=alpha),
            "subgroups": subgroup_rows(trained, held_out, weightings, params, cost),
        },
    )


def _score_cuts(
    system: SystemLogits, held_out: HeldOut, weightings: np.ndarray
) -> dict[str, dict[str, Any]]:
    sample = held_out.labelled("urgency")
    return {
        kind: score_cuts(
            logits["urgency"][:, sample.rows], sample, weightings, held_out.classes["urgency"]
        )
        for kind, logits in (("calibrated", system.calibrated), ("raw", system.raw))
    }


def _read_first(score: Mapping[str, Any], cuts: Mapping[str, Any]) -> dict[str, Any]:
    """The safety of argmax, then slope and intercept of each cut."""
    lines: dict[str, Any] = {name: _value(score[name]) for name in TRIAGE}
    for kind, prefix in (("calibrated", ""), ("raw", "raw_")):
        for name in ("slope", "intercept"):
            lines[prefix + name] = {cut: _value(of[name]) for cut, of in cuts[kind].items()}
    return lines


def _shorten(score: Mapping[str, Any]) -> dict[str, float | None]:
    return {
        **{f"{task}_macro_f1": score["macro_f1"][task]["value"] for task in TASKS},
        **{name: _value(score[name]) for name in TRIAGE},
        "cost_per_1000": score["cost_per_1000"]["value"],
    }


def _value(figure: Mapping[str, float] | None) -> float | None:
    return None if figure is None else figure["value"]


def _denominators(tiers: tuple[str, ...]) -> dict[str, Any]:
    """What each share is a share of, in words."""
    return {
        **{name: share.denominator for name, share in triage_shares(tiers).items()},
        **{
            name: {tier: share.denominator for tier, share in shares.items()}
            for name, shares in tier_shares(tiers).items()
        },
        "per_1000": {
            "too_late": ALL_FORMS,
            "too_early": ALL_FORMS,
            "misrouted": "all forms with a sub-specialty",
            "both_right": "all forms with both",
        },
    }
