"""What a form mentions, in which place and how strong: the chances, given the case, and draws.

Axes are named V verbosity of the writer, L cases, K things to mention, Z levels of the course.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from intake_triage.records.synthetic.catalogue import Catalogue
from intake_triage.records.synthetic.chances import ChanceTable, draw_each, normalise
from intake_triage.records.synthetic.classes import ALSO, DENIED, N_LEVELS, NOW, PAST, RELATIVE

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

# Mean number of mentions of things that anybody may have, in proportion to how common they are.
INCIDENTAL = 0.12  # present complaints
PAST_ANYTHING = 0.35
RELATIVE_ANYTHING = 0.25
STANDING_WEIGHT = 0.35  # of standing illnesses beside complaints, in the past or of a relative

DENIED_LOOK_ALIKE = 0.55  # mean number of denied complaints that a look-alike would have
HISTORY_NAMED = 0.5  # how often a patient's standing illness is named

# Factors by verbosity (terse, plain, wordy) on the chance of a mention, by place.
VERBOSITY_GAIN = {
    "now": np.array([0.93, 1.0, 1.08]),
    "aside": np.array([0.65, 1.0, 1.7]),
    "course": np.array([0.95, 1.0, 1.05]),
}
MOST_PRESENT = 0.93  # no chance of a present complaint is above this before incidental ones
MOST_ASIDE = {DENIED: 0.2, PAST: 0.45, RELATIVE: 0.15}  # together below 1

COURSE_SHARPNESS = 2.4  # of the value named, per level of distance from the true one
COURSE_ASIDES = (0.4, 0.4, 0.2)  # shares of denied values, past ones and a relative's
NOT_WORSE = 0.12  # weight of a denied value that is not worse than the true one, which weighs 1

# Where readings conflict alone: a second problem, told by complaints that each stand for a level of
# the course.
SECOND_PROBLEM = 2.2  # mean number of its complaints
SECOND_TELLS = 0.8  # share of them that stand for the true level; the others are any complaint
MOST_SECOND = 0.5


@dataclass(frozen=True)
class MentionTables:
    """Chances of what the text may mention.

    Attributes
    ----------
    role : float array of shape (V, L, K, 4)
        Chance that a thing is present, denied, past or a relative's; the rest of 1 is no mention.
    tie : int array of shape (n_conditions, K)
        How a present complaint belongs to the condition: 0 incidental, 1 further, 2 core.
    gradable : bool array of shape (K,)
        Takes an intensity word: complaints do, requests and standing illnesses do not.
    intensity : float array of shape (3, N_LEVELS, n_intensities)
        Of a present complaint, by tie and severity.
    second : float array of shape (Z, K)
        Chance that a thing is named as part of a second problem, whatever its other place.
    course_now : chances of shape (V, n_families, Z, 1 + N_LEVELS)
        Present value of a family of the course; column 0: none named.
    course_aside : chances of shape (V, n_families, Z, 1 + 3 * N_LEVELS)
        Value named as denied, past or a relative's, in this order; column 0: none.
    """

    role: np.ndarray
    tie: np.ndarray
    gradable: np.ndarray
    intensity: np.ndarray
    second: np.ndarray
    course_now: ChanceTable
    course_aside: ChanceTable

    @cached_property
    def role_ends(self) -> np.ndarray:
        """Upper ends of the places' intervals in [0, 1], same shape as `role`."""
        return np.cumsum(self.role, axis=-1)


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
    verbosity: np.ndarray,
    case: np.ndarray,
    course: np.ndarray,
) -> Mentions:
    """Draw every thing's place (or absence) independently, then the intensities.

    What is present, denied, past or a relative's depends on the case; a second problem, and the
    words of the course itself, depend on the course.
    """
    ends = tables.role_ends  # (V, L, K, 4)
    chance = rng.random((len(case), ends.shape[2]))
    record, thing = np.nonzero(chance < ends[verbosity, case, :, -1])
    role = (chance[record, thing][:, None] >= ends[verbosity[record], case[record], thing]).sum(1)
    tie = tables.tie[case[record] // N_LEVELS, thing]
    shares = tables.intensity[tie, case[record] % N_LEVELS]
    shares[role != NOW] = ASIDE_INTENSITY
    intensity = draw_each(rng, shares)
    intensity[(role == DENIED) | ~tables.gradable[thing]] = 0

    if tables.second.any():
        chance = rng.random((len(case), tables.second.shape[1]))
        second_record, second_thing = np.nonzero(chance < tables.second[course])
        shares = np.broadcast_to(ASIDE_INTENSITY, (len(second_record), len(ASIDE_INTENSITY)))
        intensity = np.concatenate([intensity, draw_each(rng, shares)])
        record = np.concatenate([record, second_record])
        thing = np.concatenate([thing, second_thing])
        role = np.concatenate([role, np.full(len(second_record), ALSO)])

    n_families = tables.course_now.chances.shape[1]
    row = (verbosity[:, None] * n_families + np.arange(n_families)) * N_LEVELS + course[:, None]
    now, aside = (table.draw(rng, row) for table in (tables.course_now, tables.course_aside))
    return Mentions(record, thing, role, intensity, course_now=now, course_aside=aside)


def build_mention_tables(
    catalogue: Catalogue, severity: np.ndarray, condition_shares: np.ndarray, *, conflicting: bool
) -> MentionTables:
    """Tabulate all mentions from the chances of the severities, of shape (n_conditions, N_LEVELS).

    `condition_shares` is of shape (n_conditions,). Where readings are `conflicting`, the course
    speaks through a second problem; see `build_model`.
    """
    rates = _read_rates(catalogue)
    gains = {"core": CORE_GAIN, "further": FURTHER_GAIN, "alarm": ALARM_GAIN}
    # Chances of the condition's own complaints, of shape (n_conditions, N_LEVELS, K).
    own = sum(rates[key][:, None, :] * gain[:, None] for key, gain in gains.items())
    typical = np.einsum("csk,cs->ck", own, severity)
    common = normalise(condition_shares @ typical)
    gradable = np.arange(len(catalogue.things)) < len(catalogue.complaints)
    course_now, course_aside = _course_tables(catalogue, silent=conflicting)
    incidental = np.broadcast_to(INCIDENTAL_INTENSITY, CORE_INTENSITY.shape)
    faint = FURTHER_WEIGHT * CORE_INTENSITY + (1 - FURTHER_WEIGHT) * incidental
    return MentionTables(
        role=_role_table(
            own,
            denied=_denied_rates(typical, rates["alarm"], np.array(list(catalogue.homes.values()))),
            history=rates["history"],
            common=common,
            standing=condition_shares @ rates["history"],
        ),
        tie=np.where(rates["core"] > 0, 2, rates["further"] + rates["alarm"] > 0).astype(np.int64),
        gradable=gradable,
        intensity=np.stack([incidental, faint, CORE_INTENSITY]),
        second=_second_problem(catalogue, common, silent=not conflicting),
        course_now=course_now,
        course_aside=course_aside,
    )


def _read_rates(catalogue: Catalogue) -> dict[str, np.ndarray]:
    """The conditions' rates by key, each a float array of shape (n_conditions, K)."""
    index = {name: k for k, name in enumerate(catalogue.things)}
    rates = {}
    for key in ("core", "further", "alarm", "history"):
        rates[key] = np.zeros((len(catalogue.conditions), len(index)))
        for c, condition in enumerate(catalogue.conditions.values()):
            for name, rate in getattr(condition, key).items():
                rates[key][c, index[name]] = rate
    return rates


def _role_table(
    own: np.ndarray,
    *,
    denied: np.ndarray,
    history: np.ndarray,
    common: np.ndarray,
    standing: np.ndarray,
) -> np.ndarray:
    """Chances of every place of every thing: float array of shape (V, L, K, 4).

    Whether a thing is present is settled first; only one that is not may stand elsewhere. `own`
    and `denied` are of shape (n_conditions, N_LEVELS, K), `history` (n_conditions, K); `common`,
    (K,), shares among all present complaints; `standing`, (K,), shares of all patients.
    """
    anything = common + STANDING_WEIGHT * standing
    elsewhere = {
        DENIED: denied,
        PAST: HISTORY_NAMED * history[:, None, :] + PAST_ANYTHING * anything,
        RELATIVE: RELATIVE_ANYTHING * anything,
    }
    n_verbosities = len(VERBOSITY_GAIN["now"])
    role = np.zeros((n_verbosities, *own.shape, 1 + len(MOST_ASIDE)))
    for v in range(n_verbosities):
        present = np.minimum(own * VERBOSITY_GAIN["now"][v], MOST_PRESENT)
        present = 1 - (1 - present) * (1 - INCIDENTAL * common)
        role[v, ..., NOW] = present
        for place, chance in elsewhere.items():
            aside = np.minimum(chance * VERBOSITY_GAIN["aside"][v], MOST_ASIDE[place])
            role[v, ..., place] = aside * (1 - present)
    return role.reshape(n_verbosities, -1, *role.shape[-2:])


def _denied_rates(typical: np.ndarray, alarm: np.ndarray, homes: np.ndarray) -> np.ndarray:
    """Chances of a denial: float array of shape (n_conditions, N_LEVELS, K).

    The desk asks what tells a form from its look-alikes elsewhere: the complaints of conditions
    of another sub-specialty that share complaints with this one, and which it lacks itself. It
    also asks after the condition's own alarm complaints, which a mild case denies.
    """
    shared = np.minimum(typical[:, None, :], typical[None, :, :]).sum(axis=2)  # (C, C)
    alike = shared**2 * (homes[:, None] != homes[None, :])
    asked = (normalise(alike) @ typical) * (1 - typical) ** 2
    asked = DENIED_LOOK_ALIKE * normalise(asked)
    return asked[:, None, :] + ALARM_DENIED[:, None] * normalise(alarm)[:, None, :]


def _second_problem(catalogue: Catalogue, common: np.ndarray, *, silent: bool) -> np.ndarray:
    """Chances of a second problem's complaints: float array of shape (N_LEVELS, K).

    Which level a complaint stands for is drawn from the network's seed: it has nothing to do with
    the sub-specialty that the same words stand for when they are the first problem. Where silent,
    none is ever named.
    """
    chances = np.zeros((N_LEVELS, len(common)))
    if silent:
        return chances
    n_complaints = len(catalogue.complaints)
    rng = np.random.default_rng([catalogue.network.seed, 1])
    stands_for = rng.permutation(n_complaints) % N_LEVELS
    any_complaint = normalise(common[:n_complaints])
    telling = normalise(any_complaint * (stands_for == np.arange(N_LEVELS)[:, None]))
    mixed = SECOND_TELLS * telling + (1 - SECOND_TELLS) * any_complaint
    chances[:, :n_complaints] = np.minimum(SECOND_PROBLEM * mixed, MOST_SECOND)
    return chances


def _course_tables(catalogue: Catalogue, *, silent: bool) -> tuple[ChanceTable, ChanceTable]:
    """The tables `course_now` and `course_aside`; where silent, none is ever named."""
    levels = np.arange(N_LEVELS)
    distance = levels - levels[:, None]  # (Z, value)
    near = normalise(np.exp(-COURSE_SHARPNESS * np.abs(distance)))
    worse = normalise(np.where(distance > 0, 1.0, NOT_WORSE))  # what is denied is something worse
    any_value = np.full_like(near, 1 / N_LEVELS)
    asides = zip(COURSE_ASIDES, (worse, any_value, any_value), strict=True)
    aside = np.concatenate([share * values for share, values in asides], axis=1)
    named = np.array([[f.now, f.aside] for f in catalogue.course.families.values()]) * (not silent)
    return (
        _naming_table(named[:, 0], near, VERBOSITY_GAIN["course"]),
        _naming_table(named[:, 1], aside, VERBOSITY_GAIN["aside"]),
    )


def _naming_table(chances: np.ndarray, values: np.ndarray, gain: np.ndarray) -> ChanceTable:
    """Chances of (none, value 1, …) by verbosity, family and level of the course."""
    named = np.minimum(np.outer(gain, chances), MOST_PRESENT)[:, :, None, None]
    none = np.broadcast_to(1 - named, (*named.shape[:2], len(values), 1))
    return ChanceTable(np.concatenate([none, named * values], axis=-1))
