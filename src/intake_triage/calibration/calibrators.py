"""The calibrators: small frozen values, kept as JSON, that turn raw logits into calibrated ones.

`apply` takes finite logits of shape (..., n_classes) and gives finite ones of that shape; shifted
by a constant a record, either mean the same.

A further one is a dataclass here, with its name in `CALIBRATORS`, and a way to fit
it in `fit_calibrators.py`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from scipy.special import log_softmax, softmax

from intake_triage.files import read_json

LEAST_LOG_PROBABILITY = float(np.log(np.finfo(np.float32).tiny))  # that of probmetrics

Vector = tuple[float, ...]


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


@dataclass(frozen=True)
class Sms:
    """Structured matrix scaling: a temperature, a share of the uniform, then an affine map.

    With p = (1 − u) · softmax(logits / temperature) + u / n_classes, the calibrated logits are
    matrix · log p + intercept.

    Attributes
    ----------
    temperature : float
        Above 0.
    uniform_share : float
        u, in (0, 1).
    matrix : n_classes tuples of n_classes floats
        One a calibrated class; the unit matrix where nothing is to be mended.
    intercept : n_classes floats

    References
    ----------
    Berta, Holzmüller, Jordan, Bach (2026), Structured matrix scaling for multi-class calibration.
    """

    temperature: float
    uniform_share: float
    matrix: tuple[Vector, ...]
    intercept: Vector
    name: ClassVar[str] = "sms"

    def apply(self, logits: np.ndarray) -> np.ndarray:
        likely = np.maximum(log_softmax(logits, axis=-1), LEAST_LOG_PROBABILITY)
        scaled = softmax(likely / self.temperature, axis=-1)
        mixed = (1 - self.uniform_share) * scaled + self.uniform_share / logits.shape[-1]
        # Not `@`, whose sums are rounded by how many records there are.
        bent = np.einsum("...j,kj->...k", np.log(mixed), np.array(self.matrix))
        return bent + np.array(self.intercept)


@dataclass(frozen=True)
class Isotonic:
    """Bends each class's probability by a rising curve, renormalised, and mixed with a prior.

    Attributes
    ----------
    probability, calibrated : n_classes tuples of floats
        The corners of each class's curve, both rising: raw probabilities, and what they become.
        Between corners the curve is straight, beyond the outer ones it is level.
    prior : n_classes floats
        Above 0; sums to 1.
    prior_share : float
        In (0, 1): the prior's share in the mix. It stands alone where every curve gives 0.

    References
    ----------
    Zadrozny, Elkan (2002), Transforming classifier scores into accurate multiclass probability
    estimates.
    """

    probability: tuple[Vector, ...]
    calibrated: tuple[Vector, ...]
    prior: Vector
    prior_share: float
    name: ClassVar[str] = "isotonic"

    def apply(self, logits: np.ndarray) -> np.ndarray:
        raw = np.moveaxis(softmax(logits, axis=-1), -1, 0)  # (n_classes, ...)
        curves = zip(raw, self.probability, self.calibrated, strict=True)
        bent = np.stack([np.interp(p, corners, to) for p, corners, to in curves], axis=-1)
        total = bent.sum(axis=-1, keepdims=True)
        prior = np.broadcast_to(self.prior, bent.shape)
        distribution = np.divide(bent, total, out=prior.copy(), where=total > 0)
        return np.log((1 - self.prior_share) * distribution + self.prior_share * prior)


Calibrator = Identity | Temperature | Sms | Isotonic
# Those that are freer to follow the labels come later.
CALIBRATORS: dict[str, type[Calibrator]] = {
    kind.name: kind for kind in (Identity, Temperature, Sms, Isotonic)
}


def calibrate_seeds(fitted: Sequence[Calibrator], logits: np.ndarray) -> np.ndarray:
    """Calibrate each seed's logits by its own calibrator.

    Parameters
    ----------
    fitted : sequence of Calibrator
        One a seed.
    logits : float array of shape (n_seeds, n_records, n_classes)
        Raw and finite.

    Returns
    -------
    float64 array of that shape
        Finite; their softmax is the calibrated probability.
    """
    by_seed = zip(fitted, np.asarray(logits, np.float64), strict=True)
    return np.stack([calibrator.apply(seed_logits) for calibrator, seed_logits in by_seed])


def calibrator_to_dict(calibrator: Calibrator) -> dict[str, Any]:
    """A value that JSON can hold: `name`, then the parameters."""
    return {"name": calibrator.name, **asdict(calibrator)}


def calibrator_from_dict(value: dict[str, Any]) -> Calibrator:
    """The inverse of `calibrator_to_dict`, also after a way through JSON."""
    parameters = {key: _freeze(item) for key, item in value.items() if key != "name"}
    return CALIBRATORS[value["name"]](**parameters)


def read_calibrators(path: Path) -> dict[int, Calibrator]:
    """By seed, in the order of the seeds, what stage `calibrate` wrote of one system and task."""
    return {int(seed): calibrator_from_dict(value) for seed, value in read_json(path).items()}


def _freeze(item: Any) -> Any:
    """JSON's lists back to tuples."""
    return tuple(map(_freeze, item)) if isinstance(item, list) else item
