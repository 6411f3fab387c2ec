"""The words of a form: mentions, in their places, as one site writes them.

Text depends on what is mentioned, on the site, on the date and on how wordy the writer is; given
these it says nothing more about the patient.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from intake_triage.records.synthetic.catalogue import Catalogue
from intake_triage.records.synthetic.chances import draw_each, normalise
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
from intake_triage.records.synthetic.mentions import Mentions
from intake_triage.records.synthetic.network import N_MONTHS, Circumstances, Habits

FEWEST_WORDS, MOST_WORDS = 5, 60
LAY_DRIFT = 0.6  # growth of the lay register's weight over the two years: patients write more
PAST_DATED = 0.15  # how often a clause on the past says when
BARE_OPENING = 0.55  # how often a first clause on the present has no cue
MOST_TYPOS = 3  # a form
REMARK = (0.0, 0.0, 0.3)  # how often a remark follows, by verbosity

CLAUSE_ENDS_FIRM = np.array([". ", ". ", "; "], dtype=object)
CLAUSE_ENDS_ANY = np.array([". ", ". ", "; ", ", ", " but "], dtype=object)
# Ways to join a list: the text before an item in the middle and before the last one.
JOINTS = np.array([[", ", ", "], [", ", " and "], [" and ", " and "], [" / ", " / "]], dtype=object)
ASIDE_ROLES = np.array([DENIED, PAST, RELATIVE])  # in the order of Mentions.course_aside
N_AGO = 9  # the longest durations, from 90 days on, date the past


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
        self._ago = PhraseBook([_ago_phrases(days) for days in DURATIONS[-N_AGO:]])
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
        items = self._list_items(mentions, n)
        order = self._habits.order.draw(rng, circumstances.site)
        record, role = items[:2]
        clause = record * len(ROLES) + self._rank[order[record], role]
        shuffled = np.argsort(clause + rng.random(len(clause)))  # random within a clause
        (record, role, thing, intensity), clause = items[:, shuffled], clause[shuffled]
        site = circumstances.site[record]
        register = self._draw_registers(rng, circumstances, record)

        text = self._things.draw(rng, thing, register)
        graded = np.flatnonzero(intensity)
        text[graded] = self._grade(
            rng, text[graded], intensity[graded], register[graded], site[graded]
        )
        is_first = np.diff(clause, prepend=-1) != 0
        is_last = np.append(is_first[1:], True)
        joint = self._habits.joint.draw(rng, circumstances.site)[record]
        text = np.where(is_first, "", JOINTS[joint, is_last.astype(np.int64)]) + text

        first, last = np.flatnonzero(is_first), np.flatnonzero(is_last)
        cue_is_late = rng.random(len(first)) < self._habits.cue_after[site[first]]
        opens_form = np.diff(record[first], prepend=-1) != 0
        role = role[first]
        starts = self._clause_starts(rng, role, register[first], opens_form, cue_is_late)
        ends = self._clause_ends(
            rng, role, register[last], duration[record[last]], told[record[last]]
        )
        late_cue = " " + self._after.draw(rng, role, register[last])
        text[first] = starts + text[first]
        text[last] = text[last] + ends + np.where(cue_is_late, late_cue, "")

        bounds = np.searchsorted(record, np.arange(n + 1)).tolist()
        pieces = text.tolist()
        bodies = np.array(["".join(pieces[a:b]) for a, b in pairwise(bounds)], dtype=object)
        return self._finish(rng, bodies, circumstances)

    def _list_items(self, mentions: Mentions, n: int) -> np.ndarray:
        """Record, role, thing and intensity of all that is to be written: int array (4, n_items).

        A form without a present complaint says so vaguely.
        """
        now_record, now_family = np.nonzero(mentions.course_now)
        now_level = mentions.course_now[now_record, now_family] - 1
        aside_record, aside_family = np.nonzero(mentions.course_aside)
        aside = mentions.course_aside[aside_record, aside_family] - 1
        present = mentions.record[mentions.role == NOW]
        vague = np.flatnonzero(np.bincount(present, minlength=n) == 0)
        first = self._first_course
        parts = (
            (mentions.record, mentions.role, mentions.thing),
            (now_record, np.full_like(now_record, NOW), first + now_family * N_LEVELS + now_level),
            (
                aside_record,
                ASIDE_ROLES[aside // N_LEVELS],
                first + aside_family * N_LEVELS + aside % N_LEVELS,
            ),
            (vague, np.full_like(vague, NOW), np.full_like(vague, self._vague)),
        )
        record, role, thing = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        ungraded = len(record) - len(mentions.record)
        return np.stack([record, role, thing, np.pad(mentions.intensity, (0, ungraded))])

    def _draw_registers(
        self, rng: np.random.Generator, circumstances: Circumstances, record: np.ndarray
    ) -> np.ndarray:
        """Register of each item, by the habit of the site and the date."""
        shares = self._habits.register[circumstances.site].copy()
        elapsed = self._month[circumstances.day] / (N_MONTHS - 1)
        shares[:, REGISTERS.index("lay")] *= 1 + LAY_DRIFT * elapsed
        return draw_each(rng, normalise(shares)[record])

    def _grade(
        self,
        rng: np.random.Generator,
        phrase: np.ndarray,
        intensity: np.ndarray,
        register: np.ndarray,
        site: np.ndarray,
    ) -> np.ndarray:
        """Put each phrase's intensity word before or after it; arrays of one shape."""
        word = self._intensities.draw(rng, intensity - 1, register)
        is_late = rng.random(len(phrase)) < self._habits.intensity_after[site]
        return np.where(is_late, phrase + " " + word, word + " " + phrase)

    def _clause_starts(
        self,
        rng: np.random.Generator,
        role: np.ndarray,
        register: np.ndarray,
        opens_form: np.ndarray,
        cue_is_late: np.ndarray,
    ) -> np.ndarray:
        """What stands before each clause: the end of the one before, and its cue."""
        cue = self._before.draw(rng, role, register) + " "
        bare = opens_form & (role == NOW) & (rng.random(len(role)) < BARE_OPENING)
        # Without a cue of its own a clause would read as part of the one before: end that firmly.
        firm = CLAUSE_ENDS_FIRM[rng.integers(len(CLAUSE_ENDS_FIRM), size=len(role))]
        loose = CLAUSE_ENDS_ANY[rng.integers(len(CLAUSE_ENDS_ANY), size=len(role))]
        end_before = np.where(opens_form, "", np.where(cue_is_late, firm, loose))
        return end_before + np.where(cue_is_late | bare, "", cue)

    def _clause_ends(
        self,
        rng: np.random.Generator,
        role: np.ndarray,
        register: np.ndarray,
        duration: np.ndarray,
        told: np.ndarray,
    ) -> np.ndarray:
        """How long the present has lasted, or how long ago the past was."""
        lasting = " " + self._lasting.draw(rng, duration, register)
        ago = " " + self._ago.draw(rng, rng.integers(N_AGO, size=len(role)), register)
        dated = (role == PAST) & (rng.random(len(role)) < PAST_DATED)
        return np.where((role == NOW) & told, lasting, np.where(dated, ago, ""))

    def _finish(
        self, rng: np.random.Generator, bodies: np.ndarray, circumstances: Circumstances
    ) -> list[str]:
        """Add filler and typing errors; keep within the form's length."""
        n = len(bodies)
        filler = self._habits.filler[circumstances.site]
        opening, closing, remark = (
            phrases[rng.integers(len(phrases), size=n)]
            for phrases in (self._openings, self._closings, self._remarks)
        )
        remarked = rng.random(n) < np.array(REMARK)[circumstances.verbosity]
        texts = np.where(rng.random(n) < filler, opening, "") + bodies
        texts = texts + np.where(rng.random(n) < filler, closing, "")
        texts = texts + np.where(remarked, remark, "")
        n_words = np.array([text.count(" ") + 1 for text in texts])
        texts = np.where(n_words < FEWEST_WORDS, texts + remark, texts)
        for i in np.flatnonzero(n_words > MOST_WORDS):
            texts[i] = " ".join(texts[i].split(" ")[:MOST_WORDS])
        length = np.array([len(text) for text in texts])
        n_typos = rng.poisson(self._habits.typo[circumstances.site] * length)
        where = rng.random((n, MOST_TYPOS))  # as shares of the text's length
        for i in np.flatnonzero(n_typos):
            for share in where[i, : n_typos[i]]:
                texts[i] = _swap_letters(texts[i], int(share * length[i]))
        return texts.tolist()


def _swap_letters(text: str, at: int) -> str:
    """Swap two neighbouring letters inside a word; a place without four letters stays as it is."""
    if at < 1 or at + 3 > len(text) or not text[at - 1 : at + 3].isalpha():
        return text
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _duration_phrases(days: float) -> Phrases:
    """How long the present complaint lasts."""
    if days == 0:
        return Phrases(lay=["since this morning", "since today"], clinical=["of today"])
    count, unit, plural = _in_words(days)
    return Phrases(
        lay=[f"for {plural}", f"for {plural} now"],
        clinical=[f"x {plural}", f"of {plural}"],
        short=[f"x {count}{unit[0]}"],
    )


def _ago_phrases(days: float) -> Phrases:
    """When something past was."""
    *_, plural = _in_words(days)
    return Phrases(lay=[f"{plural} ago", f"for {plural}"], clinical=[f"{plural} prior"])


def _in_words(days: float) -> tuple[int, str, str]:
    """A duration as count, unit and both together, in the largest unit that fits."""
    units = (("year", 365), ("month", 30), ("week", 7), ("day", 1))
    unit, length = next(u for u in units if days >= u[1] and days % u[1] == 0)
    count = int(days // length)
    return count, unit, f"{count} {unit}{'s' * (count > 1)}"
