"""The systems that are compared: the one registry, which everything else iterates over.

To add a trained system is to add it here and in `decision.cheaper_first`, to train it in a stage,
and to name its outputs in dvc.yaml.
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


def list_systems(tasks: Sequence[str]) -> tuple[str, ...]:
    """The trained systems that can serve these tasks: a joint one needs more than one."""
    return tuple(name for name in TRAINED_SYSTEMS if len(tasks) > 1 or name not in JOINT_SYSTEMS)
