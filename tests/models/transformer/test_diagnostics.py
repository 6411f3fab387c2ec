"""The comparison of gradients equals one worked out by hand, and leaves the model alone."""

import numpy as np
import pytest
import torch

from intake_triage.models.transformer.batches import make_batch
from intake_triage.models.transformer.diagnostics import PROBE_RECORDS, compare_gradients
from intake_triage.models.transformer.loop import encode, task_losses
from intake_triage.records.prepared import NO_LABEL

PAD = 0


def gradients_by_hand(model, records) -> dict[str, torch.Tensor]:
    rows = np.arange(min(PROBE_RECORDS, len(records)))
    gradients = {}
    for task in ("urgency", "specialty"):
        model.zero_grad()
        batch = make_batch(records, rows, pad_id=PAD)
        task_losses(model.classify(*encode(model, batch)), batch.labels)[task].backward()
        shared = [p for name, p in model.named_parameters() if not name.startswith("heads.")]
        gradients[task] = torch.cat([p.grad.flatten() for p in shared if p.grad is not None])
    model.zero_grad()
    return gradients


@pytest.mark.parametrize("n_records", [120, PROBE_RECORDS + 50])
def test_cosine_and_norms_equal_those_by_hand(model, make_records, n_records):
    records = make_records(n_records)
    compared = compare_gradients(model, records, pad_id=PAD)
    urgency, specialty = gradients_by_hand(model, records).values()
    cosine = urgency @ specialty / (urgency.norm() * specialty.norm())
    assert compared.cosine == pytest.approx(cosine.item(), abs=1e-5)
    assert compared.norm == pytest.approx(
        {"urgency": urgency.norm().item(), "specialty": specialty.norm().item()}, rel=1e-4
    )


def test_without_the_labels_of_a_task_there_is_nothing_to_compare(model, records):
    records.labels["urgency"].fill_(NO_LABEL)
    assert compare_gradients(model, records, pad_id=PAD) is None


def test_a_task_agrees_with_itself_and_conflicts_with_its_opposite(model, records):
    labels = records.labels["specialty"]
    records.labels["urgency"] = labels
    with torch.no_grad():
        urgency, specialty = model.heads["urgency"], model.heads["specialty"]
        urgency.query.load_state_dict(specialty.query.state_dict())
        urgency.hidden.load_state_dict(specialty.hidden.state_dict())
        urgency.out.weight[:2].copy_(specialty.out.weight)
        urgency.out.weight[2] = 0
        urgency.out.bias[2] = -1e4  # the third class is out of the game
    assert compare_gradients(model, records, pad_id=PAD).cosine == pytest.approx(1, abs=1e-5)
    with torch.no_grad():
        urgency.out.weight[:2].neg_()
    assert compare_gradients(model, records, pad_id=PAD).cosine < -0.5


def test_weights_and_gradients_are_left_as_they_were(model, records):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    compare_gradients(model, records, pad_id=PAD)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_same_records_give_the_same_figure_in_spite_of_dropout(make_model, records):
    model = make_model(dropout=0.5).train()
    figures = {compare_gradients(model, records, pad_id=PAD).cosine for _ in range(3)}
    assert len(figures) == 1
