"""What can be put into the clinic: a system for each task, or one multi-task model for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from intake_triage.systems import JOINT_SYSTEMS, list_systems
from intake_triage.tasks import Task


@dataclass(frozen=True)
class SetUp:
    """A system for each task; a joint one serves both or neither.

    None for a task that the records have no labels of.
    """

    urgency: str | None = None
    specialty: str | None = None

    @property
    def systems(self) -> dict[Task, str]:
        """The system of each task that there is."""
        by_task = {"urgency": self.urgency, "specialty": self.specialty}
        return {task: system for task, system in by_task.items() if system is not None}

    @property
    def models(self) -> int:
        """How many models are run beside each other."""
        return 1 if self.urgency in JOINT_SYSTEMS else len(self.systems)

    @property
    def label(self) -> str:
        """Its name in plots and tables."""
        return " + ".join(list(self.systems.values())[: self.models])

    @property
    def uniform(self) -> str | None:
        """The system that serves every task, if one does."""
        first, *others = dict.fromkeys(self.systems.values())
        return None if others else first


@dataclass(frozen=True)
class ScoredSetUp:
    """A set-up and what it scores on one sample, means over seeds.

    Attributes
    ----------
    set_up : SetUp
    cost : float
        Clinical cost of 1,000 forms, all tasks, in needless steps up of an urgency tier.
    figures : mapping
        What the ceilings are about, by the ceiling's name; None where there is no such figure.
    """

    set_up: SetUp
    cost: float
    figures: Mapping[str, float | None]


def list_set_ups(tasks: Sequence[Task]) -> list[SetUp]:
    """All ways to give each task a system of its own, then each joint system as a whole."""
    systems = list_systems(tasks)
    single = [name for name in systems if name not in JOINT_SYSTEMS]
    joint = [(name,) * len(tasks) for name in systems if name in JOINT_SYSTEMS]
    choices = [*product(single, repeat=len(tasks)), *joint]
    return [SetUp(**dict(zip(tasks, choice, strict=True))) for choice in choices]


def describe_set_up(set_up: SetUp | None, tasks: Sequence[Task]) -> dict[str, Any]:
    """The system of each task and the number of models, as files show them; None of no set-up."""
    if set_up is None:
        return dict.fromkeys((*tasks, "models"))
    return {**set_up.systems, "models": set_up.models}
