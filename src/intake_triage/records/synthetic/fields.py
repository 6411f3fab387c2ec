"""Structured entries of the form: their chances given the case, drawing them, showing them.

Numeric entries live on a grid (0.1 °C, one beat, one point, some twenty durations), so that their
chances are exact sums and not densities. Index −1 is an empty entry.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from intake_triage.records.synthetic.catalogue import Catalogue
from intake_triage.records.synthetic.chances import ChanceTable, normalise
from intake_triage.records.synthetic.classes import N_LEVELS
from intake_triage.records.synthetic.entries import N_BANDS

TEMPERATURES = np.round(np.arange(340, 421) / 10, 1)  # degrees Celsius
HEART_RATES = np.arange(35.0, 221.0)  # beats a minute
PAINS = np.arange(11.0)
DURATIONS = np.array(  # days
    [*range(8), 10, 14, 21, 28, 42, 60, 90, 120, 180, 270, 365, 730, 1095, 1825, 3650],
    dtype=np.float64,
)
SEVERITY_GAIN = np.array([0.25, 0.6, 1.0, 1.4, 1.8])  # on vital shifts and pain, by severity 1 … 5
DURATION_SLOPE = -0.25  # of the log of the duration, per level of severity

# Entries whose value depends on the case, on the course, and on neither.
BY_CASE = ("temperature", "heart_rate", "pain_score", "duration_days", "established", "referred")
BY_COURSE = ("channel",)
BY_NEITHER = ("payment",)  # at most the age band
FIELD_ORDER = BY_CASE + BY_COURSE + BY_NEITHER
# Entries that copy a circumstance; they may be left empty like the others.
REGISTRATION = ("age", "sex", "site")
MAY_BE_EMPTY = FIELD_ORDER + REGISTRATION


@dataclass(frozen=True)
class FieldTables:
    """Chances of the entries' values and of their being empty.

    Attributes
    ----------
    value : by name, chances of shape (n_contexts, n_latents, n_values)
        `heart_rate` and `payment` have a context an age band, the others one; latents are cases
        (`BY_CASE`), levels of the course (`BY_COURSE`) or a single row (`BY_NEITHER`).
    missing : by name of `MAY_BE_EMPTY`, float array of shape (N_LEVELS,), by severity
    told : chance that the text names the duration
    grid : by name, the values that the indices stand for
    """

    value: dict[str, ChanceTable]
    missing: dict[str, np.ndarray]
    told: float
    grid: dict[str, np.ndarray]


@dataclass(frozen=True)
class FieldValues:
    """Drawn entries.

    Attributes
    ----------
    index : by name, int array of shape (n,)
        Value on the grid, whether shown or not; of `FIELD_ORDER`.
    shown : by name, bool array of shape (n,); of `MAY_BE_EMPTY`
    told : bool array of shape (n,)
        The text names the duration.
    """

    index: dict[str, np.ndarray]
    shown: dict[str, np.ndarray]
    told: np.ndarray


def build_field_tables(catalogue: Catalogue) -> FieldTables:
    """Tabulate every entry."""
    entries = catalogue.fields
    conditions = list(catalogue.conditions.values())
    vitals = [c.vitals for c in conditions]
    shift = np.array([[v.temperature, v.heart_rate, v.pain] for v in vitals])
    by_case = (shift[:, None, :] * SEVERITY_GAIN[:, None]).reshape(-1, 3)  # (L, 3)
    typical = np.log([entries.duration_days.typical[c.lasting] for c in conditions])
    log_days = (typical[:, None] + DURATION_SLOPE * (np.arange(N_LEVELS) - 2)).ravel()
    known = np.array([entries.established.known[c.lasting] for c in conditions])
    referred = np.array([c.referred for c in conditions])
    numeric = {
        "temperature": (entries.temperature.usual + by_case[None, :, 0], TEMPERATURES),
        "heart_rate": (np.array(entries.heart_rate.usual)[:, None] + by_case[:, 1], HEART_RATES),
        "pain_score": (by_case[None, :, 2], PAINS),
        "duration_days": (log_days[None], np.log(DURATIONS + 0.4)),
    }
    value = {
        name: _bin_normal(mean, getattr(entries, name).spread, points)
        for name, (mean, points) in numeric.items()
    }
    value |= {
        "established": _two_way(known)[None],
        "referred": _two_way(referred)[None],
        "channel": normalise(np.array(list(entries.channel.weights.values())).T)[None],
        "payment": normalise(np.array(list(entries.payment.weights.values())).T)[:, None, :],
    }
    grid = {
        "temperature": TEMPERATURES,
        "heart_rate": HEART_RATES,
        "pain_score": PAINS,
        "duration_days": DURATIONS,
        "established": np.array(["new", "established"], dtype=object),
        "referred": np.array(["no", "yes"], dtype=object),
        "channel": np.array(list(entries.channel.weights), dtype=object),
        "payment": np.array(list(entries.payment.weights), dtype=object),
    }
    missing = {
        name: np.linspace(*getattr(entries, name).missing, N_LEVELS) for name in MAY_BE_EMPTY
    }
    value = {name: ChanceTable(chances) for name, chances in value.items()}
    return FieldTables(value=value, missing=missing, told=entries.duration_days.told, grid=grid)


def draw_fields(
    rng: np.random.Generator,
    tables: FieldTables,
    *,
    case: np.ndarray,
    course: np.ndarray,
    band: np.ndarray,
) -> FieldValues:
    """Draw all entries of n records; `case`, `course` and `band` are int arrays of shape (n,)."""
    severity = case % N_LEVELS
    index, shown = {}, {}
    for name in FIELD_ORDER:
        table = tables.value[name]
        latent = case if name in BY_CASE else course if name in BY_COURSE else np.zeros_like(case)
        index[name] = table.draw(rng, context_of(table, band) * table.chances.shape[1] + latent)
    for name in MAY_BE_EMPTY:
        shown[name] = rng.random(len(case)) >= tables.missing[name][severity]
    return FieldValues(index=index, shown=shown, told=rng.random(len(case)) < tables.told)


def context_of(table: ChanceTable, band: np.ndarray) -> np.ndarray:
    """Which of an entry's contexts holds: the age band where it has one a band, else the first."""
    return band if len(table.chances) == N_BANDS else np.zeros_like(band)


def _bin_normal(mean: np.ndarray, spread: float, grid: np.ndarray) -> np.ndarray:
    """Chances of the grid's points under a normal rounded to the nearest; tails join the ends.

    Shape (…, n_values) for `mean` of shape (…).
    """
    middles = (grid[1:] + grid[:-1]) / 2
    below = norm.cdf((middles - mean[..., None]) / spread)
    ends = np.concatenate([np.zeros_like(below[..., :1]), below, np.ones_like(below[..., :1])], -1)
    return np.diff(ends, axis=-1)


def _two_way(yes: np.ndarray) -> np.ndarray:
    """Chances of (no, yes) by case, from a chance a condition: shape (L, 2)."""
    return np.repeat(np.stack([1 - yes, yes], axis=-1), N_LEVELS, axis=0)
