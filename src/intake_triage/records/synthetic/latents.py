"""Draws of who sends a form, when, and of what the form is about."""

from dataclasses import dataclass

import numpy as np

from intake_triage.records.synthetic.classes import N_LEVELS
from intake_triage.records.synthetic.model import ClinicModel


@dataclass(frozen=True)
class Circumstances:
    """What is known of a form before it is read; int arrays of shape (n,).

    `sex` is 0 for male and 1 for female; `verbosity` of the writer is 0 terse … 2 wordy; `cell`
    indexes the flattened (kind of site, age band, sex, month).
    """

    site: np.ndarray
    day: np.ndarray
    band: np.ndarray
    sex: np.ndarray
    age: np.ndarray
    verbosity: np.ndarray
    cell: np.ndarray


@dataclass(frozen=True)
class Latents:
    """What the form does not state: `case` = condition · 5 + severity, and `course`; shape (n,)."""

    case: np.ndarray
    course: np.ndarray


def draw_circumstances(rng: np.random.Generator, model: ClinicModel, n: int) -> Circumstances:
    """Draw site and day, then the patient that such a site sees."""
    network = model.network
    only = np.zeros(n, dtype=np.int64)
    site = network.site.draw(rng, only)
    day = network.day.draw(rng, only)
    patient = network.patient.draw(rng, network.kind[site])
    band, sex = patient // 2, patient % 2
    width = network.band_high[band] - network.band_low[band] + 1
    return Circumstances(
        site=site,
        day=day,
        band=band,
        sex=sex,
        age=network.band_low[band] + (rng.random(n) * width).astype(np.int64),
        verbosity=network.habits.verbosity.draw(rng, site),
        cell=network.number_cells(site, band=band, sex=sex, day=day),
    )


def draw_latents(
    rng: np.random.Generator, model: ClinicModel, circumstances: Circumstances
) -> Latents:
    """Draw condition, severity and course."""
    condition = model.network.condition.draw(rng, circumstances.cell)
    severity = model.severity.draw(rng, condition)
    course = model.course.draw(rng, np.zeros_like(condition))
    return Latents(case=condition * N_LEVELS + severity, course=course)
