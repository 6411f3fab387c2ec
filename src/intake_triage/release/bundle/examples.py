"""Invented forms with what they must come out as, by which a bundle is tried wherever it is loaded.

They are no patient's: words of train texts, each of many texts, thrown together at random.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intake_triage.files import replacing
from intake_triage.records.schema import RecordSchema
from intake_triage.release.bundle.forecast import ForecastForms

N_EXAMPLES = 20
SEED = 0
MOST_WORDS = 30
SHARE_MISSING = 0.2
OPEN_ENDS = (0.0, 100.0)  # of a number whose field has no bound on that side


def invent_forms(schema: RecordSchema, vocabulary: Sequence[str]) -> list[dict[str, Any]]:
    """Forms as `form.schema.json` has them, always the same for a schema and a vocabulary."""
    rng = np.random.default_rng(SEED)
    words = sorted(vocabulary)
    forms = []
    for number in range(N_EXAMPLES):
        chosen = rng.choice(words, size=rng.integers(1, MOST_WORDS + 1))
        form: dict[str, Any] = {"record_id": f"example-{number + 1}", "text": " ".join(chosen)}
        for field in schema.fields:
            if rng.random() < SHARE_MISSING:
                form[field.name] = None
            elif field.kind == "categorical":
                form[field.name] = str(rng.choice(field.categories)) if field.categories else None
            else:
                low = OPEN_ENDS[0] if field.low is None else field.low
                high = max(OPEN_ENDS[1], low) if field.high is None else field.high
                form[field.name] = round(float(rng.uniform(low, high)), 1)
        forms.append(form)
    return forms


def write_examples(
    path: Path, forms: Sequence[dict[str, Any]], said: dict[str, np.ndarray]
) -> None:
    """A line a form: itself, and by task the probabilities of its classes."""
    lines = [
        {"form": form} | {task: [float(p) for p in values[i]] for task, values in said.items()}
        for i, form in enumerate(forms)
    ]
    with replacing(path) as temporary:
        temporary.write_text(
            "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
        )


def read_examples(path: Path) -> list[dict[str, Any]]:
    """What `write_examples` wrote."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def try_forms(
    forms: Sequence[dict[str, Any]], schema: RecordSchema, forecast: ForecastForms
) -> dict[str, np.ndarray]:
    """By task, the probabilities of the classes of each form."""
    kinds = {field.name: "float64" if field.kind == "numeric" else "str" for field in schema.fields}
    frame = pd.DataFrame(forms).astype({"record_id": "str", "text": "str", **kinds})
    return {task: said.probabilities for task, said in forecast(frame).items()}
