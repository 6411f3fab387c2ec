"""What can be put into the clinic: a forecaster for each task, or one that serves both."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from intake_triage.systems import FORECASTERS, SYSTEMS, list_forecasters
from intake_triage.tasks import Task


@dataclass(frozen=True)
class SetUp:
    """A forecaster for each task; a joint one serves both or neither.

    None for a task that the records have no labels of.
    """

    urgency: str | None = None
    specialty: str | None = None

    @property
    def forecasters(self) -> dict[Task, str]:
        """The forecaster of each task that there is."""
        by_task = {"urgency": self.urgency, "specialty": self.specialty}
        return {task: name for task, name in by_task.items() if name is not None}

    @property
    def joint(self) -> bool:
        return any(FORECASTERS[name].joint for name in self.forecasters.values())

    @property
    def parts(self) -> int:
        """How many models are to be kept in order; a model's seeds are copies, not parts."""
        return len(
            {
                (member, None if SYSTEMS[member].joint else task)
                for task, name in self.forecasters.items()
                for member in FORECASTERS[name].members
            }
        )

    @property
    def systems(self) -> set[str]:
        """The systems whose fits are averaged for any of its tasks."""
        return {
            member for name in self.forecasters.values() for member in FORECASTERS[name].members
        }

    @property
    def label(self) -> str:
        """Its name in plots and tables.

        A joint forecaster has one name, since it is one thing; a pair shows both, even where they
        are the same, since they are models of their own. One task has one name.
        """
        names = list(self.forecasters.values())
        return names[0] if self.joint else " / ".join(names)

    @property
    def uniform(self) -> str | None:
        """The forecaster that serves every task, if one does."""
        first, *others = dict.fromkeys(self.forecasters.values())
        return None if others else first


@dataclass(frozen=True, eq=False)
class ScoredSetUp:
    """A set-up and what it scores on one sample.

    Attributes
    ----------
    set_up : SetUp
    costs : float array of shape (1 + n_resamples,)
        Clinical cost of 1,000 forms, all tasks, in needless steps up of an urgency tier: on the
        sample, then on its resamples, which are the same for all set-ups.
    figures : mapping
        What the ceilings are about, by the ceiling's name; None where there is no such figure.
    below_floor : tuple of str
        The parts of the floor that it is not shown to lie above.
    """

    set_up: SetUp
    costs: np.ndarray
    figures: dict[str, float | None]
    below_floor: tuple[str, ...] = ()

    @property
    def cost(self) -> float:
        return float(self.costs[0])


@dataclass(frozen=True)
class Table:
    """All set-ups scored on one sample of `n_units` units."""

    scored: tuple[ScoredSetUp, ...]
    n_units: int

    def of(self, set_up: SetUp) -> ScoredSetUp:
        return next(scored for scored in self.scored if scored.set_up == set_up)

    def without(self, set_up: SetUp) -> "Table":
        others = tuple(scored for scored in self.scored if scored.set_up != set_up)
        return Table(others, self.n_units)


def list_set_ups(tasks: Sequence[Task]) -> list[SetUp]:
    """All ways to give each task a forecaster of its own, then each joint one as a whole."""
    names = list_forecasters(tasks)
    single = [name for name in names if not FORECASTERS[name].joint]
    joint = [(name,) * len(tasks) for name in names if FORECASTERS[name].joint]
    choices = [*product(single, repeat=len(tasks)), *joint]
    return [SetUp(**dict(zip(tasks, choice, strict=True))) for choice in choices]


def describe_set_up(set_up: SetUp | None, tasks: Sequence[Task]) -> dict[str, Any]:
    """The forecaster of each task and the parts, as files show them; None of no set-up."""
    if set_up is None:
        return dict.fromkeys((*tasks, "parts"))
    return {**set_up.forecasters, "parts": set_up.parts}
