"""Contrasting recommendations, as compare.json has them, made by hand."""

from dataclasses import replace

from intake_triage.evaluation.table import Result, Results
from intake_triage.report.pages.run import Run

GBM = {"urgency": "gbm", "specialty": "gbm", "models": 2, "cost_per_1000": 1320.1}
MIXED = {"urgency": "st", "specialty": "gbm", "models": 2, "cost_per_1000": 1325.1}
MTL = {"urgency": "mtl", "specialty": "mtl", "models": 1, "cost_per_1000": 1331.4}
NONE = dict.fromkeys(MTL)
ABOUT_TRIAGE = {"measure": "under_triage", "task": "urgency", "class_name": ""}
ABOUT_CUT = {"measure": "slope", "task": "urgency", "class_name": "urgent_or_above"}
UNDER_TRIAGE = ABOUT_TRIAGE | {
    "limit": 0.1,
    "value": 0.0951,
    "low": 0.08,
    "high": 0.099,
    "status": "met",
}
SLOPE = ABOUT_CUT | {
    "least": 0.8,
    "most": 1.25,
    "value": 1.0,
    "low": 0.9,
    "high": 1.1,
    "status": "met",
}
CEILINGS = {"under_triage": UNDER_TRIAGE, "slope_urgent_or_above": SLOPE}
MTL_FLIP = {"urgency": "mtl", "specialty": "mtl", "models": 1}
FLIP_NONE = {"now": 3.0, "at": None, "urgency": None, "specialty": None, "models": None}
FLIPS = {
    "cost.too_late": {"now": 2.0, "at": 1.278, **MTL_FLIP},
    "max_under_triage": {"now": 0.1, "at": 0.08608, **NONE},
    "cost.misroute": FLIP_NONE,
}
MULTI_TASK_RELEASE = {
    "decision": "release",
    "reason": "fewer_models",
    **MTL,
    "lowest": GBM,
    "runner_up": GBM,
    "won_share": 0.97,
    "ceilings": CEILINGS,
    "flips": FLIPS | {"cost.too_late": {"now": 2.0, "at": 4.4, **GBM}},
}
PAIR_NOT_SHOWN = {
    "decision": "release",
    "reason": "lowest_cost",
    **GBM,
    "lowest": GBM,
    "runner_up": MIXED,
    "won_share": 0.695,
    "ceilings": CEILINGS | {"under_triage": UNDER_TRIAGE | {"high": 0.1158, "status": "not_shown"}},
    "flips": FLIPS,
}
VETOED = PAIR_NOT_SHOWN | {
    "decision": "do_not_release",
    "reason": "vetoed_by_test",
    "ceilings": CEILINGS | {"slope_urgent_or_above": SLOPE | {"status": "broken"}},
}
NOTHING_PASSES = PAIR_NOT_SHOWN | {
    "decision": "do_not_release",
    "reason": "nothing_passes",
    **NONE,
    "lowest": MTL,
    "runner_up": None,
    "ceilings": {},
    "flips": {"max_under_triage": {"now": 0.1, "at": 0.12, **MTL_FLIP}},
}
TABLES = {
    "multi-task release": MULTI_TASK_RELEASE,
    "pair, limit not shown": PAIR_NOT_SHOWN,
    "vetoed": VETOED,
    "nothing passes": NOTHING_PASSES,
    "mixed pair": PAIR_NOT_SHOWN | MIXED | {"lowest": MIXED, "runner_up": GBM},
}


def recommending(run: Run, recommendation: dict) -> Run:
    """The same run with another recommendation."""
    compare = run.metrics["compare"] | {"recommendation": recommendation}
    return replace(run, metrics={**run.metrics, "compare": compare})


def with_figures(run: Run, *changed: Result) -> Run:
    """The same run where figures of the least-cost decision of its urgency model are others."""
    keys = {(row.measure, row.class_name, row.column) for row in changed}
    own = {"task": "urgency", "system": run.system("urgency"), "rule": "cost"}
    kept = [
        row
        for row in run.results.rows
        if any(getattr(row, name) != value for name, value in own.items())
        or (row.measure, row.class_name, row.column) not in keys
    ]
    return replace(run, results=Results([*(replace(row, **own) for row in changed), *kept]))
