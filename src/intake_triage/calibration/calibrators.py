"""The calibrators: small frozen values, kept as JSON, that turn raw logits into calibrated ones.

A further one is a dataclass here, with its name in `CALIBRATORS`, and a way to fit it in `fit.py`.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np


@dataclass(frozen=True)
class Identity:
    """Leaves the logits as they are."""

    name: ClassVar[str] = "identity"

    def apply(self, logits: np.ndarray) -> np.ndarray:
        return logits


@dataclass(frozen=True)
class Temperature:
    """Divides all logits by one number; the argmax stays.

    Attributes
    ----------
    temperature : float
        Above 0; above 1 for a model that is too sure, below 1 for one that is too unsure.
    """

    temperature: float
    name: ClassVar[str] = "temperature"

    def apply(self, logits: np.ndarray) -> np.ndarray:
        return logits / self.temperature


Calibrator = Identity | Temperature
CALIBRATORS: dict[str, type[Calibrator]] = {kind.name: kind for kind in (Identity, Temperature)}


def calibrate_logits(calibrator: Calibrator, logits: np.ndarray) -> np.ndarray:
    """Turn raw logits into calibrated ones, whose softmax is the calibrated probability.

    Parameters
    ----------
    calibrator : Calibrator
    logits : float array of shape (..., n_classes)

    Returns
    -------
    float64 array of shape (..., n_classes)
        Logits shifted by a constant a record mean the same.
    """
    return calibrator.apply(np.asarray(logits, np.float64))


def calibrator_to_dict(calibrator: Calibrator) -> dict[str, Any]:
    """A value that JSON can hold: `name`, then the parameters."""
    return {"name": calibrator.name, **asdict(calibrator)}


def calibrator_from_dict(value: dict[str, Any]) -> Calibrator:
    """The inverse of `calibrator_to_dict`."""
    parameters = {key: item for key, item in value.items() if key != "name"}
    return CALIBRATORS[value["name"]](**parameters)
