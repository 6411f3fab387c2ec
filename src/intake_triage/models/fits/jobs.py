"""What a fit is: one model, one seed."""

from dataclasses import dataclass
from functools import partial

from intake_triage.layout import Layout
from intake_triage.tasks import Task


@dataclass(frozen=True)
class Fit:
    """What is trained at once: a system's model for some tasks, from one seed."""

    system: str
    tasks: tuple[Task, ...]
    seed: int

    @property
    def name(self) -> str:
        """For progress bars."""
        return f"{self.system} {'+'.join(self.tasks)} seed {self.seed}"


# A function at the top level of a module, with the keywords that it needs, called as
# ``train(fit, layout, folder)`` in a process of its own. It learns from `layout.prepared` and fills
# `folder`: `model/`, `logits_<task>.npy` for the records outside train, `history.json`, and `live/`
# where the system logs. It returns the number of parameters.
TrainFit = partial[int]


@dataclass(frozen=True)
class Job:
    """A fit to run, and the layout of the records that it learns from."""

    fit: Fit
    train: TrainFit
    layout: Layout
