"""The words of a form: mentions, in their places, as one site writes them.

Text depends on what is mentioned, on the site, on the date and on how wordy the writer is; given
these it says nothing more about the patient.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from intake_triage.records.synthetic.catalogue import Catalogue
from intake_triage.records.synthetic.classes import (
    DENIED,
    INTENSITIES,
    N_LEVELS,
    NOW,
    PAST,
    REGISTERS,
    RELATIVE,
    ROLES,
)
from intake_triage.records.synthetic.entries import Phrases
from intake_triage.records.synthetic.fields import DURATIONS
from intake_triage.records.synthetic.latents import Circumstances
from intake_triage.records.synthetic.mentions import Mentions
from intake_triage.records.synthetic.network import N_MONTHS, Habits

FEWEST_WORDS, MOST_WORDS = 5, 60
LAY_DRIFT = 0.6  # growth of the lay register's weight over the two years: patients write more
PAST_DATED = 0.15  # how often a clause on the past says when
BARE_OPENING = 0.55  # how often a first clause on the present has no cue
REMARK = (0.0, 0.0, 0.3)  # how often a remark follows, by verbosity

CLAUSE_ENDS_FIRM = np.array([". ", ". ", "; "], dtype=object)
CLAUSE_ENDS_ANY = np.array([". ", ". ", "; ", ", ", " but "], dtype=object)
# Ways to join a list: the text before an item in the middle and before the last one.
JOINTS = np.array([[", ", ", "], [", ", " and "], [" and ", " and "], [" / ", " / "]], dtype=object)
ASIDE_ROLES = np.array([DENIED, PAST, RELATIVE])


class PhraseBook:
    """Phrases of many things, drawn by thing and register."""

    def __init__(self, things: Sequence[Phrases]) -> None:
        phrases = [thing.of(register) for thing in things for register in REGISTERS]
        counts = np.array([len(p) for p in phrases])
        self._count = counts.reshape(-1, len(REGISTERS))
        self._first = (np.cumsum(counts) - counts).reshape(-1, len(REGISTERS))
        self._text = np.array([p for ps in phrases for p in ps], dtype=object)

    def draw(self, rng: np.random.Generator, thing: np.ndarray, register: np.ndarray) -> np.ndarray:
        """One phrase each: object array of the shape of `thing` and `register`."""
        step = (rng.random(len(thing)) * self._count[thing, register]).astype(np.int64)
        return self._text[self._first[thing, register] + step]


class Writer:
    """Writes the text of forms."""

    def __init__(self, catalogue: Catalogue, habits: Habits, month: np.ndarray) -> None:
        self._habits = habits
        self._month = month
        wording = catalogue.wording
        course = [value for family in catalogue.course.families.values() for value in family.values]
        things = list(catalogue.things.values())
        self._first_course = len(things)
        self._vague = len(things) + len(course)
        self._things = PhraseBook([*things, *course, wording.vague])
        self._intensities = PhraseBook([wording.intensities[name] for name in INTENSITIES[1:]])
        self._before = PhraseBook([wording.clauses[role].before for role in ROLES])
        self._after = PhraseBook([wording.clauses[role].after for role in ROLES])
        self._lasting = PhraseBook([_duration_phrases(days) for days in DURATIONS])
        self._ago = PhraseBook([_ago_phrases(days) for days in DURATIONS[DURATIONS >= 90]])
        self._n_ago = int((DURATIONS >= 90).sum())
        orders = [order.clauses for order in wording.orders]
        self._rank = np.array([[order.index(role) for role in ROLES] for order in orders])
        self._openings = np.array([f"{text} " for text in wording.openings], dtype=object)
        self._closings = np.array([f". {text}" for text in wording.closings], dtype=object)
        self._remarks = np.array([f". {text}" for text in wording.remarks], dtype=object)

    def write(
        self,
        rng: np.random.Generator,
        circumstances: Circumstances,
        mentions: Mentions,
        *,
        duration: np.ndarray,
        told: np.ndarray,
    ) -> list[str]:
        """Text of n forms; `duration` indexes DURATIONS and is written where `told`."""
        n = len(circumstances.site)
        site = circumstances.site
        order = self._habits.order.draw(rng, site)
        record, role, thing, intensity = self._items(mentions, n)
        place = record * len(ROLES) + self._rank[order[record], role]
        by_place = np.argsort(place + rng.random(len(place)))  # random order within a clause
        record, role, thing, intensity, place = (
            a[by_place] for a in (record, role, thing, intensity, place)
        )
        first = np.diff(place, prepend=-1) != 0  # of its clause
        last = np.append(first[1:], True)
        opens = np.diff(record, prepend=-1) != 0  # the form

        register = self._registers(rng, circumstances, record)
        phrase = self._things.draw(rng, thing, register)
        text = self._with_intensity(rng, phrase, intensity, register, site[record])
        starts = np.flatnonzero(first)
        joint = self._habits.joint.draw(rng, site)[record]
        text = np.where(first, "", JOINTS[joint, last.astype(int)]) + text
        after = rng.random(len(starts)) < self._habits.cue_after[site[record[starts]]]
        text[starts] = self._clause_starts(rng, role, register, opens, starts, after) + text[starts]
        ends = np.flatnonzero(last)
        text[ends] += self._clause_ends(
            rng, role[ends], register[ends], duration[record[ends]], told[record[ends]], after
        )
        bounds = np.searchsorted(record, np.arange(n + 1)).tolist()
        pieces = text.tolist()
        bodies = np.array(
            ["".join(pieces[a:b]) for a, b in pairwise(bounds)],
            dtype=object,
        )
        return self._finish(rng, bodies, circumstances)

    def _items(
        self, mentions: Mentions, n: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Record, role, thing and intensity of all that is to be written, in no order."""
        now_record, now_family = np.nonzero(mentions.course_now)
        now_level = mentions.course_now[now_record, now_family] - 1
        aside_record, aside_family = np.nonzero(mentions.course_aside)
        aside = mentions.course_aside[aside_record, aside_family] - 1
        has_complaint = np.bincount(mentions.record[mentions.role == NOW], minlength=n) > 0
        vague = np.flatnonzero(~has_complaint)
        record = np.concatenate([mentions.record, now_record, aside_record, vague])
        role = np.concatenate(
            [
                mentions.role,
                np.full(len(now_record), NOW),
                ASIDE_ROLES[aside // N_LEVELS],
                np.full(len(vague), NOW),
            ]
        )
        thing = np.concatenate(
            [
                mentions.thing,
                self._first_course + now_family * N_LEVELS + now_level,
                self._first_course + aside_family * N_LEVELS + aside % N_LEVELS,
                np.full(len(vague), self._vague),
            ]
        )
        intensity = np.zeros(len(record), dtype=np.int64)
        intensity[: len(mentions.record)] = mentions.intensity
        return record, role, thing, intensity

    def _registers(
        self, rng: np.random.Generator, circumstances: Circumstances, record: np.ndarray
    ) -> np.ndarray:
        """Register of each item, by the habit of the site and the date."""
        shares = self._habits.register[circumstances.site].copy()
        elapsed = self._month[circumstances.day] / (N_MONTHS - 1)
        shares[:, REGISTERS.index("lay")] *= 1 + LAY_DRIFT * elapsed
        ends = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)[record]
        return (rng.random(len(record))[:, None] >= ends[:, :-1]).sum(axis=1)

    def _with_intensity(
        self,
        rng: np.random.Generator,
        phrase: np.ndarray,
        intensity: np.ndarray,
        register: np.ndarray,
        site: np.ndarray,
    ) -> np.ndarray:
        """Put the intensity word before or after the phrase it belongs to."""
        text = phrase.copy()
        graded = np.flatnonzero(intensity)
        word = self._intensities.draw(rng, intensity[graded] - 1, register[graded])
        after = rng.random(len(graded)) < self._habits.intensity_after[site[graded]]
        text[graded] = np.where(after, phrase[graded] + " " + word, word + " " + phrase[graded])
        return text

    def _clause_starts(
        self,
        rng: np.random.Generator,
        role: np.ndarray,
        register: np.ndarray,
        opens: np.ndarray,
        starts: np.ndarray,
        after: np.ndarray,
    ) -> np.ndarray:
        """What stands before each clause: the end of the one before, and its cue."""
        cue = self._before.draw(rng, role[starts], register[starts]) + " "
        bare = opens[starts] & (role[starts] == NOW) & (rng.random(len(starts)) < BARE_OPENING)
        firm = CLAUSE_ENDS_FIRM[rng.integers(len(CLAUSE_ENDS_FIRM), size=len(starts))]
        loose = CLAUSE_ENDS_ANY[rng.integers(len(CLAUSE_ENDS_ANY), size=len(starts))]
        end = np.where(opens[starts], "", np.where(after, firm, loose))
        return end + np.where(after | bare, "", cue)

    def _clause_ends(
        self,
        rng: np.random.Generator,
        role: np.ndarray,
        register: np.ndarray,
        duration: np.ndarray,
        told: np.ndarray,
        after: np.ndarray,
    ) -> np.ndarray:
        """What stands after each clause: how long, how long ago, and a cue that comes late."""
        lasting = " " + self._lasting.draw(rng, duration, register)
        ago = " " + self._ago.draw(rng, rng.integers(self._n_ago, size=len(role)), register)
        dated = rng.random(len(role)) < PAST_DATED
        when = np.where((role == NOW) & told, lasting, np.where((role == PAST) & dated, ago, ""))
        cue = " " + self._after.draw(rng, role, register)
        return when + np.where(after, cue, "")

    def _finish(
        self, rng: np.random.Generator, bodies: np.ndarray, circumstances: Circumstances
    ) -> list[str]:
        """Add filler and typing errors; keep within the form's length."""
        n = len(bodies)
        filler = self._habits.filler[circumstances.site]
        opening = self._openings[rng.integers(len(self._openings), size=n)]
        closing = self._closings[rng.integers(len(self._closings), size=n)]
        remark = self._remarks[rng.integers(len(self._remarks), size=n)]
        remarked = rng.random(n) < np.array(REMARK)[circumstances.verbosity]
        texts = np.where(rng.random(n) < filler, opening, "") + bodies
        texts = texts + np.where(rng.random(n) < filler, closing, "")
        texts = texts + np.where(remarked, remark, "")
        n_words = np.array([text.count(" ") + 1 for text in texts])
        texts = np.where(n_words < FEWEST_WORDS, texts + remark, texts)
        lengths = np.array([len(text) for text in texts])
        n_typos = rng.poisson(self._habits.typo[circumstances.site] * lengths)
        where = rng.random((n, 3))
        for i in np.flatnonzero(n_typos):
            for share in where[i, : n_typos[i]]:
                texts[i] = _swap_letters(texts[i], int(share * lengths[i]))
        for i in np.flatnonzero(n_words + 12 > MOST_WORDS):
            texts[i] = " ".join(texts[i].split()[:MOST_WORDS])
        return texts.tolist()


def _swap_letters(text: str, at: int) -> str:
    """Swap two neighbouring letters inside a word; a place without four letters stays as it is."""
    if at < 1 or not text[at - 1 : at + 3].isalpha() or at + 3 > len(text):
        return text
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _in_words(days: float) -> tuple[int, str]:
    """A duration as count and unit, in the largest unit that fits."""
    for unit, length in (("year", 365), ("month", 30), ("week", 7)):
        if days >= length and days % length == 0:
            return int(days // length), unit
    return int(days), "day"


def _duration_phrases(days: float) -> Phrases:
    """How long the present complaint lasts."""
    if days == 0:
        return Phrases(lay=["since this morning", "since today"], clinical=["of today"])
    count, unit = _in_words(days)
    plural = f"{count} {unit}{'s' * (count > 1)}"
    return Phrases(
        lay=[f"for {plural}", f"for {plural} now"],
        clinical=[f"x {plural}", f"of {plural}"],
        short=[f"x {count}{unit[0]}"],
    )


def _ago_phrases(days: float) -> Phrases:
    """When something past was."""
    count, unit = _in_words(days)
    plural = f"{count} {unit}{'s' * (count > 1)}"
    return Phrases(lay=[f"{plural} ago", f"for {plural}"], clinical=[f"{plural} prior"])
