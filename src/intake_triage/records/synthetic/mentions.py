"""Draws of what a form mentions: which complaints and illnesses, in which place, how strong."""

from dataclasses import dataclass

import numpy as np

from intake_triage.records.synthetic.classes import ALSO, DENIED, N_LEVELS, NOW
from intake_triage.records.synthetic.latents import Circumstances, Latents
from intake_triage.records.synthetic.mention_tables import ASIDE_INTENSITY, MentionTables


@dataclass(frozen=True)
class Mentions:
    """What n forms mention.

    Attributes
    ----------
    record, thing, role, intensity : int arrays of shape (n_mentions,)
        One entry a mention, ordered by record; `thing` indexes the catalogue's things.
    course_now : int array of shape (n, n_families)
        0 for none, else 1 + the level named as present.
    course_aside : int array of shape (n, n_families)
        0 for none, else 1 + place · 5 + level, places denied, past, a relative's.
    """

    record: np.ndarray
    thing: np.ndarray
    role: np.ndarray
    intensity: np.ndarray
    course_now: np.ndarray
    course_aside: np.ndarray


def draw_mentions(
    rng: np.random.Generator,
    tables: MentionTables,
    circumstances: Circumstances,
    latents: Latents,
) -> Mentions:
    """Draw every thing's place (or absence) independently given the case, then its intensity."""
    verbosity, case, course = circumstances.verbosity, latents.case, latents.course
    ends = tables.role_ends
    chance = rng.random((len(case), ends.shape[2]))
    mentioned = chance < ends[verbosity, case, :, -1]  # (n, K)
    record, thing = np.nonzero(mentioned)
    role = (chance[record, thing][:, None] >= ends[verbosity[record], case[record], thing]).sum(1)
    intensity = _draw_intensity(rng, tables, role, thing, case[record], course[record])

    n_families = tables.course_now.chances.shape[1]
    row = (verbosity[:, None] * n_families + np.arange(n_families)) * N_LEVELS + course[:, None]
    now, aside = (table.draw(rng, row) for table in (tables.course_now, tables.course_aside))
    return Mentions(record, thing, role, intensity, course_now=now, course_aside=aside)


def _draw_intensity(
    rng: np.random.Generator,
    tables: MentionTables,
    role: np.ndarray,
    thing: np.ndarray,
    case: np.ndarray,
    course: np.ndarray,
) -> np.ndarray:
    """Intensity of each mention; all arrays of shape (n_mentions,)."""
    tie = tables.tie[case // N_LEVELS, thing]
    shares = tables.intensity[tie, case % N_LEVELS]
    shares[role != NOW] = ASIDE_INTENSITY
    also = role == ALSO
    shares[also] = tables.also_intensity[course[also]]
    chance = rng.random(len(role))
    intensity = (chance[:, None] >= np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)
    return np.where((role == DENIED) | ~tables.gradable[thing], 0, intensity)
