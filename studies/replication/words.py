"""How the page writes figures, and what it calls sources, set-ups and what they break."""

from collections.abc import Mapping
from typing import Any

from intake_triage.evaluation.table import BOTH
from intake_triage.records.split import SHARES
from intake_triage.release.words import name_measure
from intake_triage.tasks import TASKS
from studies.replication.summary import Spread

SOURCES = {"synthetic": "synthetic clinic", "namcs": "survey (NAMCS)"}
REASONS = {
    "lowest_cost": "lowest cost",
    "fewer_parts": "fewer parts",
    "cheaper": "cheaper to run",
    "too_few_forms": "too few forms to prefer the simpler",
    "vetoed_by_test": "test vetoes it",
    "nothing_passes": "nothing passes",
}
OWN_DECIMALS = {"gap_closed": 3, "cost_per_1000": 0, "urgent_load": 2}
HEADLINES = [  # task, measure: in the order of the page
    *((task, name) for name in ("macro_f1", "gap_closed", "ece") for task in TASKS),
    *(("urgency", name) for name in ("under_triage", "most_urgent_missed", "over_triage")),
    ("urgency", "urgent_load"),
    (BOTH, "cost_per_1000"),
]


def decimals_of(measure: str) -> int:
    return OWN_DECIMALS.get(measure, 3)


def write_number(value: float, measure: str) -> str:
    """A figure as the page shows it; a dash where it is not a number."""
    return "–" if value != value else f"{value:,.{decimals_of(measure)}f}"


def write_spread(spread: Spread | None, measure: str) -> str:
    """Mean and, in brackets, standard deviation."""
    if spread is None:
        return "–"
    return f"{write_number(spread.mean, measure)} ({write_number(spread.deviation, measure)})"


def write_breaks(counts: Mapping[str, int]) -> str:
    """What is broken, most often first, with the number of runs."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name_measure(name)} {n}" for name, n in ordered) or "nothing"


def write_choice(run: Mapping[str, Any]) -> str:
    """What the rule says of a run: the choice and its reason, or what comes nearest."""
    if run["choice"] is None:
        return f"*do not release*; nearest {run['nearest']}"
    vetoed = "*do not release* " if run["decision"] != "release" else ""
    return f"{vetoed}{run['choice']} ({REASONS[run['reason']]})"


def labelled_in_all(learn: int) -> float:
    """Forms that a clinic has labelled where so many are to learn from, to two digits."""
    return float(f"{learn / SHARES[0]:.2g}")
