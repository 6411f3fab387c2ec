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
        One entry a mention; `thing` indexes the catalogue's things.
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
    """Draw every thing's place (or absence) independently, then the intensities.

    What is present, denied, past or a relative's depends on the case; a second problem, and the
    words of the course itself, depend on the course.
    """
    verbosity, case, course = circumstances.verbosity, latents.case, latents.course
    ends = tables.role_ends  # (V, L, K, 4)
    chance = rng.random((len(case), ends.shape[2]))
    record, thing = np.nonzero(chance < ends[verbosity, case, :, -1])
    role = (chance[record, thing][:, None] >= ends[verbosity[record], case[record], thing]).sum(1)
    tie = tables.tie[case[record] // N_LEVELS, thing]
    shares = tables.intensity[tie, case[record] % N_LEVELS]
    shares[role != NOW] = ASIDE_INTENSITY
    intensity = _draw_intensity(rng, shares)
    intensity[(role == DENIED) | ~tables.gradable[thing]] = 0

    if tables.second.any():
        chance = rng.random((len(case), tables.second.shape[1]))
        second_record, second_thing = np.nonzero(chance < tables.second[course])
        shares = np.broadcast_to(ASIDE_INTENSITY, (len(second_record), len(ASIDE_INTENSITY)))
        intensity = np.concatenate([intensity, _draw_intensity(rng, shares)])
        record = np.concatenate([record, second_record])
        thing = np.concatenate([thing, second_thing])
        role = np.concatenate([role, np.full(len(second_record), ALSO)])

    n_families = tables.course_now.chances.shape[1]
    row = (verbosity[:, None] * n_families + np.arange(n_families)) * N_LEVELS + course[:, None]
    now, aside = (table.draw(rng, row) for table in (tables.course_now, tables.course_aside))
    return Mentions(record, thing, role, intensity, course_now=now, course_aside=aside)


def _draw_intensity(rng: np.random.Generator, shares: np.ndarray) -> np.ndarray:
    """One intensity a mention: int array of shape (n_mentions,) from (n_mentions, 4) shares."""
    chance = rng.random(len(shares))
    return (chance[:, None] >= np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)
