"""Records of the synthetic clinic and their oracle, chunk by chunk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from intake_triage.params import Reading
from intake_triage.records.synthetic.catalogue import load_catalogue
from intake_triage.records.synthetic.classes import N_LEVELS, SPECIALTY, URGENCY
from intake_triage.records.synthetic.fields import FieldValues, draw_fields
from intake_triage.records.synthetic.labels import is_child
from intake_triage.records.synthetic.mentions import Mentions, draw_mentions
from intake_triage.records.synthetic.model import ClinicModel, build_model
from intake_triage.records.synthetic.network import Circumstances, draw_circumstances
from intake_triage.records.synthetic.oracle import Oracle
from intake_triage.records.synthetic.wording import Writer

CHUNK = 8192  # records; chunks are drawn whole, so that a record does not depend on how many follow
DEFAULT_RELATEDNESS = 0.65


@dataclass(frozen=True)
class Draw:
    """One chunk before it becomes words and columns; `urgency` and `specialty` are indices."""

    circumstances: Circumstances
    mentions: Mentions
    fields: FieldValues
    urgency: np.ndarray
    specialty: np.ndarray


def generate_clinic(
    catalogue_dir: Path,
    *,
    n_records: int,
    seed: int,
    task_relatedness: float,
    reading: Reading,
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Generate records and the oracle's posteriors.

    Parameters
    ----------
    n_records : int
        At least 1; record i is the same whatever their number.
    task_relatedness, reading : see `build_model`

    Yields
    ------
    records : columns record_id, text, the FIELDS, age_band, date, urgency, specialty
    oracle : columns record_id, urgency_0 … urgency_3, specialty_0 … specialty_11

    Raises
    ------
    InputError
        If the catalogue is not valid.
    ValueError
        If the dial or the number of records is out of range.
    """
    if n_records < 1:
        raise ValueError(f"n_records must be at least 1, got {n_records}")
    if not 0 <= task_relatedness <= 1:
        raise ValueError(f"task_relatedness must lie in [0, 1], got {task_relatedness}")
    catalogue = load_catalogue(catalogue_dir)
    model = build_model(catalogue, task_relatedness=task_relatedness, reading=reading)
    oracle = Oracle(model)
    writer = Writer(catalogue, model.network.habits, model.network.month)
    for chunk, first in enumerate(range(0, n_records, CHUNK)):
        kept = min(CHUNK, n_records - first)
        draw = draw_chunk(model, seed=seed, chunk=chunk)
        text = writer.write(
            _generator(seed, chunk, stream=1),
            draw.circumstances,
            draw.mentions,
            duration=draw.fields.index["duration_days"],
            told=draw.fields.told,
        )
        ids = [f"S{first + i:07d}" for i in range(CHUNK)]
        records = _to_frame(model, draw, ids, text)
        posteriors = oracle.posteriors(draw.circumstances, draw.mentions, draw.fields)
        yield records.iloc[:kept], _oracle_frame(ids, *posteriors).iloc[:kept]


def draw_chunk(model: ClinicModel, *, seed: int, chunk: int, n: int = CHUNK) -> Draw:
    """Draw latents, evidence and labels of one chunk."""
    rng = _generator(seed, chunk, stream=0)
    circumstances = draw_circumstances(rng, model.network, n)
    condition = model.network.condition.draw(rng, circumstances.cell)
    severity = model.severity.draw(rng, condition)
    course = model.course.draw(rng, np.zeros_like(condition))
    case = condition * N_LEVELS + severity
    mentions = draw_mentions(rng, model.mentions, circumstances.verbosity, case, course)
    fields = draw_fields(rng, model.fields, case=case, course=course, band=circumstances.band)
    labels = model.labels
    routing = circumstances.site * 2 + is_child(circumstances.band)
    return Draw(
        circumstances=circumstances,
        mentions=mentions,
        fields=fields,
        urgency=labels.urgency.draw(rng, severity * N_LEVELS + course),
        specialty=labels.specialty.draw(rng, routing * len(model.severity.rows) + condition),
    )


def _generator(seed: int, chunk: int, *, stream: int) -> np.random.Generator:
    """Random numbers of one chunk; stream 0 draws the records, stream 1 their words."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(chunk, stream)))


def _to_frame(model: ClinicModel, draw: Draw, ids: list[str], text: list[str]) -> pd.DataFrame:
    network, circumstances, shown = model.network, draw.circumstances, draw.fields.shown
    sexes = np.array(["male", "female"], dtype=object)
    sites = np.array([f"site_{i + 1:02d}" for i in range(len(network.kind))], dtype=object)
    columns = {
        "record_id": ids,
        "text": text,
        "age": np.where(shown["age"], circumstances.age, np.nan),
        "sex": np.where(shown["sex"], sexes[circumstances.sex], None),
        "site": np.where(shown["site"], sites[circumstances.site], None),
    }
    for name, grid in model.fields.grid.items():
        missing = None if grid.dtype == object else np.nan
        columns[name] = np.where(shown[name], grid[draw.fields.index[name]], missing)
    bands = np.array(network.band_names, dtype=object)
    columns |= {
        "age_band": np.where(shown["age"], bands[circumstances.band], None),
        "date": (network.first_day + circumstances.day).astype("datetime64[s]"),
        "urgency": np.array(URGENCY, dtype=object)[draw.urgency],
        "specialty": np.array(SPECIALTY, dtype=object)[draw.specialty],
    }
    return pd.DataFrame(columns)


def _oracle_frame(ids: list[str], urgency: np.ndarray, specialty: np.ndarray) -> pd.DataFrame:
    tasks = {"urgency": urgency, "specialty": specialty}
    columns = {f"{task}_{k}": chances for task in tasks for k, chances in enumerate(tasks[task].T)}
    return pd.DataFrame({"record_id": ids} | columns)
