"""How far a system has come from the class frequencies to the best that is possible."""

from typing import Any

from intake_triage.tasks import TASKS

DECIMALS = 4


def share_of_the_way(log_loss: float, *, prior: float, oracle: float) -> float:
    """Part of the log-loss between `prior` and `oracle` that a system has taken off.

    Parameters
    ----------
    log_loss, prior, oracle : float
        Nats, on the same records; `oracle` is the lowest that can be expected.

    Returns
    -------
    float
        0 where the system is as good as the class frequencies and 1 where it is as good as the
        oracle; below 0 where it is worse than the former.
    """
    return (prior - log_loss) / (prior - oracle)


def add_shares_of_the_way(systems: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The systems' scores with `prior_to_oracle` beside each task's log-loss.

    Parameters
    ----------
    systems : dict of system to its scores by task
        With `prior` among them. Where `oracle` is not, the truth is unknown and nothing is added;
        nor is it for a task whose oracle is no better than `prior`, by the luck of a few records.
    """
    if "oracle" not in systems:
        return systems
    ends = {
        task: {name: systems[name][task]["log_loss"] for name in ("prior", "oracle")}
        for task in TASKS
    }
    added = {}
    for system, scores in systems.items():
        added[system] = dict(scores)
        for task in [task for task in TASKS if ends[task]["oracle"] < ends[task]["prior"]]:
            share = share_of_the_way(scores[task]["log_loss"], **ends[task])
            added[system][task] = scores[task] | {"prior_to_oracle": round(share, DECIMALS)}
    return added
