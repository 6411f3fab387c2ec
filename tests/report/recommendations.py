"""Contrasting recommendations, as compare.json has them, made by hand."""

from dataclasses import replace
from typing import Any

from intake_triage.evaluation.table import Result, Results
from intake_triage.report.pages.run import Run


def of_set_up(urgency: str, specialty: str, parts: int, cost: float) -> dict[str, Any]:
    names = {"urgency": urgency, "specialty": specialty}
    return names | {"parts": parts, "cost_per_1000": cost}


def tied(set_up: dict, value: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    """A tied set-up and its difference from the lowest."""
    above = {"value": value, "low": low, "high": high}
    return set_up | {"above_lowest": above, "within_margin": True, "needed": 0.4} | more


GBM = of_set_up("gbm", "gbm", 2, 1320.1)
LINEAR = of_set_up("linear", "linear", 2, 1331.2)
MIXED = of_set_up("st", "gbm", 2, 1325.1)
MTL = of_set_up("mtl", "mtl", 1, 1331.4)
BLEND = of_set_up("gbm+st", "gbm+st", 4, 1301.3)
NONE = dict.fromkeys(("urgency", "specialty", "parts"))
MTL_FLIP = {"urgency": "mtl", "specialty": "mtl", "parts": 1}

ABOUT_TRIAGE = {"measure": "under_triage", "task": "urgency", "class_name": "", "limit": 0.1}
ABOUT_LOAD = {"measure": "urgent_load", "task": "urgency", "class_name": "", "limit": 2.0}
ABOUT_CUT = {"measure": "slope", "task": "urgency", "class_name": "urgent_or_above"}
ABOUT_CUT |= {"least": 0.8, "most": 1.25}
ABOUT_SHIFT = ABOUT_CUT | {"measure": "intercept", "least": -0.22, "most": 0.22}
UNDER_TRIAGE = ABOUT_TRIAGE | {"value": 0.0951, "low": 0.08, "high": 0.099, "status": "met"}
LOAD = ABOUT_LOAD | {"value": 1.71, "low": 1.62, "high": 1.83, "status": "met"}
SLOPE = ABOUT_CUT | {"value": 1.0, "low": 0.9, "high": 1.1, "status": "met"}
SHIFT = ABOUT_SHIFT | {"value": 0.01, "low": -0.05, "high": 0.07, "status": "met"}
CEILINGS = {
    "under_triage": UNDER_TRIAGE,
    "urgent_load": LOAD,
    "slope_urgent_or_above": SLOPE,
    "intercept": SHIFT,
}
GAIN = {"measure": "cost", "class_name": "urgent", "against": "all"}
GAIN |= {"value": 212.5, "low": 180.1, "high": 240.2, "status": "met"}
FLOOR = {"cost_urgent_for_all": GAIN}

FLIPS = {
    "cost.too_late": {"now": 2.0, "at": 1.278, **MTL_FLIP},
    "max_under_triage": {"now": 0.1, "at": 0.08608, **NONE},
    "slope.most": {"now": 1.25, "at": 1.104, **MTL_FLIP},
    "cost.misroute": {"now": 3.0, "at": None, **NONE},
}
HALVES = {
    "halves": 100,
    "none": 0.03,
    "set_ups": [
        {"urgency": "mtl", "specialty": "mtl", "tied": 0.81, "chosen": 0.57},
        {"urgency": "gbm", "specialty": "gbm", "tied": 0.92, "chosen": 0.4},
    ],
}
IGNORING = {
    "emergent": "over_triage",
    "urgent": "urgent_load",
    "semi_urgent": "under_triage",
    "routine": "under_triage",
}
RELEASE = {
    "decision": "release",
    "nearest": None,
    "ceilings": CEILINGS,
    "floor": FLOOR,
    "needed": {"tied": 0.4, "ceilings": dict.fromkeys(CEILINGS, 0.7)},
    "ignoring_rules": IGNORING,
    "halves": HALVES,
    "flips": FLIPS,
}
FEWER_PARTS = RELEASE | {
    "reason": "fewer_parts",
    **MTL,
    "lowest": GBM,
    "runner_up": GBM,
    "tied": [tied(GBM, 0.0, 0.0, 0.0), tied(MTL, 11.3, -2.7, 25.2)],
    "flips": FLIPS | {"cost.too_late": {"now": 2.0, "at": 4.4, **GBM}},
}
CHEAPER = RELEASE | {
    "reason": "cheaper",
    **LINEAR,
    "lowest": GBM,
    "runner_up": GBM,
    "tied": [tied(GBM, 0.0, 0.0, 0.0), tied(LINEAR, 11.1, 2.1, 20.2)],
}
NOT_SHOWN = {
    "under_triage": UNDER_TRIAGE | {"high": 0.1158, "status": "not_shown"},
}
LOWEST_NOT_SHOWN = RELEASE | {
    "reason": "lowest_cost",
    **GBM,
    "lowest": GBM,
    "runner_up": MIXED,
    "tied": [tied(GBM, 0.0, 0.0, 0.0)],
    "ceilings": CEILINGS | NOT_SHOWN,
    "needed": {"tied": 0.0, "ceilings": {**dict.fromkeys(CEILINGS, 0.7), "under_triage": 3.6}},
}
TOO_FEW_FORMS = RELEASE | {
    "reason": "too_few_forms",
    **BLEND,
    "lowest": BLEND,
    "runner_up": MTL,
    "tied": [
        tied(BLEND, 0.0, 0.0, 0.0),
        tied(GBM, 19.2, -14.3, 52.6, within_margin=False, needed=9.5),
        tied(MTL, 30.1, -8.2, 68.4, within_margin=False, needed=None),
    ],
    "needed": {"tied": 9.5, "ceilings": dict.fromkeys(CEILINGS, 0.7)},
}
VETO = {"decision": "do_not_release", "reason": "vetoed_by_test"}
VETOED = (
    LOWEST_NOT_SHOWN
    | VETO
    | {
        "ceilings": CEILINGS | {"slope_urgent_or_above": SLOPE | {"status": "broken"}},
    }
)
USELESS = (
    LOWEST_NOT_SHOWN
    | VETO
    | {
        "ceilings": CEILINGS,
        "floor": {"cost_urgent_for_all": GAIN | {"value": -20.1, "high": -2.3, "status": "broken"}},
    }
)
NOTHING_PASSES = RELEASE | {
    "decision": "do_not_release",
    "reason": "nothing_passes",
    **NONE,
    "cost_per_1000": None,
    "lowest": GBM,
    "runner_up": None,
    "nearest": MTL
    | {
        "breaks": {
            "urgent_load": ABOUT_LOAD | {"value": 2.31, "excess": 1.155},
            "intercept": ABOUT_SHIFT | {"value": None, "excess": None},
        },
        "floor": [],
    },
    "tied": [],
    "ceilings": {},
    "floor": {},
    "needed": {"tied": None, "ceilings": {}},
    "halves": {"halves": 100, "none": 0.91, "set_ups": []},
    "flips": {"max_under_triage": {"now": 0.1, "at": 0.12, **MTL_FLIP}},
}
TABLES = {
    "fewer parts": FEWER_PARTS,
    "cheaper to run": CHEAPER,
    "lowest, limit not shown": LOWEST_NOT_SHOWN,
    "too few forms": TOO_FEW_FORMS,
    "vetoed": VETOED,
    "vetoed as useless": USELESS,
    "nothing passes": NOTHING_PASSES,
    "mixed pair": LOWEST_NOT_SHOWN
    | MIXED
    | {"lowest": MIXED, "runner_up": None, "tied": [tied(MIXED, 0.0, 0.0, 0.0)]},
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


def with_prepare(run: Run, **figures) -> Run:
    """The same run where stage prepare says other things."""
    prepare = run.metrics["prepare"] | figures
    return replace(run, metrics={**run.metrics, "prepare": prepare})


def missed(column: str, subgroup: str = "", **figures) -> Result:
    """The share of urgent forms sent too late, of a group; hidden if nothing is given."""
    figures = {"n": 1313, "shown": True} | figures if figures else {"value": None, "shown": False}
    kind = {"task": "urgency", "system": "", "measure": "under_triage"}
    return Result(**kind, column=column, subgroup=subgroup, **figures)


def without_groups(run: Run) -> Run:
    return replace(run, results=Results(row for row in run.results.rows if not row.column))
