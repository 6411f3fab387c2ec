"""The loop minimises what it says, keeps the best epoch, and repeats itself from the same seed."""

from math import comb

import numpy as np
import pytest
import torch
from torch.optim.swa_utils import AveragedModel

from intake_triage.models.transformer import loop
from intake_triage.models.transformer.balancing import FixedWeights, UncertaintyWeights
from intake_triage.models.transformer.loop import (
    Epoch,
    task_losses,
    train_model,
)
from intake_triage.models.transformer.predict import predict_logits
from intake_triage.records.prepared import NO_LABEL
from intake_triage.statistics.scores import log_loss, macro_f1

PAD = 0


@pytest.fixture
def settings(params):
    return params.train.model_copy(
        update={"epochs": 4, "patience": 4, "batch_size": 16, "learning_rate": 0.01}
    )


@pytest.fixture
def train(make_records, settings):
    """A function that trains a model and returns its epochs."""
    parts = make_records(200), make_records(60)

    def run(model, balancing=None, *, seed=0, after_epoch=lambda *_: None, **changes):
        return train_model(
            model,
            balancing,
            *parts,
            settings.model_copy(update=changes),
            seed=seed,
            pad_id=PAD,
            name="test",
            after_epoch=after_epoch,
        )

    run.train, run.valid = parts
    return run


def weights_of(model) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def assert_same(one: dict, other: dict) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], rtol=0, atol=0)


def test_a_loss_is_the_mean_over_the_records_that_carry_the_label(rng):
    logits = torch.from_numpy(rng.normal(size=(30, 4)))
    labels = torch.from_numpy(rng.integers(-1, 4, 30))
    losses = task_losses({"urgency": logits}, {"urgency": labels})
    known = labels.numpy() != NO_LABEL
    assert 0 < known.sum() < 30
    expected = log_loss(logits.numpy()[known], labels.numpy()[known])
    assert losses["urgency"].item() == pytest.approx(expected)


def test_a_record_with_one_label_contributes_that_tasks_loss_alone():
    logits = {task: torch.randn(3, 2, requires_grad=True) for task in ("urgency", "specialty")}
    labels = {"urgency": torch.tensor([0, -1, 1]), "specialty": torch.tensor([-1, 1, 0])}
    sum(task_losses(logits, labels).values()).backward()
    assert (logits["urgency"].grad[1] == 0).all()
    assert (logits["specialty"].grad[0] == 0).all()
    for task in logits:
        for row in range(3):
            contributes = labels[task][row] != NO_LABEL
            assert (logits[task].grad[row].abs().sum() > 0) == contributes


def test_a_batch_without_a_label_costs_nothing_and_pulls_nowhere():
    logits = torch.randn(3, 2, requires_grad=True)
    loss = task_losses({"urgency": logits}, {"urgency": torch.full((3,), NO_LABEL)})["urgency"]
    assert loss.item() == 0
    loss.backward()
    assert (logits.grad == 0).all()


def test_soft_labels_cost_what_drawing_hard_ones_from_them_costs_on_average(rng):
    logits = torch.tensor(rng.normal(size=(5, 4)))
    soft = torch.tensor(rng.dirichlet(np.ones(4), size=5))
    drawn = [(soft[:, k] * -torch.log_softmax(logits, dim=1)[:, k]).mean() for k in range(4)]
    losses = task_losses({"urgency": logits}, {"urgency": soft})
    torch.testing.assert_close(losses["urgency"], sum(drawn))
    hard = torch.tensor([0, 3, 2, 1, 0])
    torch.testing.assert_close(
        task_losses({"urgency": logits}, {"urgency": torch.eye(4, dtype=torch.float64)[hard]}),
        task_losses({"urgency": logits}, {"urgency": hard}),
    )


def test_training_lowers_the_loss_of_both_tasks(make_model, train):
    balancing = FixedWeights(loss_weight=0.5)
    epochs = train(make_model(), balancing, epochs=15, patience=15, learning_rate=0.03)
    for task in ("urgency", "specialty"):
        assert epochs[-1].train_log_loss[task] < 0.5 * epochs[0].train_log_loss[task]
        assert min(epoch.valid_log_loss[task] for epoch in epochs) < (
            0.7 * epochs[0].valid_log_loss[task]
        )


def test_the_scores_of_an_epoch_are_those_of_the_labelled_records_of_valid(make_model, train):
    model = make_model()
    epochs = train(model, FixedWeights(loss_weight=0.5), epochs=1)
    for task, logits in predict_logits(model, train.valid, pad_id=PAD).items():
        labels = train.valid.labels[task].numpy()
        known = labels != NO_LABEL
        assert 0 < known.sum() < len(known)
        assert epochs[0].valid_log_loss[task] == log_loss(logits[known], labels[known])
        assert epochs[0].valid_macro_f1[task] == macro_f1(
            logits[known].argmax(axis=1), labels[known], n_classes=logits.shape[1]
        )


def test_batches_without_a_label_do_not_lower_the_loss_that_is_told(make_model, train):
    train.train.labels["urgency"][1:] = NO_LABEL
    epochs = train(make_model(), FixedWeights(loss_weight=0.5), epochs=1, learning_rate=1e-6)
    n_classes = make_model().heads["urgency"].out.out_features
    assert epochs[0].train_log_loss["urgency"] > 0.3 * np.log(n_classes)


def test_what_is_scored_is_multiplied_in_full_while_a_step_may_be_rounded(make_model, train):
    products, seen = torch.backends.mkldnn.matmul, set()

    def note(module, args, keywords):
        seen.add((module.training, products.fp32_precision))

    before = products.fp32_precision
    model = make_model()
    model.encoder.register_forward_pre_hook(note, with_kwargs=True)
    train(model, FixedWeights(loss_weight=0.5), epochs=1)
    assert seen == {(True, "bf16"), (False, before)}
    assert products.fp32_precision == before != "bf16"


@pytest.mark.parametrize(
    ("sums", "kept", "n_run"),
    [([3, 1, 2, 1.5], 1, 4), ([3, 1, 2, 2, 0], 1, 4), ([4, 3, 2, 1], 3, 4), ([1, 2, 3], 0, 3)],
)
def test_the_checkpoint_is_the_epoch_with_the_lowest_sum_within_the_patience(
    make_model, train, monkeypatch, sums, kept, n_run
):
    scripted = iter(sums)

    def score(*_, **__) -> Epoch:
        # The sum decides, not a single task: urgency worsens all the time.
        total = next(scripted)
        worsening = 100 - len(list_of_weights)
        return Epoch({}, {"urgency": -worsening, "specialty": total + worsening}, {})

    list_of_weights: list[dict] = []
    monkeypatch.setattr(loop, "_score_epoch", score)
    model = make_model()
    epochs = train(
        model,
        FixedWeights(loss_weight=0.5),
        epochs=len(sums),
        patience=2,
        after_epoch=lambda scored, _: list_of_weights.append(weights_of(scored)),
    )
    assert len(epochs) == n_run
    assert [epoch.valid_sum for epoch in epochs] == pytest.approx(sums[:n_run])
    assert_same(weights_of(model), list_of_weights[kept])
    for i, weights in enumerate(list_of_weights):
        same = torch.equal(weights["heads.urgency.out.weight"], model.heads["urgency"].out.weight)
        assert same == (i == kept)


def test_the_weights_that_are_scored_are_a_polynomial_average_of_the_steps(rng):
    points = rng.normal(size=30)
    point = torch.nn.Linear(1, 1, bias=False)
    averaged = AveragedModel(point, multi_avg_fn=loop._average)
    for value in points:
        torch.nn.init.constant_(point.weight, value)
        averaged.update_parameters(point)
    # Step t of n has a weight like t (t + 1) … (t + AVERAGING − 1).
    weights = np.array(
        [comb(t + loop.AVERAGING, loop.AVERAGING) for t in range(len(points))], dtype=float
    )
    expected = weights @ points / weights.sum()
    assert averaged.module.weight.item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("n_steps", [1, 2, 3, 10, 20, 100])
def test_the_learning_rate_rises_and_falls_however_few_the_steps(params, n_steps, warmup):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    settings = params.train.model_copy(update={"learning_rate": 0.01, "warmup": warmup})
    schedule = loop._make_schedule(optimizer, settings, n_steps=n_steps)
    rates = []
    for _ in range(n_steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    peak = int(np.argmax(rates))
    assert 0 < min(rates) <= max(rates) <= 0.01
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)


def test_the_same_seed_gives_identical_weights(make_model, train):
    def trained(seed: int) -> dict[str, torch.Tensor]:
        model = make_model(seed=seed, dropout=0.1)
        train(model, UncertaintyWeights(loss_weight=0.5), seed=seed)
        return weights_of(model)

    first = trained(0)
    assert_same(first, trained(0))
    other = trained(1)
    assert not torch.equal(first["heads.urgency.out.weight"], other["heads.urgency.out.weight"])


def test_the_seed_also_decides_the_order_of_records(make_model, train):
    heads = []
    for seed in (0, 1):
        model = make_model(seed=0)
        train(model, FixedWeights(loss_weight=0.5), seed=seed, word_dropout=0.0)
        heads.append(model.heads["urgency"].out.weight)
    assert not torch.equal(*heads)


def test_the_parameters_of_a_balancing_method_are_trained_with_the_model(make_model, train):
    balancing = UncertaintyWeights(loss_weight=0.5)
    train(make_model(), balancing)
    assert (balancing.log_variance.abs() > 1e-3).all()


def test_one_head_needs_no_balancing(make_model, train):
    epochs = train(make_model(tasks=("urgency",)), epochs=2)
    assert [list(epoch.valid_log_loss) for epoch in epochs] == [["urgency"]] * 2


def test_weighing_a_task_with_almost_nothing_leaves_it_unlearned(make_model, train):
    losses = {}
    for weight in (0.01, 0.99):
        epochs = train(make_model(), FixedWeights(loss_weight=weight), epochs=6)
        losses[weight] = epochs[-1].valid_log_loss
    assert losses[0.99]["urgency"] < losses[0.01]["urgency"]
    assert losses[0.99]["specialty"] > losses[0.01]["specialty"]
