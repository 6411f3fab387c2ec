"""How the losses of several tasks become the one number that is minimised."""

import torch
from torch import nn

from intake_triage.params import MtlParams
from intake_triage.tasks import Task


def scale_losses(losses: dict[Task, torch.Tensor], *, loss_weight: float) -> torch.Tensor:
    """``w · L_urgency`` and ``(1 − w) · L_specialty``, shape (2,)."""
    return torch.stack([loss_weight * losses["urgency"], (1 - loss_weight) * losses["specialty"]])


class FixedWeights(nn.Module):
    """The sum of the scaled losses."""

    def __init__(self, *, loss_weight: float):
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, losses: dict[Task, torch.Tensor]) -> torch.Tensor:
        return scale_losses(losses, loss_weight=self.loss_weight).sum()

    def weights(self) -> dict[Task, float]:
        """What each task's loss is multiplied with now."""
        return {"urgency": self.loss_weight, "specialty": 1 - self.loss_weight}


class UncertaintyWeights(nn.Module):
    """Each scaled loss divided by a learned variance: ``exp(−s) · L + s / 2``, s a log-variance.

    References
    ----------
    Kendall, Gal and Cipolla (2018), Multi-task learning using uncertainty to weigh losses for
    scene geometry and semantics, eq. 10 (classification).
    """

    def __init__(self, *, loss_weight: float):
        super().__init__()
        self.loss_weight = loss_weight
        self.log_variance = nn.Parameter(torch.zeros(2))

    def forward(self, losses: dict[Task, torch.Tensor]) -> torch.Tensor:
        scaled = scale_losses(losses, loss_weight=self.loss_weight)
        return (torch.exp(-self.log_variance) * scaled + self.log_variance / 2).sum()

    def weights(self) -> dict[Task, float]:
        """What each task's loss is multiplied with now."""
        urgency, specialty = torch.exp(-self.log_variance).tolist()
        return {
            "urgency": self.loss_weight * urgency,
            "specialty": (1 - self.loss_weight) * specialty,
        }


BALANCING = {"fixed": FixedWeights, "uncertainty": UncertaintyWeights}


def make_balancing(params: MtlParams) -> nn.Module:
    """The method that `mtl.balancing` names."""
    return BALANCING[params.balancing](loss_weight=params.loss_weight)
