"""The model comes back from its files, and its logits depend on the record alone."""

import numpy as np
import pytest
import torch

from intake_triage.models.transformer.batches import make_batch
from intake_triage.models.transformer.model import IntakeConfig, IntakeModel
from intake_triage.models.transformer.predict import encode, predict_logits

PAD = 0


def logits_of(model: IntakeModel, records, rows: np.ndarray) -> dict[str, torch.Tensor]:
    with torch.inference_mode():
        return model.classify(*encode(model, make_batch(records, rows, pad_id=PAD)))


def test_the_logits_have_a_row_a_record_and_a_column_a_class(model, records):
    logits = logits_of(model, records, np.arange(7))
    assert {task: tuple(values.shape) for task, values in logits.items()} == {
        "urgency": (7, 3),
        "specialty": (7, 2),
    }


@pytest.mark.parametrize("task", ["urgency", "specialty"])
def test_a_model_of_one_task_is_the_model_of_two_without_the_other_head(make_model, task):
    one, two = make_model(tasks=(task,)), make_model()
    other = "specialty" if task == "urgency" else "urgency"
    shapes = {name: value.shape for name, value in two.state_dict().items()}
    assert {name: value.shape for name, value in one.state_dict().items()} == {
        name: shape for name, shape in shapes.items() if not name.startswith(f"heads.{other}.")
    }


def test_what_is_saved_comes_back_with_identical_logits(model, records, tmp_path):
    model.save_pretrained(tmp_path / "model")
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "config.json",
        "model.safetensors",
    ]
    loaded = IntakeModel.from_pretrained(tmp_path / "model", local_files_only=True)
    assert loaded.config.classes == model.config.classes
    for name, value in model.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], value, rtol=0, atol=0)
    before = predict_logits(model, records, pad_id=PAD)
    after = predict_logits(loaded, records, pad_id=PAD)
    for task, values in before.items():
        np.testing.assert_array_equal(after[task], values)


def test_padding_changes_no_logits(model, records):
    rows = np.arange(40)
    padded = logits_of(model, records, rows)
    assert make_batch(records, rows, pad_id=PAD).attention_mask is not None
    for row in rows:
        alone = logits_of(model, records, np.array([row]))
        for task, values in alone.items():
            torch.testing.assert_close(padded[task][row], values[0], rtol=0, atol=1e-5)


def test_what_stands_under_the_padding_does_not_matter(model, records):
    batch = make_batch(records, np.arange(40), pad_id=PAD)
    hidden = batch.attention_mask == 0
    other = batch.input_ids.masked_fill(hidden, 17)
    with torch.inference_mode():
        fields = (batch.numeric, batch.categorical)
        expected = model(batch.input_ids, batch.attention_mask, *fields)
        logits = model(other, batch.attention_mask, *fields)
    for task, values in expected.items():
        torch.testing.assert_close(logits[task], values, rtol=0, atol=1e-6)


def test_no_mask_is_a_mask_of_ones(model, records):
    rows = np.flatnonzero(records.lengths == records.lengths[0])
    batch = make_batch(records, rows, pad_id=PAD)
    with torch.inference_mode():
        without = model(batch.input_ids, None, batch.numeric, batch.categorical)
        ones = torch.ones_like(batch.input_ids)
        masked = model(batch.input_ids, ones, batch.numeric, batch.categorical)
    for task, values in without.items():
        torch.testing.assert_close(masked[task], values, rtol=0, atol=1e-6)


def test_the_order_of_a_batch_does_not_matter(model, records, rng):
    rows = np.arange(40)
    order = rng.permutation(40)
    straight, shuffled = logits_of(model, records, rows), logits_of(model, records, rows[order])
    for task, values in straight.items():
        torch.testing.assert_close(shuffled[task], values[order], rtol=0, atol=1e-6)


def test_logits_come_back_in_the_order_of_the_records(model, records):
    scored = predict_logits(model, records, pad_id=PAD)
    for task, values in logits_of(model, records, np.arange(len(records))).items():
        assert scored[task].dtype == np.float32
        np.testing.assert_allclose(scored[task], values, atol=1e-5)


def test_what_a_record_gets_hangs_on_no_other_to_the_last_bit(model, records, rng):
    scored = predict_logits(model, records, pad_id=PAD)
    order = rng.permutation(len(records))
    for rows in (order, order[:50], order[:17], *order[:30, np.newaxis]):
        again = predict_logits(model, records.rows(rows), pad_id=PAD)
        for task, values in scored.items():
            np.testing.assert_array_equal(again[task], values[rows])


@pytest.mark.parametrize("part", ["text", "the order of words", "numeric", "categorical"])
def test_every_part_of_a_record_reaches_both_heads(model, records, part):
    with torch.no_grad():  # at their first values, 0.02 wide, the weights hardly tell words apart
        for parameter in model.parameters():
            parameter.mul_(10)
    rows = np.array([np.flatnonzero(records.lengths > 4)[0]])
    batch = make_batch(records, rows, pad_id=PAD)
    ids, numeric, categorical = batch.input_ids, batch.numeric, batch.categorical
    if part == "text":
        ids = torch.where(ids == ids[0, 1], 30, ids)
    elif part == "the order of words":
        ids = torch.cat([ids[:, :1], ids[:, 1:].flip(1)], dim=1)
    elif part == "numeric":
        numeric = torch.where(numeric.isnan(), 0.0, float("nan"))
    else:
        categorical = (categorical + 1) % 3
    with torch.inference_mode():
        before = model(batch.input_ids, None, batch.numeric, batch.categorical)
        after = model(ids, None, numeric, categorical)
    for task, values in before.items():
        assert (values - after[task]).abs().max() > 1e-4


def test_records_without_fields_will_do(make_model, records):
    config = make_model().config
    model = IntakeModel(
        IntakeConfig(encoder=config.encoder, fields=[], n_bins=4, classes=config.classes)
    ).eval()
    nothing = torch.empty(2, 0)
    logits = model(torch.tensor([[2, 5], [2, 6]]), None, nothing, nothing.long())
    assert all(values.isfinite().all() for values in logits.values())


def test_no_weight_is_left_as_memory_happened_to_be(make_model):
    for name, value in make_model(seed=1).state_dict().items():
        torch.testing.assert_close(make_model(seed=1).state_dict()[name], value, rtol=0, atol=0)
        assert value.float().abs().max() < 512, name
