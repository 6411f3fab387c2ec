"""The load: how many forms come to each tier, beside those that belong there."""

from typing import Any

from intake_triage.evaluation.decisions import decide_by_cost
from intake_triage.evaluation.forecasts import Logits
from intake_triage.evaluation.measures import load
from intake_triage.evaluation.measures.measure import Decisions
from intake_triage.evaluation.measures.triage import FORMS
from intake_triage.evaluation.samples import LabelledSplit
from intake_triage.params import DecisionParams
from intake_triage.statistics.disclosure import estimate_share


def load_rows(
    forecasts: Logits, split: LabelledSplit, decision: DecisionParams
) -> list[dict[str, Any]]:
    """Forms placed in each tier at least cost, per 1,000, with their 95 % interval.

    `belonging` are those truly there. Tiers are left out where `measures.load` hides them; without
    tiers there is no row.
    """
    if not split.tiers:
        return []
    rows = []
    for name, by_task in forecasts.items():
        decisions = Decisions(decide_by_cost(by_task, decision), split, decision)
        belonging = load.belonging(decisions, "urgency")
        for tier, placed in load.placed(decisions, "urgency").items():
            share = estimate_share(
                placed.values,
                n=placed.n,
                units=placed.units,
                smallest_shown=split.smallest_shown,
                per=FORMS,
            )
            if placed.shown and belonging[tier].shown and share is not None:
                ends = zip(("placed", "low", "high"), share, strict=True)
                numbers = {key: round(number) for key, number in ends}
                numbers["belonging"] = round(FORMS * belonging[tier].values[:, 0].mean())
                rows.append({"system": name, "tier": tier, **numbers})
    return rows
