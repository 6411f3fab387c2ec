"""Every method's gradients and weights are what its formula says, on problems of two weights."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torchjd.aggregation import MGDA

from intake_triage.errors import InputError
from intake_triage.models.transformer.balancing import (
    AGGREGATORS,
    FixedWeights,
    UncertaintyWeights,
    make_balancing,
)
from intake_triage.models.transformer.batches import make_batch
from intake_triage.models.transformer.loop import encode, task_losses
from intake_triage.params import MtlParams

LOSSES = {"urgency": torch.tensor(1.25), "specialty": torch.tensor(2.0)}
AGREEING = torch.tensor([[3.0, 1.0], [1.0, 2.0]])
CONFLICTING = torch.tensor([[3.0, 0.0], [-1.0, 1.0]])


def shared_gradient(name: str, slopes: torch.Tensor, *, loss_weight: float = 0.5) -> torch.Tensor:
    """The gradient of two shared weights; a task's loss has the gradient `slopes[task]`.

    Each loss is its head's weight, which is 1, times the slopes times the shared weights.
    """
    shared = nn.Parameter(torch.tensor([0.7, -0.4]))
    heads = [nn.Parameter(torch.tensor(1.0)) for _ in range(2)]
    features = shared * 1.0
    losses = {
        task: head * (slope @ features)
        for task, head, slope in zip(("urgency", "specialty"), heads, slopes, strict=True)
    }
    balancing = make_balancing(MtlParams(balancing=name, loss_weight=loss_weight))
    balancing.backward(losses, features, [shared])
    for head, slope, weight in zip(heads, slopes, (loss_weight, 1 - loss_weight), strict=True):
        torch.testing.assert_close(head.grad, weight * (slope @ shared.detach()))
    return shared.grad


def project(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """`first` without what it has against `second`."""
    return first - min((first @ second).item(), 0.0) / (second @ second) * second


def test_the_weight_scales_urgency_and_its_rest_specialty():
    scaled = FixedWeights(loss_weight=0.3).scale(LOSSES)
    torch.testing.assert_close(torch.stack(scaled), torch.tensor([0.3 * 1.25, 0.7 * 2.0]))


@pytest.mark.parametrize("slopes", [AGREEING, CONFLICTING])
@pytest.mark.parametrize("weight", [0.5, 0.2])
def test_fixed_is_the_gradient_of_the_scaled_sum(slopes, weight):
    expected = weight * slopes[0] + (1 - weight) * slopes[1]
    torch.testing.assert_close(shared_gradient("fixed", slopes, loss_weight=weight), expected)


@pytest.mark.parametrize("name", ["uncertainty", "pcgrad", "upgrad"])
@pytest.mark.parametrize("weight", [0.5, 0.2])
def test_where_tasks_agree_every_method_begins_as_fixed(name, weight):
    expected = shared_gradient("fixed", AGREEING, loss_weight=weight)
    gradient = shared_gradient(name, AGREEING, loss_weight=weight)
    torch.testing.assert_close(gradient, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", ["pcgrad", "upgrad"])
@pytest.mark.parametrize("weight", [0.5, 0.2])
def test_where_two_tasks_conflict_each_gradient_loses_what_it_has_against_the_other(name, weight):
    # For two tasks, projection onto the dual cone (upgrad) and onto the other's normal plane
    # (pcgrad) are the same.
    urgency, specialty = weight * CONFLICTING[0], (1 - weight) * CONFLICTING[1]
    expected = project(urgency, specialty) + project(specialty, urgency)
    gradient = shared_gradient(name, CONFLICTING, loss_weight=weight)
    torch.testing.assert_close(gradient, expected, rtol=1e-3, atol=1e-3)
    assert gradient @ urgency >= -1e-3
    assert gradient @ specialty >= -1e-3


def test_uncertainty_equals_its_formula():
    shared = nn.Parameter(torch.tensor([1.0, 1.0]))
    balancing = UncertaintyWeights(loss_weight=0.3)
    with torch.no_grad():
        balancing.log_variance.copy_(torch.tensor([0.4, -0.9]))
    losses = {"urgency": 1.25 * shared[0], "specialty": 2.0 * shared[1]}
    balancing.backward(losses, shared, [shared])
    weights = {"urgency": math.exp(-0.4) * 0.3, "specialty": math.exp(0.9) * 0.7}
    assert balancing.weights() == pytest.approx(weights)
    expected = torch.tensor([1.25 * weights["urgency"], 2.0 * weights["specialty"]])
    torch.testing.assert_close(shared.grad, expected)
    # d/ds (exp(−s) · L + s / 2)
    slopes = [0.5 - 1.25 * weights["urgency"], 0.5 - 2.0 * weights["specialty"]]
    torch.testing.assert_close(balancing.log_variance.grad, torch.tensor(slopes))


def test_the_log_variances_move_to_where_the_formula_has_its_minimum():
    balancing = UncertaintyWeights(loss_weight=0.5)
    optimizer = torch.optim.SGD(balancing.parameters(), lr=0.5)
    for _ in range(300):
        optimizer.zero_grad()
        balancing.backward(LOSSES, torch.zeros(1), [])
        optimizer.step()
    # d/ds (exp(−s) · L + s / 2) = 0 at s = log 2 L
    expected = torch.tensor([1.25, 2.0]).log()
    torch.testing.assert_close(balancing.log_variance.detach(), expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", ["fixed", "uncertainty", "pcgrad", "upgrad"])
def test_the_gradients_of_a_whole_model_are_those_of_its_tasks(model, records, name):
    batch = make_batch(records, np.arange(32), pad_id=0)
    states, mask = encode(model, batch)
    losses = task_losses(model.classify(states, mask), batch.labels)
    shared = model.shared_parameters()
    urgency, specialty = (
        torch.cat([g.flatten() for g in torch.autograd.grad(loss / 2, shared, retain_graph=True)])
        for loss in losses.values()
    )
    for task, loss in losses.items():
        own = list(model.heads[task].parameters())
        expected = torch.autograd.grad(loss / 2, own, retain_graph=True)
        for parameter, gradient in zip(own, expected, strict=True):
            parameter.expected = gradient

    make_balancing(MtlParams(balancing=name, loss_weight=0.5)).backward(losses, states, shared)
    for parameter in model.heads.parameters():
        torch.testing.assert_close(parameter.grad, parameter.expected)
    if name in AGGREGATORS:
        urgency, specialty = project(urgency, specialty), project(specialty, urgency)
    found = torch.cat([parameter.grad.flatten() for parameter in shared])
    torch.testing.assert_close(found, urgency + specialty, rtol=1e-2, atol=1e-4)


def test_constants_that_an_encoder_keeps_as_weights_are_not_balanced(make_model):
    model = make_model(architecture="roformer")
    constants = [p for p in model.parameters() if not p.requires_grad]
    assert constants
    assert len(model.shared_parameters()) == (
        len(list(model.parameters())) - len(list(model.heads.parameters())) - len(constants)
    )


def test_fixed_has_nothing_to_train():
    balancing = FixedWeights(loss_weight=0.3)
    assert list(balancing.parameters()) == []
    assert balancing.weights() == {"urgency": 0.3, "specialty": 0.7}


def test_a_line_adds_another_method_of_torchjd(monkeypatch):
    monkeypatch.setitem(AGGREGATORS, "mgda", MGDA)
    urgency, specialty = 0.5 * CONFLICTING
    apart = urgency - specialty
    share = (specialty @ -apart / (apart @ apart)).clamp(0, 1)  # the shortest mixture of the two
    expected = share * urgency + (1 - share) * specialty
    torch.testing.assert_close(shared_gradient("mgda", CONFLICTING), expected, rtol=0.02, atol=0.01)


def test_an_unknown_method_is_refused_with_those_that_there_are():
    with pytest.raises(
        InputError, match="'gradnorm'; it may be fixed, uncertainty, pcgrad, upgrad"
    ):
        make_balancing(MtlParams(balancing="gradnorm", loss_weight=0.5))
