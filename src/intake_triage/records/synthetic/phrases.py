"""Phrases to draw from: of things by register, and of durations."""

from collections.abc import Sequence

import numpy as np

from intake_triage.records.synthetic.classes import REGISTERS
from intake_triage.records.synthetic.entries import Phrases


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


def duration_phrases(days: float) -> Phrases:
    """How long the present complaint lasts."""
    if days == 0:
        return Phrases(lay=["since this morning", "since today"], clinical=["of today"])
    count, unit, plural = _in_words(days)
    return Phrases(
        lay=[f"for {plural}", f"for {plural} now"],
        clinical=[f"x {plural}", f"of {plural}"],
        short=[f"x {count}{unit[0]}"],
    )


def ago_phrases(days: float) -> Phrases:
    """When something past was."""
    *_, plural = _in_words(days)
    return Phrases(lay=[f"{plural} ago", f"for {plural}"], clinical=[f"{plural} prior"])


def _in_words(days: float) -> tuple[int, str, str]:
    """A duration as count, unit and both together, in the largest unit that fits."""
    units = (("year", 365), ("month", 30), ("week", 7), ("day", 1))
    unit, length = next(u for u in units if days >= u[1] and days % u[1] == 0)
    count = int(days // length)
    return count, unit, f"{count} {unit}{'s' * (count > 1)}"
