"""Which alarms sound, since when, and how far the others are from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from tqdm import tqdm

from intake_triage.evaluation.measures.triage import triage_cells
from intake_triage.params import DecisionParams
from intake_triage.records.schema import RecordSchema
from intake_triage.release.watch.forms import Forms
from intake_triage.release.watch.histograms import OTHER, find_bins, name_bins
from intake_triage.release.watch.limits import Alarm
from intake_triage.release.watch.reference import Reference
from intake_triage.statistics.disclosure import SMALLEST_SHOWN
from intake_triage.statistics.sequential import (
    fewest_until_broken,
    likeliest_start,
    log_capital,
    log_growth,
    lower_bound,
    payoffs,
)

LOAD = "urgent_load"  # the ceiling that is a ratio and no share
MET = 0.025  # one side of the 95 % interval by which a ceiling is met

Terms = tuple[np.ndarray, np.ndarray]  # of each form, `counted` and `per` of statistics/sequential


@dataclass(frozen=True)
class Tally:
    """Forms of each kind at each look.

    Attributes
    ----------
    counts : int array of shape (n_looks, n_kinds)
    counted, per : float arrays of shape (n_kinds,)
    """

    counts: np.ndarray
    counted: np.ndarray
    per: np.ndarray

    def mirrored(self, *, ratio: bool) -> "Tally":
        """By which the opposite is claimed: that the rate is at most the limit's own opposite."""
        counted, per = (self.per, self.counted) if ratio else (self.per - self.counted, self.per)
        return Tally(self.counts, counted, per)


@dataclass(frozen=True)
class JudgedAlarm:
    """An alarm after the last look.

    Attributes
    ----------
    alarm : Alarm
    forms : int
        That the rate is a rate of; below 11 nothing is judged.
    rate : float or None
        So far.
    bound : float or None
        A lower bound of the rate that holds at every look, at the alarm's own level.
    evidence : float
        How far the capital has come, from 0 to 1, where it sounds: on a logarithmic scale.
    since : int or None
        The look at which it sounded first; None while it is silent.
    forms_then : int or None
        The forms that it rested on when it sounded.
    onset : int or None
        The look from which on the forms, up to that look, speak most for a rate above the limit.
    until : int or None
        The fewest further forms that can make it sound, all of them counted; None once it has.
    is_met : bool
        Of a ceiling: whether the rate is shown to lie within, as `compare` says it.
    """

    alarm: Alarm
    forms: int
    rate: float | None
    bound: float | None
    evidence: float
    since: int | None
    forms_then: int | None
    onset: int | None
    until: int | None
    is_met: bool

    @property
    def status(self) -> str:
        """alarm, too_few, met or silent."""
        if self.since is not None:
            return "alarm"
        if self.rate is None:
            return "too_few"
        return "met" if self.is_met else "silent"


def judge_alarms(alarms: Iterable[Alarm], terms: "FormTerms") -> list[JudgedAlarm]:
    """Every alarm from all forms so far, in their order: the same files give the same."""
    look, n_looks = terms.forms.look, len(terms.forms.looks)
    return [
        judge_alarm(alarm, tally(*terms.of(alarm.path), look, n_looks))
        for alarm in tqdm(alarms, desc="alarms", unit="alarm", disable=None)
    ]


def judge_alarm(alarm: Alarm, seen: Tally) -> JudgedAlarm:
    """One alarm from the forms of each kind at each look."""
    per_look = seen.counts @ seen.per
    forms = round(float(per_look.sum()))
    if forms < SMALLEST_SHOWN:
        return JudgedAlarm(alarm, forms, None, None, 0.0, None, None, None, None, False)
    growth = log_growth(seen.counts, payoffs(seen.counted, seen.per, alarm.limit))
    capital, threshold = log_capital(growth), -np.log(alarm.alpha)
    so_far = per_look.cumsum()
    sounds = (capital >= threshold) & (so_far >= SMALLEST_SHOWN)
    since = int(sounds.argmax()) if sounds.any() else None
    until = fewest_until_broken(growth, highest_payoff(alarm), alpha=alarm.alpha)
    return JudgedAlarm(
        alarm,
        forms,
        rate=float((seen.counts @ seen.counted).sum() / so_far[-1]),
        bound=lower_bound(seen.counts, seen.counted, seen.per, alpha=alarm.alpha),
        evidence=1.0 if sounds.any() else float(np.clip(capital[-1] / threshold, 0, 1)),
        since=since,
        forms_then=None if since is None else round(float(so_far[since])),
        onset=None if since is None else likeliest_start(growth[: since + 1]),
        until=until if since is None else None,
        is_met=alarm.path[0] == "decisions" and is_met(alarm, seen),
    )


def trace(alarm: Alarm, seen: Tally) -> dict[str, list[float | None]]:
    """The rate and its bound after each look; None before the first 11 forms."""
    counted, per = ((seen.counts @ part).cumsum() for part in (seen.counted, seen.per))
    course: dict[str, list[float | None]] = {"rate": [], "bound": []}
    for look, forms in enumerate(per):
        enough = forms >= SMALLEST_SHOWN
        so_far = seen.counts[: look + 1]
        course["rate"].append(counted[look] / forms if enough else None)
        course["bound"].append(
            lower_bound(so_far, seen.counted, seen.per, alpha=alarm.alpha) if enough else None
        )
    return course


def highest_payoff(alarm: Alarm) -> float:
    """What the form that speaks most for an alarm pays; of a ratio, counted and in no `per`."""
    return 1 / alarm.limit + (alarm.path[-1] == LOAD)


def is_met(alarm: Alarm, seen: Tally) -> bool:
    """Whether the rate of all forms so far is shown to be below the limit, at `MET`."""
    ratio = alarm.path[-1] == LOAD
    other = seen.mirrored(ratio=ratio)
    limit = 1 / alarm.limit if ratio else 1 - alarm.limit
    growth = log_growth(other.counts, payoffs(other.counted, other.per, limit))
    return bool(log_capital(growth, later_starts=False)[-1] >= -np.log(MET))


def tally(counted: np.ndarray, per: np.ndarray, look: np.ndarray, n_looks: int) -> Tally:
    """Count the forms by look and kind; those of which an alarm says nothing are left out."""
    says = (counted != 0) | (per != 0)
    kinds, kind = np.unique(counted[says] + 1j * per[says], return_inverse=True)
    counts = np.bincount(look[says] * len(kinds) + kind, minlength=n_looks * len(kinds))
    return Tally(counts.reshape(n_looks, len(kinds)), kinds.real, kinds.imag)


@dataclass(frozen=True)
class FormTerms:
    """What every form says to every alarm."""

    forms: Forms
    reference: Reference
    schema: RecordSchema
    decision: DecisionParams

    def of(self, path: tuple[str, ...]) -> Terms:
        """`counted` and `per` of each form, float arrays of shape (n_forms,)."""
        match path:
            case ("decisions", name):
                return self._decisions[name]
            case ("groups", subgroup, value, name):
                counted, per = self._decisions[name]
                return counted * self._groups[subgroup, value], per * self._groups[subgroup, value]
            case ("drift", "unknown_words"):
                return self.forms.unknown_words, np.ones(self.forms.n_forms)
            case ("drift", "missing", field):
                return self._missing[field], np.ones(self.forms.n_forms)
            case ("drift", "missing_by_group", subgroup, value, field):
                members = self._groups[subgroup, value]
                return self._missing[field] * members, members
            case ("drift", kind, name, part, side):
                place, bins = self._bins[kind, name]
                filled = place >= 0
                inside = place == bins[part]
                return (inside if side == "more" else filled & ~inside) * 1.0, filled * 1.0
        raise ValueError(f"no such alarm: {path}")

    @cached_property
    def _decisions(self) -> dict[str, Terms]:
        return dict(count_decisions(self.forms, self.schema, self.decision))

    @cached_property
    def _missing(self) -> dict[str, np.ndarray]:
        inputs = self.forms.inputs.items()
        return {field: column.isna().to_numpy(float) for field, column in inputs}

    @cached_property
    def _groups(self) -> Mapping[tuple[str, str], np.ndarray]:
        members = {}
        for name, column in self.forms.groups.items():
            values = self.reference["groups"][name]["values"]
            place = column.where(column.isin(values), OTHER)
            for value in dict.fromkeys([*values, OTHER]):
                members[name, value] = (place == value).to_numpy(float)
        return members

    @cached_property
    def _bins(self) -> dict[tuple[str, str], tuple[np.ndarray, dict[str, int]]]:
        """By kind and name, the bin of each form, and the bins by their names."""
        found = {}
        for kind, columns in (("inputs", self.forms.inputs), ("outputs", self.forms.outputs)):
            for name, column in columns.items():
                histogram = self.reference[kind][name]
                bins = {part: k for k, part in enumerate(name_bins(histogram))}
                found[kind, name] = (find_bins(column, histogram), bins)
        return found


def count_decisions(
    forms: Forms, schema: RecordSchema, decision: DecisionParams
) -> Iterator[tuple[str, Terms]]:
    """By ceiling, what is counted of each form that has its label, and per what."""
    if "urgency" in forms.tasks:
        tiers = schema.urgency
        labels, placed = forms.labels["urgency"], forms.suggested["urgency"]
        known = forms.has_label("urgency")
        true = np.where(known, labels, 0)
        cells = triage_cells(tiers, urgent_tiers=decision.urgent_tiers)
        for name, by_tier in cells.items():
            if "" in by_tier:
                counted, among = by_tier[""].counted, by_tier[""].among
                yield (
                    name,
                    ((counted[true, placed] & known) * 1.0, (among[true, placed] & known) * 1.0),
                )
        urgent = decision.urgent_tiers
        yield LOAD, (((placed < urgent) & known) * 1.0, ((true < urgent) & known) * 1.0)
    if "specialty" in forms.tasks:
        known = forms.has_label("specialty")
        wrong = forms.suggested["specialty"] != forms.labels["specialty"]
        yield "misrouted", ((wrong & known) * 1.0, known * 1.0)
