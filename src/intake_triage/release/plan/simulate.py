"""Simulated pilots: when each alarm sounds where its true rate is what it is."""

from collections.abc import Callable, Sequence

import numpy as np
from tqdm import tqdm

from intake_triage.release.plan.kinds import Kinds, kinds_at
from intake_triage.release.watch.alarms import LOAD, MET, Tally
from intake_triage.release.watch.limits import Alarm
from intake_triage.release.watch.reference import Reference
from intake_triage.statistics.disclosure import SMALLEST_SHOWN
from intake_triage.statistics.sequential import LOOKS, log_capital, log_growth, payoffs

RateOf = Callable[[Alarm], float]  # the true rate of an alarm


def simulate_alarms(
    alarms: Sequence[Alarm],
    rate_of: RateOf,
    reference: Reference,
    *,
    forms_a_week: int,
    pilots: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """The look at which each alarm sounds first, int of shape (n_alarms, pilots).

    `LOOKS` where it stays silent for a year. Alarms are drawn apart from each other, but for the
    forms of each group: those of one pilot go together in truth, since a form that is missed
    speaks to several, so that any of them sounds less often than here.
    """
    by_group = {
        name: _draw_groups(group["shares"], forms_a_week, pilots, rng)
        for name, group in reference["groups"].items()
    }
    first = np.full((len(alarms), pilots), LOOKS)
    for row, alarm in enumerate(tqdm(alarms, desc="alarms", unit="alarm", disable=None)):
        kinds = kinds_at(alarm, rate_of(alarm), reference)
        if kinds is not None:
            forms = _forms_of(alarm, by_group, reference)
            forms = np.full((pilots, LOOKS), forms_a_week) if forms is None else forms
            first[row] = find_first(alarm, kinds, draw_counts(kinds, forms, rng))
    return first


def find_first(alarm: Alarm, kinds: Kinds, counts: np.ndarray) -> np.ndarray:
    """The first look at which an alarm sounds, n_looks where none is.

    Parameters
    ----------
    counts : int array of shape (pilots, n_looks, n_kinds)
    """
    capital = log_capital(log_growth(counts, payoffs(kinds.counted, kinds.per, alarm.limit)))
    enough = (counts @ kinds.per).cumsum(axis=1) >= SMALLEST_SHOWN
    sounds = (capital >= -np.log(alarm.alpha)) & enough
    return np.where(sounds.any(axis=1), sounds.argmax(axis=1), counts.shape[1])


def find_met(alarm: Alarm, kinds: Kinds, counts: np.ndarray) -> np.ndarray:
    """The first look at which a ceiling is shown to be met, as `find_first`."""
    ratio = alarm.path[-1] == LOAD
    other = Tally(counts, kinds.counted, kinds.per).mirrored(ratio=ratio)
    limit = 1 / alarm.limit if ratio else 1 - alarm.limit
    growth = log_growth(other.counts, payoffs(other.counted, other.per, limit))
    shown = log_capital(growth, later_starts=False) >= -np.log(MET)
    return np.where(shown.any(axis=1), shown.argmax(axis=1), counts.shape[1])


def draw_counts(kinds: Kinds, forms: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Forms of each kind from those at each look, (…, n_looks) to (…, n_looks, n_kinds)."""
    rest = max(0.0, 1 - kinds.chances.sum())
    return rng.multinomial(forms, [*kinds.chances, rest])[..., :-1]


def _draw_groups(
    shares: Sequence[float], forms_a_week: int, pilots: int, rng: np.random.Generator
) -> np.ndarray:
    """Forms of each group by pilot and look, (pilots, LOOKS, n_groups)."""
    chances = np.array(shares) / sum(shares)  # written rounded
    return rng.multinomial(forms_a_week, chances, (pilots, LOOKS))


def _forms_of(
    alarm: Alarm, by_group: dict[str, np.ndarray], reference: Reference
) -> np.ndarray | None:
    """The forms of the alarm's group, (pilots, LOOKS); None where it is about all.

    None come of a group that the reference does not have.
    """
    match alarm.path:
        case ("groups", name, value, _) | ("drift", "missing_by_group", name, value, _):
            values, forms = reference["groups"][name]["values"], by_group[name]
            return forms[..., values.index(value)] if value in values else 0 * forms[..., 0]
    return None
