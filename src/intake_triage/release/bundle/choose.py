"""Which set-ups are bundled: what the rule chose, or came nearest, and what it would take next."""

from collections.abc import Mapping
from typing import Any

from intake_triage.recommendation.candidates import SetUp
from intake_triage.tasks import TASKS

Bundles = dict[str, tuple[SetUp, dict[str, Any]]]


def list_bundles(recommendation: Mapping[str, Any], version: str) -> Bundles:
    """By the bundle's name its set-up, and what its manifest says of it.

    Parameters
    ----------
    recommendation : mapping
        As metrics/compare.json has it.
    version : str
    """
    released = recommendation["decision"] == "release"
    chosen = recommendation if recommendation["parts"] is not None else recommendation["nearest"]
    set_ups = {"choice": chosen, "runner_up": recommendation["runner_up"]}
    about = {
        "version": version,
        "use": "silent only until signed" if released else "silent only",
        "decision": recommendation["decision"],
        "reason": recommendation["reason"],
    }
    return {
        name: (
            SetUp(**{task: set_up[task] for task in TASKS if task in set_up}),
            {"name": name, **about},
        )
        for name, set_up in set_ups.items()
        if set_up is not None
    }
