"""What single fits decide, fit by fit: how far a limit hangs on the luck of a training seed."""

from collections.abc import Iterator, Sequence
from typing import Any

from intake_triage.evaluation.decisions import decide_urgency_by_cost
from intake_triage.evaluation.forecasts import SystemFits
from intake_triage.evaluation.measures import round_figure
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.evaluation.walk import Part, judge_decisions
from intake_triage.params import DecisionParams

RULE = "cost"
SHOWN = ("under_triage", "most_urgent_missed", "over_triage", "urgent_load")


def safety_by_seed(
    fits: SystemFits, split: LabelledSplit, decision: DecisionParams, seeds: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """By system and seed the safety figures of the least-cost tier; None where few would be told.

    Nothing where the records have no urgency.
    """
    whole = Part.of_all(split)
    for system, by_task in fits.calibrated.items():
        if "urgency" not in by_task:
            continue
        decided = decide_urgency_by_cost(by_task["urgency"], decision)
        for k, classes in enumerate(decided):
            own = {"urgency": classes[None]}
            rows = judge_decisions(system, RULE, own, "urgency", whole, params=decision)
            figures = {
                row.measure: round_figure(row.measure, row.value)
                for row in rows
                if row.measure in SHOWN
            }
            yield {"system": system, "seed": seeds[k], **figures}
