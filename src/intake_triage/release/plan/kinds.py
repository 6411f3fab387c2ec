"""Of which kinds the forms of a pilot are, as an alarm sees them, at a given true rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intake_triage.release.watch.alarms import LOAD
from intake_triage.release.watch.histograms import name_bins
from intake_triage.release.watch.limits import Alarm
from intake_triage.release.watch.reference import Reference
from intake_triage.statistics.disclosure import SMALLEST_SHOWN

UNKNOWN_SHARE = 0.05  # of the words of a text that has an unknown one: one in 20


@dataclass(frozen=True)
class Kinds:
    """The kinds of a form that an alarm tells apart; of other forms it says nothing.

    Attributes
    ----------
    chances : float array of shape (n_kinds,)
        That a form is of each kind; adding up to at most 1.
    counted, per : float arrays of shape (n_kinds,)
        Of a form of each kind, as in statistics/sequential.
    """

    chances: np.ndarray
    counted: np.ndarray
    per: np.ndarray


def kinds_at(alarm: Alarm, rate: float, reference: Reference) -> Kinds | None:
    """The kinds where the alarm's rate is truly `rate`; None where no forms could have it."""
    name = alarm.path[-1]
    if name == LOAD:
        return _kinds_of_load(rate, reference)
    if alarm.path[:2] == ("drift", "unknown_words"):
        values = (UNKNOWN_SHARE, 0.0)
        rate /= UNKNOWN_SHARE
    else:
        values = (1.0, 0.0)
    if not 0 <= rate <= 1:
        return None
    base = share_counted(alarm, reference)
    return Kinds(base * np.array([rate, 1 - rate]), np.array(values), np.ones(2))


def share_counted(alarm: Alarm, reference: Reference) -> float:
    """Of all forms, or those of the alarm's group, how many its rate is a rate of."""
    if alarm.path[0] != "drift":
        rates, name = reference["rates"], alarm.path[-1]
        if name == "misrouted":
            return 1.0
        return _forms(rates[name]) / _forms(rates["under_triage"], rates["over_triage"])
    if alarm.path[1] == "inputs":
        return reference["inputs"][alarm.path[2]]["forms"] / reference["forms"]
    return 1.0


def reference_rate(alarm: Alarm, reference: Reference) -> float:
    """The alarm's rate as the reference has it; one that is hidden as if of five forms."""
    match alarm.path:
        case ("decisions", name) | ("groups", _, _, name):
            rate = reference["rates"][name]
            shown, forms = rate["value"], _forms(rate)
            if alarm.path[0] == "groups" and name == "misrouted":
                group = reference["groups"][alarm.path[1]]
                own = _own(group, group["misrouted"]["shares"], alarm.path[2])
                shown = shown if own is None else own
        case ("drift", "unknown_words"):
            return reference["unknown_words"]
        case ("drift", "missing", field):
            shown, forms = reference["missing"][field], reference["forms"]
        case ("drift", "missing_by_group", subgroup, value, field):
            group = reference["groups"][subgroup]
            own = _own(group, group["missing"][field], value)
            shown = reference["missing"][field] if own is None else own
            forms = reference["forms"]
        case (_, kind, name, part, side):
            histogram = reference[kind][name]
            place = name_bins(histogram).index(part)
            share = histogram["shares"][place]
            return share if side == "more" else 1 - share
    return SMALLEST_SHOWN / 2 / forms if shown is None else shown


def _own(group: Mapping[str, Any], shares: Sequence[float | None], value: str) -> float | None:
    """The share of a group of forms; None where it is hidden, or the reference has no such form."""
    values = group["values"]
    return shares[values.index(value)] if value in values else None


def _kinds_of_load(load: float, reference: Reference) -> Kinds | None:
    """Forms that belong in the urgent tiers and are placed there, that are not, and the others.

    Of those that belong as many are placed there as are not placed too low at all, a little fewer
    than in truth.
    """
    rates = reference["rates"]
    belongs = _forms(rates[LOAD]) / _forms(rates["under_triage"], rates["over_triage"])
    missed = rates["under_triage"]["value"]
    both = belongs * (1 - (0.0 if missed is None else missed))
    placed_only = load * belongs - both
    if not 0 <= placed_only <= 1 - belongs:
        return None
    chances = np.array([both, belongs - both, placed_only])
    return Kinds(chances, np.array([1.0, 0.0, 1.0]), np.array([1.0, 1.0, 0.0]))


def _forms(*rates: Mapping[str, Any]) -> int:
    """Forms that rates are of; as if ten where their number is hidden."""
    return sum(rate["forms"] or SMALLEST_SHOWN - 1 for rate in rates)
