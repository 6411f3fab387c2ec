"""Forms as they may be meant: each age band and sex that an empty entry leaves open."""

from dataclasses import dataclass

import numpy as np

from intake_triage.records.synthetic.fields import FieldValues
from intake_triage.records.synthetic.latents import Circumstances
from intake_triage.records.synthetic.network import NetworkTables


@dataclass(frozen=True)
class Readings:
    """Every reading of n forms; arrays of shape (n_readings,), forms in order.

    A form that states age and sex has one reading, one that states neither has all.

    Attributes
    ----------
    record : int, the form that is read
    first : int array of shape (n,), the first reading of each form
    band, sex, cell : int, as in `Circumstances`
    log_chance : float
        Log of the chance of this age band and sex among the patients of such a site.
    """

    record: np.ndarray
    first: np.ndarray
    band: np.ndarray
    sex: np.ndarray
    cell: np.ndarray
    log_chance: np.ndarray

    def weigh(self, log_evidence: np.ndarray) -> np.ndarray:
        """Chances of the readings of each form, given the log of all that speaks for each."""
        joint = self.log_chance + log_evidence
        weight = np.exp(joint - np.maximum.reduceat(joint, self.first)[self.record])
        return weight / np.add.reduceat(weight, self.first)[self.record]


def list_readings(
    network: NetworkTables, circumstances: Circumstances, fields: FieldValues
) -> Readings:
    """All readings of the forms; site and date are known of every form."""
    patients = np.arange(network.patient.rows.shape[1])  # band · 2 + sex
    band_fits = patients // 2 == circumstances.band[:, None]  # (n, n_patients)
    sex_fits = patients % 2 == circumstances.sex[:, None]
    band_fits |= ~fields.shown["age"][:, None]
    sex_fits |= ~fields.shown["sex"][:, None]
    record, patient = np.nonzero(band_fits & sex_fits)
    band, sex = np.divmod(patient, 2)
    site, day = circumstances.site[record], circumstances.day[record]
    with np.errstate(divide="ignore"):  # log 0 is −inf: no such patient comes to such a site
        log_chance = np.log(network.patient.rows[network.kind[site], patient])
    return Readings(
        record=record,
        first=np.searchsorted(record, np.arange(len(circumstances.site))),
        band=band,
        sex=sex,
        cell=network.number_cells(site, band=band, sex=sex, day=day),
        log_chance=log_chance,
    )
