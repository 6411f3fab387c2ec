"""Forward scoring with mtl: a form's text and fields to the probabilities of both tasks."""

from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.special import softmax
from tqdm import trange
from transformers import PreTrainedTokenizerFast

from benchmarks.encoder import WARM_UP_RECORDS, build_mtl, read_material
from benchmarks.processes import Stopwatch, run_apart
from benchmarks.spread import spread
from benchmarks.workspace import Workspace
from intake_triage.models.transformer.batches import EncodedRecords
from intake_triage.models.transformer.fields import encode_fields
from intake_triage.models.transformer.loop import predict_logits
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.records.schema import FormField
from intake_triage.records.tokenizer import encode_texts
from intake_triage.tasks import Task

WARM_UP_BATCHES = 3


def measure(workspace: Workspace) -> dict[str, Any]:
    """Forms per second on one thread, and the process's peak memory, by batch size."""
    scale = workspace.scale
    folder = workspace.prepared(scale.n_records)
    rates: dict[int, list[float]] = {size: [] for size in scale.scored_forms}
    peaks: dict[int, list[float]] = {size: [] for size in scale.scored_forms}
    for _ in trange(scale.repeats, desc="scoring", disable=None):
        for size, n_forms in scale.scored_forms.items():
            (outcome,) = run_apart(score_forms, [(size, n_forms)], folder=folder, threads=1)
            rates[size].append(n_forms / outcome.value.wall_seconds)
            peaks[size].append(outcome.peak_mib)
    return {
        "by_batch": {
            str(size): {
                "forms_per_second": spread(rates[size]),
                "peak_mib": spread(peaks[size]),
            }
            for size in scale.scored_forms
        },
        "threads": 1,
        "repeats": scale.repeats,
    }


def score_forms(batch_size: int, n_forms: int) -> Stopwatch:
    """Score so many forms of valid and later splits, batch by batch, as they would come in."""
    material = read_material(WARM_UP_RECORDS)
    model, prepared = build_mtl(material), material.prepared
    forms = prepared.frame[prepared.frame["split"] != "train"]
    batches = [
        forms.iloc[start : start + batch_size]
        for start in range(0, n_forms + WARM_UP_BATCHES * batch_size, batch_size)
    ]

    def score(batch: pd.DataFrame) -> dict[Task, np.ndarray]:
        return predict_probabilities(
            model,
            material.tokenizer,
            prepared.schema.fields,
            batch,
            max_tokens=material.params.tokenizer.max_tokens,
        )

    for batch in batches[:WARM_UP_BATCHES]:
        score(batch)
    with Stopwatch() as watch:
        for batch in batches[WARM_UP_BATCHES:]:
            score(batch)
    return watch


def predict_probabilities(
    model: IntakeModel,
    tokenizer: PreTrainedTokenizerFast,
    fields: tuple[FormField, ...],
    forms: pd.DataFrame,
    *,
    max_tokens: int,
) -> dict[Task, np.ndarray]:
    """Probabilities of every task, float of shape (n_forms, n_classes)."""
    tokens, offsets = encode_texts(forms["text"].tolist(), tokenizer, max_tokens=max_tokens)
    numeric, categorical = encode_fields(forms, fields)
    records = EncodedRecords(
        tokens,
        offsets[:-1],
        np.diff(offsets),
        torch.from_numpy(numeric),
        torch.from_numpy(categorical),
        labels={},
    )
    logits = predict_logits(model, records, pad_id=tokenizer.pad_token_id)
    return {task: softmax(values, axis=1) for task, values in logits.items()}
