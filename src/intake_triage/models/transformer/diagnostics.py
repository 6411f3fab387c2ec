"""Do the tasks pull the shared encoder the same way? A look at it, and no evidence of transfer."""

import numpy as np
import torch
from torch.nn.functional import cosine_similarity

from intake_triage.models.transformer.batches import EncodedRecords, make_batch
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.training import forward, task_losses

PROBE_RECORDS = 256


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
    batch = make_batch(records, np.arange(min(PROBE_RECORDS, len(records))), pad_id=pad_id)
    labels = {task: values.to(model.device) for task, values in batch.labels.items()}
    losses = task_losses(forward(model, batch), labels)
    heads = {id(parameter) for parameter in model.heads.parameters()}
    shared = [parameter for parameter in model.parameters() if id(parameter) not in heads]
    flat = []
    for loss in losses.values():
        gradients = torch.autograd.grad(loss, shared, retain_graph=True, allow_unused=True)
        flat.append(
            torch.cat([gradient.flatten() for gradient in gradients if gradient is not None])
        )
    return float(cosine_similarity(flat[0], flat[1], dim=0))
