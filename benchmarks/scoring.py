"""Forward scoring with mtl: a form's text and fields to the probabilities of both tasks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax

from benchmarks.encoder import WARM_UP_RECORDS, Material, build_mtl, read_material
from benchmarks.processes import run_apart
from benchmarks.repeats import spread, take_turns
from benchmarks.workspace import Workspace
from intake_triage.models.transformer.batches import encode_forms
from intake_triage.models.transformer.model import IntakeModel
from intake_triage.models.transformer.predict import predict_logits
from intake_triage.tasks import Task

WARM_UP_BATCHES = 3


def measure(workspace: Workspace) -> dict[str, Any]:
    """Forms per second on one thread, and the process's peak memory, by batch size."""
    repeats, n_forms = workspace.scale.repeats, workspace.scale.scored_forms
    apart = partial(run_apart, score_forms, folder=workspace.prepared())
    runs = take_turns(
        "scoring", repeats, {size: partial(apart, (size, n_forms[size])) for size in n_forms}
    )
    return {
        "by_batch": {
            str(size): {
                "forms_per_second": spread([n_forms[size] / run.wall_seconds for (run,) in turns]),
                "peak_mib": spread([run.peak_mib for (run,) in turns]),
            }
            for size, turns in runs.items()
        },
        "threads": 1,
        "repeats": repeats,
    }


def score_forms(batch_size: int, n_forms: int) -> Callable[[], None]:
    """Score so many forms of valid and later splits, batch by batch, as they would come in."""
    material = read_material(WARM_UP_RECORDS)
    model, frame = build_mtl(material), material.prepared.frame
    forms = frame[frame["split"] != "train"]
    batches = [
        forms.iloc[start : start + batch_size]
        for start in range(0, n_forms + WARM_UP_BATCHES * batch_size, batch_size)
    ]

    def score(some: list[pd.DataFrame]) -> None:
        for batch in some:
            predict_probabilities(model, material, batch)

    score(batches[:WARM_UP_BATCHES])
    return partial(score, batches[WARM_UP_BATCHES:])


def predict_probabilities(
    model: IntakeModel, material: Material, forms: pd.DataFrame
) -> dict[Task, np.ndarray]:
    """Probabilities of every task, float of shape (n_forms, n_classes)."""
    records = encode_forms(forms, material.prepared.schema.fields, material.tokenizer)
    logits = predict_logits(model, records, pad_id=material.tokenizer.pad_token_id)
    return {task: softmax(values, axis=1) for task, values in logits.items()}
