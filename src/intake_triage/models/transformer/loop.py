"""The one training loop, for a model with one head or with several."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel
from tqdm import trange

from intake_triage.models.transformer.balancing import Balancing
from intake_triage.models.transformer.batches import (
    Batch,
    EncodedRecords,
    drop_words,
    shuffled_batches,
)
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.predict import encode, predict_logits
from intake_triage.params import TrainParams
from intake_triage.records.prepared import NO_LABEL
from intake_triage.statistics.scores import log_loss, macro_f1
from intake_triage.tasks import Task

AVERAGING = 8  # the exponent of polynomial-decay averaging; 0 would be the plain mean of all steps


@dataclass(frozen=True)
class Epoch:
    """What one pass gave, by task that has labels: over train the mean of the batches that do."""

    train_log_loss: dict[Task, float]
    valid_log_loss: dict[Task, float]
    valid_macro_f1: dict[Task, float]

    @property
    def valid_sum(self) -> float:
        """The unweighted sum that chooses the checkpoint: one model is deployed."""
        return sum(self.valid_log_loss.values())


def train_model(
    model: IntakeModel,
    balancing: Balancing | None,
    train: EncodedRecords,
    valid: EncodedRecords,
    params: TrainParams,
    *,
    seed: int,
    pad_id: int,
    name: str,
    after_epoch: Callable[[IntakeModel, Epoch], None],
) -> list[Epoch]:
    """Train until the epochs or the patience run out; leave the best epoch's weights in `model`.

    The weights that are scored and kept are a running average over the steps: on small data a
    single step's weights are noisy, and their average has a lower log-loss after fewer passes.

    Parameters
    ----------
    model : IntakeModel, on the device it is to be trained on
    balancing : None with a single head
    pad_id : token number of padding
    name : shown beside the progress bar
    after_epoch : told of every epoch as it ends

    Returns
    -------
    list of Epoch, one for each that was run

    References
    ----------
    Shamir and Zhang (2013), Stochastic gradient descent for non-smooth optimization
    (polynomial-decay averaging).
    """
    rng = np.random.default_rng(seed)
    modules = nn.ModuleList([model] if balancing is None else [model, balancing])
    averaged = AveragedModel(model, multi_avg_fn=_average)
    optimizer = _make_optimizer(modules, params)
    n_steps = params.epochs * -(-len(train) // params.batch_size)
    schedule = _make_schedule(optimizer, params, n_steps=n_steps)
    epochs: list[Epoch] = []
    best: dict[str, torch.Tensor] = {}
    for _ in trange(params.epochs, desc=name, leave=False, disable=None):
        dropped = drop_words(train, share=params.word_dropout, rng=rng)
        batches = shuffled_batches(dropped, batch_size=params.batch_size, pad_id=pad_id, rng=rng)
        with quick_products():
            train_loss = _run_epoch(modules, averaged, optimizer, schedule, batches)
        epochs.append(_score_epoch(averaged.module, valid, train_loss, pad_id=pad_id))
        after_epoch(averaged.module, epochs[-1])
        scores = [epoch.valid_sum for epoch in epochs]
        if scores[-1] == min(scores):
            weights = averaged.module.state_dict()
            best = {key: value.detach().clone() for key, value in weights.items()}
        if len(scores) - 1 - int(np.argmin(scores)) >= params.patience:
            break
    model.load_state_dict(best)
    return epochs


@contextmanager
def quick_products() -> Iterator[None]:
    """Let oneDNN multiply matrices, where the processor has AVX-512; else all is as it was.

    On AMD's it takes half of MKL's time, in full float32. On Intel's with AMX it rounds what is
    multiplied to bfloat16, and sums in float32: enough to learn from, and not for scores that are
    to be the same on another machine.
    """
    products = torch.backends.mkldnn.matmul
    before = products.fp32_precision
    products.fp32_precision = "bf16"
    try:
        yield
    finally:
        products.fp32_precision = before


def task_losses(
    logits: dict[Task, torch.Tensor], labels: dict[Task, torch.Tensor]
) -> dict[Task, torch.Tensor]:
    """Mean log-loss over the records that carry the task's label; 0 where none does.

    Labels are class numbers of shape (B,), or chances of shape (B, n_classes): soft labels, which
    every record then has (Hinton, Vinyals and Dean 2015, Distilling the knowledge in a network).
    """
    losses = {}
    for task, values in logits.items():
        soft = labels[task].is_floating_point()
        known = len(labels[task]) if soft else (labels[task] != NO_LABEL).sum().clamp(min=1)
        total = cross_entropy(values, labels[task], ignore_index=NO_LABEL, reduction="sum")
        losses[task] = total / known
    return losses


def _average(old: list[torch.Tensor], new: list[torch.Tensor], n_steps: torch.Tensor) -> None:
    """Let one more step into the weights' average; the last tenth of the steps counts most."""
    share = (AVERAGING + 1) / (int(n_steps) + AVERAGING + 1)
    torch._foreach_lerp_(old, new, share)  # one call for all weights, as torch's own averages do


def _make_optimizer(modules: nn.Module, params: TrainParams) -> torch.optim.Optimizer:
    """AdamW; norms, scalars and biases that are vectors aren't decayed."""
    decayed = [p for p in modules.parameters() if p.ndim >= 2]
    others = [p for p in modules.parameters() if p.ndim < 2]
    groups = [
        {"params": decayed, "weight_decay": params.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=params.learning_rate, fused=True)


def _make_schedule(
    optimizer: torch.optim.Optimizer, params: TrainParams, *, n_steps: int
) -> torch.optim.lr_scheduler.LRScheduler:
    """The learning rate rises over the share `warmup` of the steps, then falls, both linearly.

    Torch divides by a rise of one step, or a fall of none: neither is ever so short.
    """
    n_steps = max(n_steps, 3)
    rise = min(max(params.warmup, 2 / n_steps), 1 - 1 / n_steps)
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=params.learning_rate,
        total_steps=n_steps,
        pct_start=rise,
        anneal_strategy="linear",
        cycle_momentum=False,
        final_div_factor=100,
    )


def _run_epoch(
    modules: nn.ModuleList,
    averaged: AveragedModel,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    batches: Iterable[Batch],
) -> dict[Task, float]:
    """One pass over train; returns each task's mean loss over the batches with a label of it."""
    model, *balancing = modules
    parameters, shared = list(modules.parameters()), model.shared_parameters()
    modules.train()
    found: dict[Task, list[float]] = {}
    for batch in batches:
        labels = {task: values.to(model.device) for task, values in batch.labels.items()}
        states, mask = encode(model, batch)
        losses = task_losses(model.classify(states, mask), labels)
        optimizer.zero_grad()
        if balancing:
            balancing[0].backward(losses, states, shared)
        else:
            next(iter(losses.values())).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        averaged.update_parameters(model)
        for task, loss in losses.items():
            if labels[task].is_floating_point() or (labels[task] != NO_LABEL).any():
                found.setdefault(task, []).append(loss.item())
    return {task: sum(values) / len(values) for task, values in found.items()}


def _score_epoch(
    model: IntakeModel, valid: EncodedRecords, train_loss: dict[Task, float], *, pad_id: int
) -> Epoch:
    logits = predict_logits(model, valid, pad_id=pad_id)
    valid_log_loss, valid_macro_f1 = {}, {}
    for task, values in logits.items():
        labels = valid.labels[task].numpy()
        known = labels != NO_LABEL
        if not known.any():  # the checkpoint is chosen by the other task alone
            continue
        valid_log_loss[task] = log_loss(values[known], labels[known])
        valid_macro_f1[task] = macro_f1(
            values[known].argmax(axis=1), labels[known], n_classes=values.shape[1]
        )
    return Epoch(train_loss, valid_log_loss, valid_macro_f1)
