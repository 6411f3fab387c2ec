"""Do the tasks pull the shared encoder the same way? A look at it, and no evidence of transfer."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cosine_similarity

from intake_triage.models.transformer.batches import EncodedRecords, make_batch
from intake_triage.models.transformer.loop import task_losses
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.predict import encode
from intake_triage.records.prepared import NO_LABEL
from intake_triage.tasks import Task

PROBE_RECORDS = 256
PROBE_BATCH = 64  # the graphs of two backward passes are kept at once: few records at a time


@dataclass(frozen=True)
class TaskGradients:
    """The two tasks' gradients of the mean log-loss on all weights that they share.

    Attributes
    ----------
    cosine : float
        In [−1, 1]: 1 where both tasks want the same step, below 0 where they conflict.
    norm : float by task
        Euclidean, in nats a unit of weight: the task with the longer gradient moves the encoder
        more.
    """

    cosine: float
    norm: dict[Task, float]


def compare_gradients(
    model: IntakeModel, records: EncodedRecords, *, pad_id: int
) -> TaskGradients | None:
    """Compare what the tasks ask of the shared weights.

    Parameters
    ----------
    model : IntakeModel with two heads; its weights and gradients are left as they were
    records : EncodedRecords
        The first `PROBE_RECORDS` of them are looked at, always the same ones.

    Returns
    -------
    TaskGradients, or None where the records do not carry labels of both tasks
    """
    model.eval()  # without dropout: the same records give the same figure
    shared = model.shared_parameters()
    probed = np.arange(min(PROBE_RECORDS, len(records)))
    counts = {
        task: int((labels[probed] != NO_LABEL).sum()) for task, labels in records.labels.items()
    }
    if not all(counts.values()):
        return None
    sums: dict[Task, torch.Tensor] = {}
    for rows in np.split(probed, range(0, len(probed), PROBE_BATCH)[1:]):
        batch = make_batch(records, rows, pad_id=pad_id)
        labels = {task: values.to(model.device) for task, values in batch.labels.items()}
        losses = task_losses(model.classify(*encode(model, batch)), labels)
        for task, loss in losses.items():
            total = loss * (labels[task] != NO_LABEL).sum()  # of means, batches would count alike
            gradients = torch.autograd.grad(
                total, shared, retain_graph=True, allow_unused=True, materialize_grads=True
            )
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            sums[task] = sums.get(task, 0) + flat
    first, second = sums.values()
    return TaskGradients(
        cosine=float(cosine_similarity(first, second, dim=0)),
        norm={task: float(total.norm()) / counts[task] for task, total in sums.items()},
    )
