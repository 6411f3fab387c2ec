"""Which set-ups are bundled: what the rule chose, or came nearest, and what it would take next."""

from collections.abc import Mapping
from typing import Any

from intake_triage.recommendation.candidates import SetUp
from intake_triage.tasks import TASKS

Bundles = dict[str, tuple[SetUp, dict[str, Any]]]


def list_bundles(recommendation: Mapping[str, Any], version: str) -> Bundles:
    """By the bundle's name its set-up, and what its manifest says of it.

    A signature can open the choice alone: the final check judged it, and no other set-up.

    Parameters
    ----------
    recommendation : mapping
        As metrics/compare.json has it.
    version : str
    """
    released = recommendation["decision"] == "release"
    chosen = recommendation if recommendation["parts"] is not None else recommendation["nearest"]
    set_ups = {"choice": chosen, "runner_up": recommendation["runner_up"]}
    uses = {"choice": "silent only until signed"} if released else {}
    about = {
        "version": version,
        "decision": recommendation["decision"],
        "reason": recommendation["reason"],
    }
    return {
        name: (
            SetUp(**{task: set_up[task] for task in TASKS if task in set_up}),
            {"name": name, "use": uses.get(name, "silent only"), **about},
        )
        for name, set_up in set_ups.items()
        if set_up is not None
    }
