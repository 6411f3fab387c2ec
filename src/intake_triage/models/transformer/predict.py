"""What a model says of forms, the same bytes whatever else is scored: one thread, fixed shapes."""

import os

import numpy as np
import torch
from transformers.utils import logging

from intake_triage.models.transformer.batches import Batch, EncodedRecords, scoring_batches
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.tasks import Task

# Of matrix products that are compiled for their shapes, how many are kept: the libraries' own 1,024
# take up to a gibibyte more on some processors, and a twentieth less time.
KEPT_PRODUCTS = 200


def settle_torch() -> None:
    """Make torch in this process round its sums always alike, and transformers keep silent."""
    logging.disable_progress_bar()  # a bar for each file says nothing
    logging.set_verbosity_error()  # nor does a report of weights loaded into another model
    torch.set_num_threads(1)
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # else its sums vary, and torch refuses it
    for cache in ("LRU_CACHE_CAPACITY", "ONEDNN_PRIMITIVE_CACHE_CAPACITY"):  # read when first used
        os.environ[cache] = str(KEPT_PRODUCTS)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # costs time; nothing here reads it


@torch.inference_mode()
def predict_logits(
    model: IntakeModel, records: EncodedRecords, *, pad_id: int
) -> dict[Task, np.ndarray]:
    """Logits of every task, float32 of shape (n_records, n_classes), in the records' order.

    On one thread of one kind of processor a record's are the same bytes whatever it is scored with.
    """
    if model.training:  # a walk over all modules, which a lone form would wait for
        model.eval()
    out = {
        task: np.empty((len(records), len(names)), dtype=np.float32)
        for task, names in model.config.classes.items()
    }
    for batch in scoring_batches(records, pad_id=pad_id):
        for task, logits in model.classify(*encode(model, batch)).items():
            out[task][batch.rows] = logits.float().cpu().numpy()
    return out


def encode(model: IntakeModel, batch: Batch) -> tuple[torch.Tensor, torch.Tensor | None]:
    """`IntakeModel.encode` of a batch, on the model's device."""
    mask = batch.attention_mask
    return model.encode(
        batch.input_ids.to(model.device),
        None if mask is None else mask.to(model.device),
        batch.numeric.to(model.device),
        batch.categorical.to(model.device),
    )
