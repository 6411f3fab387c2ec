"""Chances of what a form may mention, in which place and how strong, given the case.

Axes are named V verbosity of the writer, L cases, K things to mention, Z levels of the course.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from intake_triage.records.synthetic.catalogue import Catalogue
from intake_triage.records.synthetic.chances import ChanceTable, normalise
from intake_triage.records.synthetic.classes import (
    ALSO,
    DENIED,
    N_LEVELS,
    NOW,
    PAST,
    RELATIVE,
    ROLES,
)

# Factors on the chance of a complaint, by severity 1 … 5.
CORE_GAIN = np.array([0.96, 1.02, 1.06, 1.1, 1.14])
FURTHER_GAIN = np.array([0.5, 0.6, 0.7, 0.8, 0.9])
ALARM_GAIN = np.array([0.03, 0.25, 1.0, 1.9, 2.8])
# How often the condition's alarm complaints are asked after and denied, by severity.
ALARM_DENIED = np.array([0.3, 0.25, 0.12, 0.04, 0.02])

# Intensity word of a complaint (none, mild, severe, sudden). Of a present one it tells the severity
# if it belongs to the condition's core, tells it faintly if it is one of its other complaints, and
# tells nothing if it is incidental; nor does one of the past or of a relative.
CORE_INTENSITY = np.array(
    [
        [0.16, 0.81, 0.02, 0.01],
        [0.42, 0.53, 0.04, 0.01],
        [0.62, 0.05, 0.29, 0.04],
        [0.10, 0.01, 0.71, 0.18],
        [0.04, 0.01, 0.15, 0.80],
    ]
)
INCIDENTAL_INTENSITY = np.array([0.64, 0.14, 0.14, 0.08])
FURTHER_WEIGHT = 0.55  # of what the core says, in the intensity of the condition's other complaints
ASIDE_INTENSITY = np.array([0.44, 0.22, 0.21, 0.13])

# Mean number of mentions that say nothing of, or only hint at, the condition.
INCIDENTAL = 0.12  # present complaints of anybody
DENIED_LOOK_ALIKE = 0.55
PAST_ANYTHING = 0.35
RELATIVE_ANYTHING = 0.25
ALSO_ANYTHING = 2.4  # only in conflict

# Factors by verbosity (terse, plain, wordy) on the chance of a mention, by place.
VERBOSITY_GAIN = {
    "now": np.array([0.93, 1.0, 1.08]),
    "aside": np.array([0.65, 1.0, 1.7]),
    "course": np.array([0.95, 1.0, 1.05]),
}
COURSE_SHARPNESS = 2.4  # of the value named, per level of distance from the true one
MOST = 0.93  # no chance of a mention is above this


@dataclass(frozen=True)
class MentionTables:
    """Chances of what the text may mention.

    Attributes
    ----------
    role : float array of shape (V, L, K, n_roles)
        Chance that a thing is mentioned in that place; the rest of 1 is no mention.
    tie : int array of shape (n_conditions, K)
        How a present complaint belongs to the condition: 0 incidental, 1 further, 2 core.
    gradable : bool array of shape (K,)
        Takes an intensity word: complaints do, requests and standing illnesses do not.
    intensity : float array of shape (3, N_LEVELS, n_intensities)
        Of a present complaint, by tie and severity.
    also_intensity : float array of shape (Z, n_intensities)
        Of a complaint under "also", by level of the course.
    course_now : chances of shape (V, n_families, Z, 1 + N_LEVELS)
        Present value of a family of the course; column 0: none named.
    course_aside : chances of shape (V, n_families, Z, 1 + 3 * N_LEVELS)
        Value named as denied, past or a relative's, in this order; column 0: none.
    """

    role: np.ndarray
    tie: np.ndarray
    gradable: np.ndarray
    intensity: np.ndarray
    also_intensity: np.ndarray
    course_now: ChanceTable
    course_aside: ChanceTable

    @cached_property
    def role_ends(self) -> np.ndarray:
        """Upper ends of the places' intervals in [0, 1], same shape as `role`."""
        return np.cumsum(self.role, axis=-1)


def build_mention_tables(
    catalogue: Catalogue, severity: np.ndarray, weights: np.ndarray, *, conflict: bool
) -> MentionTables:
    conditions = list(catalogue.conditions.values())
    index = {name: k for k, name in enumerate(catalogue.things)}
    shape = (len(conditions), len(index))
    core, further, alarm, history = (np.zeros(shape) for _ in range(4))
    for c, condition in enumerate(conditions):
        for table, rates in (
            (core, condition.core),
            (further, condition.further),
            (alarm, condition.alarm),
            (history, condition.history),
        ):
            for name, rate in rates.items():
                table[c, index[name]] = rate

    own = (
        core[:, None, :] * CORE_GAIN[:, None]
        + further[:, None, :] * FURTHER_GAIN[:, None]
        + alarm[:, None, :] * ALARM_GAIN[:, None]
    )  # (n_conditions, N_LEVELS, K)
    typical = np.einsum("csk,cs->ck", own, severity)
    popularity = weights @ typical
    popularity /= popularity.sum()
    standing = weights @ history
    anything = popularity + 0.35 * standing  # pasts and relatives have illnesses too

    denied = _denied_rates(typical, alarm, list(catalogue.homes.values()))
    past = 0.5 * history[:, None, :] + PAST_ANYTHING * anything
    relative = np.broadcast_to(RELATIVE_ANYTHING * anything, past.shape)
    gradable = np.arange(len(index)) < len(catalogue.complaints)
    also = np.broadcast_to(ALSO_ANYTHING * popularity * gradable * conflict, past.shape)

    role = np.zeros((3, len(conditions), N_LEVELS, len(index), len(ROLES)))
    for v in range(3):
        now = np.minimum(own * VERBOSITY_GAIN["now"][v], MOST)
        now = 1 - (1 - now) * (1 - INCIDENTAL * popularity)
        role[v, ..., NOW] = now
        for place, rates in ((DENIED, denied), (PAST, past), (RELATIVE, relative)):
            aside = np.minimum(rates * VERBOSITY_GAIN["aside"][v], 0.3 * MOST)
            role[v, ..., place] = aside * (1 - now)
        role[v, ..., ALSO] = np.minimum(also, 0.2) * (1 - now)

    incidental = np.broadcast_to(INCIDENTAL_INTENSITY, CORE_INTENSITY.shape)
    faint = FURTHER_WEIGHT * CORE_INTENSITY + (1 - FURTHER_WEIGHT) * incidental
    course_now, course_aside = _course_tables(catalogue, silent=conflict)
    return MentionTables(
        role=role.reshape(3, -1, len(index), len(ROLES)),
        tie=np.where(core > 0, 2, (further + alarm > 0).astype(np.int64)),
        gradable=gradable,
        intensity=np.stack([incidental, faint, CORE_INTENSITY]),
        also_intensity=CORE_INTENSITY,
        course_now=ChanceTable(course_now),
        course_aside=ChanceTable(course_aside),
    )


def _denied_rates(typical: np.ndarray, alarm: np.ndarray, homes: list[str]) -> np.ndarray:
    """Chances of a denial: float array of shape (n_conditions, N_LEVELS, K).

    The desk asks what tells a form from its look-alikes elsewhere: the complaints of conditions
    of another sub-specialty that share complaints with this one, and which it lacks itself. It
    also asks after the condition's own alarm complaints, which a mild case denies.
    """
    shared = np.minimum(typical[:, None, :], typical[None, :, :]).sum(axis=2)  # (C, C)
    elsewhere = np.array(homes)[:, None] != np.array(homes)[None, :]
    alike = shared**2 * elsewhere
    alike /= np.maximum(alike.sum(axis=1, keepdims=True), 1e-12)
    asked = (alike @ typical) * (1 - typical) ** 2
    asked *= DENIED_LOOK_ALIKE / np.maximum(asked.sum(axis=1, keepdims=True), 1e-12)
    alarmed = alarm / np.maximum(alarm.sum(axis=1, keepdims=True), 1e-12)
    return asked[:, None, :] + ALARM_DENIED[:, None] * alarmed[:, None, :]


def _course_tables(catalogue: Catalogue, *, silent: bool) -> tuple[np.ndarray, np.ndarray]:
    levels = np.arange(N_LEVELS)
    near = normalise(np.exp(-COURSE_SHARPNESS * np.abs(levels[:, None] - levels)))  # (Z, value)
    worse = normalise(0.12 + (levels[None, :] > levels[:, None]))  # a denial is of something worse
    anything = np.full((N_LEVELS, N_LEVELS), 1 / N_LEVELS)
    aside = np.concatenate([0.4 * worse, 0.4 * anything, 0.2 * anything], axis=1)  # (Z, 15)
    now_tables, aside_tables = [], []
    for v in range(3):
        for family in catalogue.course.families.values():
            for rate, values, gain, tables in (
                (family.now, near, "course", now_tables),
                (family.aside, aside, "aside", aside_tables),
            ):
                chance = 0.0 if silent else min(rate * VERBOSITY_GAIN[gain][v], MOST)
                tables.append(np.column_stack([np.full(N_LEVELS, 1 - chance), chance * values]))
    n_families = len(catalogue.course.families)
    return (
        np.array(now_tables).reshape(3, n_families, N_LEVELS, -1),
        np.array(aside_tables).reshape(3, n_families, N_LEVELS, -1),
    )
