"""Who sends forms, and when: sites, their habits, patients' age and sex, seasons."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from intake_triage.records.synthetic.catalogue import Catalogue
from intake_triage.records.synthetic.chances import ChanceTable, normalise
from intake_triage.records.synthetic.classes import SPECIALTY

N_MONTHS = 24
WEEKEND = 0.3  # forms on a Saturday or Sunday, relative to a weekday
SIZE_SPREAD = 0.6  # of the logarithm of a site's number of forms
ROUTING_SPREAD = 0.4  # of the logarithm of a site's factor on a sub-specialty


@dataclass(frozen=True)
class Habits:
    """How each site writes; arrays of shape (n_sites, …), rows of shares sum to 1.

    Attributes
    ----------
    verbosity : (n_sites, 3), shares of terse, plain and wordy forms
    register : (n_sites, 3), shares of lay, clinical and short phrases
    order : (n_sites, n_orders), shares of the orders of clauses
    joint : (n_sites, n_joints), shares of the ways to join a list
    cue_after, intensity_after : (n_sites,), how often the cue stands after its clause and the
        intensity after its complaint
    typo : (n_sites,), typing errors per letter
    filler : (n_sites,), how often a form opens or closes with filler
    """

    verbosity: ChanceTable
    register: np.ndarray
    order: ChanceTable
    joint: ChanceTable
    cue_after: np.ndarray
    intensity_after: np.ndarray
    typo: np.ndarray
    filler: np.ndarray


@dataclass(frozen=True)
class NetworkTables:
    """Chances of a form's circumstances, and of a condition under them.

    Attributes
    ----------
    site : (n_sites,); kind : (n_sites,) index of the site's kind
    day : (n_days,); month : (n_days,) in range(24), 0 for January of the first year
    patient : (n_kinds, n_bands * 2), age band and sex (male, female) flattened
    condition : (n_kinds, n_bands, 2, 24, n_conditions), sums to 1 over the last axis
    routing_habit : (n_sites, n_specialties), the site's factor on routing
    """

    site: ChanceTable
    kind: np.ndarray
    first_day: np.datetime64
    day: ChanceTable
    month: np.ndarray
    band_names: tuple[str, ...]
    band_low: np.ndarray
    band_high: np.ndarray
    patient: ChanceTable
    condition: ChanceTable
    routing_habit: np.ndarray
    habits: Habits

    def number_cells(
        self, site: np.ndarray, *, band: np.ndarray, sex: np.ndarray, day: np.ndarray
    ) -> np.ndarray:
        """Row of `condition` that holds for each form; int arrays of one shape."""
        patient = (self.kind[site] * len(self.band_low) + band) * 2 + sex
        return patient * N_MONTHS + self.month[day]

    def cell_shares(self) -> np.ndarray:
        """Share of forms by kind, band, sex and month: shape (n_kinds, n_bands, 2, 24)."""
        kinds = np.bincount(self.kind, weights=self.site.chances, minlength=len(self.patient.rows))
        months = np.bincount(self.month, weights=self.day.chances, minlength=N_MONTHS)
        patient = self.patient.rows.reshape(len(kinds), -1, 2)
        return (kinds[:, None, None] * patient)[..., None] * months

    def condition_shares(self) -> np.ndarray:
        """Share of each condition among all forms: shape (n_conditions,)."""
        return np.einsum("kbsm,kbsmc->c", self.cell_shares(), self.condition.chances)


@dataclass(frozen=True)
class Circumstances:
    """What is known of a form before it is read; int arrays of shape (n,).

    `sex` is 0 for male and 1 for female; `verbosity` of the writer is 0 terse … 2 wordy; `cell`
    indexes the flattened (kind of site, age band, sex, month).
    """

    site: np.ndarray
    day: np.ndarray
    band: np.ndarray
    sex: np.ndarray
    age: np.ndarray
    verbosity: np.ndarray
    cell: np.ndarray


def draw_circumstances(rng: np.random.Generator, network: NetworkTables, n: int) -> Circumstances:
    """Draw site and day, then the patient that such a site sees."""
    only = np.zeros(n, dtype=np.int64)
    site = network.site.draw(rng, only)
    day = network.day.draw(rng, only)
    band, sex = np.divmod(network.patient.draw(rng, network.kind[site]), 2)
    width = network.band_high[band] - network.band_low[band] + 1
    return Circumstances(
        site=site,
        day=day,
        band=band,
        sex=sex,
        age=network.band_low[band] + (rng.random(n) * width).astype(np.int64),
        verbosity=network.habits.verbosity.draw(rng, site),
        cell=network.number_cells(site, band=band, sex=sex, day=day),
    )


def build_network_tables(catalogue: Catalogue) -> NetworkTables:
    """Draw the sites from the catalogue's own seed and tabulate who comes to them."""
    network = catalogue.network
    rng = np.random.default_rng(network.seed)
    kinds = list(network.kinds.values())
    kind_shares = normalise(np.array([kind.share for kind in kinds]))
    # Every kind has its share of the sites; sizes differ by a factor of about ten.
    kind = np.searchsorted(np.cumsum(kind_shares), (np.arange(network.sites) + 0.5) / network.sites)
    size = rng.lognormal(0.0, SIZE_SPREAD, network.sites)
    site = size * (kind_shares / np.bincount(kind, weights=size, minlength=len(kinds)))[kind]

    bands = network.age_bands
    band_shares = np.array([band.share for band in bands])
    sexes = np.array([1 - network.women, network.women])
    patient = np.array([np.outer(band_shares * kind.ages, sexes).ravel() for kind in kinds])
    days = [network.first_day + timedelta(days=i) for i in range(network.days)]
    month = np.array([(d.year - days[0].year) * 12 + d.month - 1 for d in days])
    return NetworkTables(
        site=ChanceTable(normalise(site)),
        kind=kind,
        first_day=np.datetime64(network.first_day),
        day=ChanceTable(normalise(np.array([WEEKEND if d.weekday() >= 5 else 1.0 for d in days]))),
        month=month,
        band_names=tuple(band.name for band in bands),
        band_low=np.array([band.low for band in bands]),
        band_high=np.array([band.high for band in bands]),
        patient=ChanceTable(normalise(patient)),
        condition=ChanceTable(_tabulate_conditions(catalogue)),
        routing_habit=rng.lognormal(0.0, ROUTING_SPREAD, (network.sites, len(SPECIALTY))),
        habits=_draw_habits(rng, network.sites, [o.weight for o in catalogue.wording.orders]),
    )


def _tabulate_conditions(catalogue: Catalogue) -> np.ndarray:
    """Shape (n_kinds, n_bands, 2, 24, n_conditions)."""
    conditions = list(catalogue.conditions.values())
    by_age = np.array([c.age for c in conditions]).T  # (n_bands, C)
    female = np.array([c.female for c in conditions])
    by_sex = 2 * np.stack([1 - female, female])  # (2, C)
    homes, kinds = catalogue.homes.values(), catalogue.network.kinds.values()
    by_kind = np.array([[kind.specialties.get(home, 1.0) for home in homes] for kind in kinds])
    by_month = np.ones((N_MONTHS, len(conditions)))
    months = np.arange(N_MONTHS)
    for c, condition in enumerate(conditions):
        by_month[:, c] *= 1 + condition.trend * months / (N_MONTHS - 1)
        if condition.season is not None:
            season = catalogue.network.seasons[condition.season]
            phase = 2 * np.pi * (months - (season.peak - 1)) / 12
            by_month[:, c] *= 1 + season.height * np.cos(phase)
    prevalence = np.array([c.prevalence for c in conditions])
    by_kind, by_age = by_kind[:, None, None, None], by_age[:, None, None]
    return normalise(prevalence * by_kind * by_age * by_sex[:, None] * by_month)


def _draw_habits(rng: np.random.Generator, n_sites: int, orders: list[float]) -> Habits:
    """Draw how each site writes; Dirichlet for shares, Beta for rates."""
    return Habits(
        verbosity=ChanceTable(rng.dirichlet([5.5, 3.3, 1.2], n_sites)),
        register=rng.dirichlet([2.2, 2.0, 0.9], n_sites),
        order=ChanceTable(rng.dirichlet(orders, n_sites)),
        joint=ChanceTable(rng.dirichlet([2.0, 1.2, 0.6, 0.5], n_sites)),
        cue_after=rng.beta(1.5, 12.0, n_sites),
        intensity_after=rng.beta(2.0, 2.0, n_sites),
        typo=rng.gamma(2.0, 0.0012, n_sites),
        filler=rng.beta(1.5, 9.0, n_sites),
    )
