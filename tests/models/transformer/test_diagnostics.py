"""The gradient cosine equals one worked out by hand, and leaves the model alone."""

import numpy as np
import pytest
import torch

from intake_triage.models.transformer.batches import make_batch
from intake_triage.models.transformer.diagnostics import PROBE_RECORDS, gradient_cosine
from intake_triage.models.transformer.training import forward, task_losses

PAD = 0


def brute_force_cosine(model, records) -> float:
    rows = np.arange(min(PROBE_RECORDS, len(records)))
    gradients = []
    for task in ("urgency", "specialty"):
        model.zero_grad()
        batch = make_batch(records, rows, pad_id=PAD)
        task_losses(forward(model, batch), batch.labels)[task].backward()
        shared = [p for name, p in model.named_parameters() if not name.startswith("heads.")]
        gradients.append(torch.cat([p.grad.flatten() for p in shared if p.grad is not None]))
    model.zero_grad()
    urgency, specialty = gradients
    return (urgency @ specialty / (urgency.norm() * specialty.norm())).item()


@pytest.mark.parametrize("n_records", [120, PROBE_RECORDS + 50])
def test_the_cosine_equals_a_brute_force_one(model, make_records, n_records):
    records = make_records(n_records)
    cosine = gradient_cosine(model, records, pad_id=PAD)
    assert -1 <= cosine <= 1
    assert cosine == pytest.approx(brute_force_cosine(model, records), abs=1e-5)


def test_a_task_agrees_with_itself_and_conflicts_with_its_opposite(model, records):
    labels = records.labels["specialty"]
    records.labels["urgency"] = labels
    with torch.no_grad():
        model.heads["urgency"].weight[:2].copy_(model.heads["specialty"].weight)
        model.heads["urgency"].weight[2] = 0
        model.heads["urgency"].bias[2] = -1e4  # the third class is out of the game
    assert gradient_cosine(model, records, pad_id=PAD) == pytest.approx(1, abs=1e-5)
    with torch.no_grad():
        model.heads["urgency"].weight[:2].neg_()
    assert gradient_cosine(model, records, pad_id=PAD) < -0.5


def test_weights_and_gradients_are_left_as_they_were(model, records):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    gradient_cosine(model, records, pad_id=PAD)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_same_records_give_the_same_figure_in_spite_of_dropout(make_model, records):
    model = make_model(dropout=0.5).train()
    figures = {gradient_cosine(model, records, pad_id=PAD) for _ in range(3)}
    assert len(figures) == 1
