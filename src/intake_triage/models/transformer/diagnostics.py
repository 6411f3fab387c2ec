"""Do the tasks pull the shared encoder the same way? A look at it, and no evidence of transfer."""

import numpy as np
import torch
from torch.nn.functional import cosine_similarity

from intake_triage.models.transformer.batches import EncodedRecords, make_batch
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.training import forward, task_losses
from intake_triage.records.prepared import NO_LABEL
from intake_triage.tasks import Task

PROBE_RECORDS = 256
PROBE_BATCH = 64  # the graphs of two backward passes are kept at once: few records at a time


def gradient_cosine(model: IntakeModel, records: EncodedRecords, *, pad_id: int) -> float:
    """Cosine between the two tasks' gradients on all weights that they share.

    Parameters
    ----------
    model : IntakeModel with two heads; its weights and gradients are left as they were
    records : EncodedRecords
        The first `PROBE_RECORDS` of them are looked at, always the same ones.

    Returns
    -------
    float
        In [−1, 1]: 1 where both tasks want the same step, below 0 where they conflict.
    """
    model.eval()  # without dropout: the same records give the same figure
    heads = {id(parameter) for parameter in model.heads.parameters()}
    shared = [parameter for parameter in model.parameters() if id(parameter) not in heads]
    sums: dict[Task, torch.Tensor] = {}
    probed = np.arange(min(PROBE_RECORDS, len(records)))
    for rows in np.split(probed, range(0, len(probed), PROBE_BATCH)[1:]):
        batch = make_batch(records, rows, pad_id=pad_id)
        labels = {task: values.to(model.device) for task, values in batch.labels.items()}
        for task, loss in task_losses(forward(model, batch), labels).items():
            total = loss * (labels[task] != NO_LABEL).sum()  # of means, batches would count alike
            gradients = torch.autograd.grad(
                total, shared, retain_graph=True, allow_unused=True, materialize_grads=True
            )
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            sums[task] = sums.get(task, 0) + flat
    first, second = sums.values()
    return float(cosine_similarity(first, second, dim=0))
