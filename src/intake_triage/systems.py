"""The systems that are compared, and the forecasters made of them: the one registry.

What a further trained system takes beside its lines here: docs/extending.md. A further blend is a
line in `BLENDS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class System:
    """A way to predict the labels.

    `name` is for paths, metrics and plots, `label` is one model in words. The colours are Okabe and
    Ito's, safe for colour-blind eyes, and never the only sign. One that no stage has `trained` is a
    reference; a `joint` one serves both tasks by one model.
    """

    name: str
    label: str
    colour: str
    trained: bool = True
    joint: bool = False


# In the order in which tables and pictures show them.
SYSTEMS = {
    system.name: system
    for system in (
        System("prior", "class frequencies", "#999999", trained=False),
        System("linear", "logistic regression", "#E69F00"),
        System("gbm", "LightGBM", "#009E73"),
        System("st", "Transformer", "#0072B2"),
        System("mtl", "multi-task Transformer", "#D55E00", joint=True),
        System("oracle", "the best possible", "#000000", trained=False),
    )
}
TRAINED_SYSTEMS = tuple(name for name, system in SYSTEMS.items() if system.trained)
JOINT_SYSTEMS = tuple(name for name, system in SYSTEMS.items() if system.joint)


@dataclass(frozen=True)
class Forecaster:
    """What would be released: the calibrated average of all fits of its members, a member alike.

    `label` and `colour` as a system's; one that is `joint` serves all tasks or none.
    """

    name: str
    members: tuple[str, ...]
    label: str
    colour: str

    @property
    def joint(self) -> bool:
        return any(SYSTEMS[member].joint for member in self.members)


BLENDS = (
    Forecaster("gbm+st", ("gbm", "st"), "LightGBM and Transformer averaged", "#56B4E9"),
    Forecaster("gbm+mtl", ("gbm", "mtl"), "LightGBM and multi-task averaged", "#CC79A7"),
)
# A system that is trained is a forecaster by itself: the average of its seeds.
FORECASTERS = {
    forecaster.name: forecaster
    for forecaster in (
        *(Forecaster(n, (n,), SYSTEMS[n].label, SYSTEMS[n].colour) for n in TRAINED_SYSTEMS),
        *BLENDS,
    )
}


def list_systems(tasks: Sequence[str]) -> tuple[str, ...]:
    """The trained systems that can serve these tasks: a joint one needs more than one."""
    return tuple(name for name in TRAINED_SYSTEMS if len(tasks) > 1 or not SYSTEMS[name].joint)


def list_forecasters(tasks: Sequence[str]) -> tuple[str, ...]:
    """The forecasters whose members can all serve these tasks."""
    return tuple(name for name, each in FORECASTERS.items() if len(tasks) > 1 or not each.joint)
