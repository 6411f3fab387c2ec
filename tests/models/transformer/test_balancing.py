"""Two losses become one as the formulas say."""

import math
from typing import get_args

import pytest
import torch

from intake_triage.models.transformer.balancing import (
    BALANCING,
    FixedWeights,
    UncertaintyWeights,
    make_balancing,
    scale_losses,
)
from intake_triage.params import MtlParams

LOSSES = {"urgency": torch.tensor(1.25), "specialty": torch.tensor(2.0)}


def test_the_weight_scales_urgency_and_its_rest_specialty():
    scaled = scale_losses(LOSSES, loss_weight=0.3)
    torch.testing.assert_close(scaled, torch.tensor([0.3 * 1.25, 0.7 * 2.0]))


def test_fixed_is_the_sum_of_the_scaled_losses():
    balancing = FixedWeights(loss_weight=0.3)
    assert balancing(LOSSES).item() == pytest.approx(0.3 * 1.25 + 0.7 * 2.0)
    assert balancing.weights() == {"urgency": 0.3, "specialty": 0.7}
    assert list(balancing.parameters()) == []


def test_uncertainty_equals_its_formula():
    balancing = UncertaintyWeights(loss_weight=0.3)
    with torch.no_grad():
        balancing.log_variance.copy_(torch.tensor([0.4, -0.9]))
    expected = math.exp(-0.4) * 0.3 * 1.25 + 0.2 + math.exp(0.9) * 0.7 * 2.0 - 0.45
    assert balancing(LOSSES).item() == pytest.approx(expected)
    assert balancing.weights() == pytest.approx(
        {"urgency": math.exp(-0.4) * 0.3, "specialty": math.exp(0.9) * 0.7}
    )


def test_uncertainty_begins_as_fixed():
    fixed, uncertainty = FixedWeights(loss_weight=0.3), UncertaintyWeights(loss_weight=0.3)
    assert uncertainty(LOSSES).item() == pytest.approx(fixed(LOSSES).item())
    assert uncertainty.weights() == pytest.approx(fixed.weights())


def test_the_log_variances_move_to_where_the_formula_has_its_minimum():
    balancing = UncertaintyWeights(loss_weight=0.5)
    optimizer = torch.optim.SGD(balancing.parameters(), lr=0.5)
    for _ in range(300):
        optimizer.zero_grad()
        balancing(LOSSES).backward()
        optimizer.step()
    # d/ds (exp(−s) · L + s / 2) = 0 at s = log 2 L
    expected = torch.tensor([1.25, 2.0]).log()
    torch.testing.assert_close(balancing.log_variance.detach(), expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", ["fixed", "uncertainty"])
def test_a_method_is_made_by_its_name(name):
    balancing = make_balancing(MtlParams(balancing=name, loss_weight=0.2))
    assert type(balancing) is BALANCING[name]
    assert balancing.loss_weight == 0.2


def test_every_name_that_params_allow_has_a_method():
    assert set(get_args(MtlParams.model_fields["balancing"].annotation)) == set(BALANCING)
