"""What can be put into the clinic: a system for each task, or one multi-task model for both."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from intake_triage.systems import JOINT_SYSTEMS, SYSTEMS, TRAINED_SYSTEMS
from intake_triage.tasks import TASKS, Task


@dataclass(frozen=True)
class SetUp:
    """A system for each task; a joint one serves both or neither."""

    urgency: str
    specialty: str

    @property
    def models(self) -> int:
        """How many models are run beside each other."""
        return 1 if self.urgency in JOINT_SYSTEMS else 2

    @property
    def label(self) -> str:
        """Its name in plots and tables."""
        return self.urgency if self.models == 1 else f"{self.urgency} + {self.specialty}"

    def system(self, task: Task) -> str:
        return {"urgency": self.urgency, "specialty": self.specialty}[task]


@dataclass(frozen=True)
class ScoredSetUp:
    """A set-up and what it scores on one sample, means over seeds.

    Attributes
    ----------
    set_up : SetUp
    cost : float
        Clinical cost of 1,000 forms, both tasks, in needless steps up of an urgency tier.
    figures : mapping
        What the ceilings are about, by the ceiling's name; None where there is no such figure.
    """

    set_up: SetUp
    cost: float
    figures: Mapping[str, float | None]


def list_set_ups() -> list[SetUp]:
    """All pairs of single-task systems, and each joint one as a whole."""
    single = [name for name in TRAINED_SYSTEMS if not SYSTEMS[name].joint]
    pairs = [*product(single, repeat=len(TASKS)), *((name, name) for name in JOINT_SYSTEMS)]
    return [SetUp(*pair) for pair in pairs]
