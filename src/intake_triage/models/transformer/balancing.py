"""How the losses of several tasks become one step of the weights that they share.

A further method of `torchjd` is a line in `AGGREGATORS`.
"""

from collections.abc import Callable, Sequence

import torch
from torch import nn
from torchjd.aggregation import Aggregator, PCGrad, UPGrad
from torchjd.autojac import jac_to_grad, mtl_backward

from intake_triage.errors import InputError
from intake_triage.params import MtlParams
from intake_triage.tasks import TASKS, Task

Losses = dict[Task, torch.Tensor]

# Each makes one gradient of the tasks'. Where they do not conflict it is their sum, as in `fixed`:
# so methods differ in what they do about conflict, and not in the length of a step.
AGGREGATORS: dict[str, Callable[[], Aggregator]] = {
    "pcgrad": PCGrad,
    "upgrad": lambda: UPGrad(pref_vector=torch.ones(len(TASKS))),
}


class Balancing(nn.Module):
    """What the training loop needs of a method; a module, since it may have weights to train.

    Attributes
    ----------
    loss_weight : float
        In (0, 1): urgency's; the rest is specialty's.
    """

    def __init__(self, *, loss_weight: float):
        super().__init__()
        self.loss_weight = loss_weight

    def scale(self, losses: Losses) -> list[torch.Tensor]:
        """``w · L_urgency`` and ``(1 − w) · L_specialty``."""
        return [self.loss_weight * losses["urgency"], (1 - self.loss_weight) * losses["specialty"]]

    def weights(self) -> dict[Task, float]:
        """What each task's loss is multiplied with now."""
        return {"urgency": self.loss_weight, "specialty": 1 - self.loss_weight}

    def backward(
        self, losses: Losses, states: torch.Tensor, shared: Sequence[nn.Parameter]
    ) -> None:
        """Set the gradient of every weight, where none is set yet.

        Parameters
        ----------
        losses : scalar tensor by task
        states : tensor of shape (B, 1 + T, width), what all heads share
        shared : the weights that `states` come from
        """
        raise NotImplementedError


class FixedWeights(Balancing):
    """The sum of the scaled losses."""

    def backward(
        self, losses: Losses, states: torch.Tensor, shared: Sequence[nn.Parameter]
    ) -> None:
        sum(self.scale(losses)).backward()


class UncertaintyWeights(Balancing):
    """Each scaled loss divided by a learned variance: ``exp(−s) · L + s / 2``, s a log-variance.

    References
    ----------
    Kendall, Gal and Cipolla (2018), Multi-task learning using uncertainty to weigh losses for
    scene geometry and semantics, eq. 10 (classification).
    """

    def __init__(self, *, loss_weight: float):
        super().__init__(loss_weight=loss_weight)
        self.log_variance = nn.Parameter(torch.zeros(2))

    def backward(
        self, losses: Losses, states: torch.Tensor, shared: Sequence[nn.Parameter]
    ) -> None:
        scaled = torch.stack(self.scale(losses))
        (torch.exp(-self.log_variance) * scaled + self.log_variance / 2).sum().backward()

    def weights(self) -> dict[Task, float]:
        urgency, specialty = torch.exp(-self.log_variance).tolist()
        return {
            "urgency": self.loss_weight * urgency,
            "specialty": (1 - self.loss_weight) * specialty,
        }


class AggregatedGradients(Balancing):
    """The gradients of the scaled losses, made one by a method of `torchjd`.

    A head's weights have the gradient of their own task; the shared ones the aggregated gradient.
    By how much the method changes a gradient is no weight of a loss.

    References
    ----------
    Yu et al. (2020), Gradient surgery for multi-task learning (`pcgrad`); Quinton and Rey (2024),
    Jacobian descent for multi-objective optimization (`upgrad`).
    """

    def __init__(self, aggregator: Aggregator, *, loss_weight: float):
        super().__init__(loss_weight=loss_weight)
        self.aggregator = aggregator

    def backward(
        self, losses: Losses, states: torch.Tensor, shared: Sequence[nn.Parameter]
    ) -> None:
        # One task's gradient after the other: so small a model gains nothing from both at once.
        mtl_backward(self.scale(losses), states, shared_params=shared, parallel_chunk_size=1)
        jac_to_grad(shared, self.aggregator)


def make_balancing(params: MtlParams) -> Balancing:
    """The method that `mtl.balancing` names.

    Raises
    ------
    InputError
        If there is no such method.
    """
    name, loss_weight = params.balancing, params.loss_weight
    if name in WEIGHTS:
        return WEIGHTS[name](loss_weight=loss_weight)
    if name in AGGREGATORS:
        return AggregatedGradients(AGGREGATORS[name](), loss_weight=loss_weight)
    known = ", ".join([*WEIGHTS, *AGGREGATORS])
    raise InputError(f"params.yaml: mtl.balancing: got {name!r}; it may be {known}")


WEIGHTS = {"fixed": FixedWeights, "uncertainty": UncertaintyWeights}
