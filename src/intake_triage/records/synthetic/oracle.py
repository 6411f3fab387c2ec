"""Exact posteriors of both labels, by enumerating every latent.

With all that the generator let depend on the latents given (mentions with their places, entries
and which of them are empty, site, date and how wordy the writer is), the posterior of the case is
proportional to

    p(condition | age, sex, site, date) · p(severity | condition) · Π p(evidence | case),

that of the course to p(course) · Π p(evidence | course), and the two are independent. The labels'
posteriors are their tables averaged over these. Both labels follow from the case, hence their joint
posterior. Where a form lacks age or sex, they are latents too: the posterior is averaged over its
readings.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from intake_triage.records.synthetic.chances import normalise
from intake_triage.records.synthetic.classes import ALSO, N_LEVELS, SPECIALTY
from intake_triage.records.synthetic.evidence import (
    N_STATES,
    STATE_OF_ROLE,
    evidence_tables,
    stack_tables,
)
from intake_triage.records.synthetic.fields import (
    BY_CASE,
    MAY_BE_EMPTY,
    FieldValues,
    context_of,
)
from intake_triage.records.synthetic.labels import is_child
from intake_triage.records.synthetic.mentions import Mentions
from intake_triage.records.synthetic.model import ClinicModel
from intake_triage.records.synthetic.network import Circumstances, NetworkTables

BLOCK = 512  # readings; their evidence of all cases together stays in the processor's cache


@dataclass(frozen=True)
class Readings:
    """Every reading of n forms; arrays of shape (n_readings,), forms in order.

    A form that states age and sex has one reading, one that states neither has all.

    Attributes
    ----------
    record : int, the form that is read
    first : int array of shape (n,), the first reading of each form
    band, cell : int, as in `Circumstances`
    log_chance : float
        Log of the chance of this age band and sex among the patients of such a site.
    """

    record: np.ndarray
    first: np.ndarray
    band: np.ndarray
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
        cell=network.number_cells(site, band=band, sex=sex, day=day),
        log_chance=log_chance,
    )


class Oracle:
    """Posteriors of the labels under a model whose every table is known.

    All evidence on the case is laid out as rows of one table of log chances, a column a case; the
    evidence of a form, in one reading, is the sum of the rows that it names.
    """

    def __init__(self, model: ClinicModel) -> None:
        self._model = model
        with np.errstate(divide="ignore"):  # log 0 is −inf: the case is impossible
            self._rows, self._first = stack_tables(evidence_tables(model))
            self._course = np.log(model.course.chances)
            self._course_now = np.log(model.mentions.course_now.chances)
            self._course_aside = np.log(model.mentions.course_aside.chances)
            self._not_second = np.log1p(-model.mentions.second)  # (Z, K)
            self._second = np.log(model.mentions.second) - self._not_second
            self._channel = np.log(model.fields.value["channel"].chances[0])  # (Z, n_values)
            self._payment = np.log(model.fields.value["payment"].chances[:, 0])  # (bands, n_values)

    def posteriors(
        self, circumstances: Circumstances, mentions: Mentions, fields: FieldValues
    ) -> tuple[np.ndarray, np.ndarray]:
        """Posteriors of urgency and specialty.

        Returns
        -------
        urgency : float array of shape (n, 4)
        specialty : float array of shape (n, 12)
            Rows sum to 1; classes in the order of URGENCY and SPECIALTY.
        """
        readings = list_readings(self._model.network, circumstances, fields)
        condition = np.empty((len(readings.record), len(self._model.severity.rows)))
        severity = np.empty((len(readings.record), N_LEVELS))
        log_evidence = self._log_payment(fields, readings)
        named = self._name_evidence(circumstances, mentions, fields, readings)
        for block, case, log_chance in self._weigh_cases(named):
            condition[block] = case.sum(axis=2)
            severity[block] = case.sum(axis=1)
            log_evidence[block] += log_chance
        weight = readings.weigh(log_evidence)[:, None]
        course = self._weigh_course(circumstances, mentions, fields)
        severity = np.add.reduceat(weight * severity, readings.first)
        tiers = self._model.labels.urgency.chances
        urgency = np.einsum("ns,nz,szu->nu", severity, course, tiers)
        routed = np.empty((len(readings.record), len(SPECIALTY)))
        tables, routing = self._find_routing(circumstances, readings)
        for table in np.unique(routing):
            rows = routing == table
            routed[rows] = condition[rows] @ tables[table]
        specialty = np.add.reduceat(weight * routed, readings.first)
        return normalise(urgency), normalise(specialty)

    def joint_posteriors(
        self, circumstances: Circumstances, mentions: Mentions, fields: FieldValues
    ) -> np.ndarray:
        """Posterior of both labels together: float array of shape (n, 4, 12).

        Each form's chances sum to 1 over both axes; summed over one they are `posteriors`. Given
        the form, what ties the labels is the case alone: the severity, by which urgency goes, and
        the condition, by which specialty goes.
        """
        readings = list_readings(self._model.network, circumstances, fields)
        routed = np.empty((len(readings.record), N_LEVELS, len(SPECIALTY)))
        log_evidence = self._log_payment(fields, readings)
        named = self._name_evidence(circumstances, mentions, fields, readings)
        tables, routing = self._find_routing(circumstances, readings)
        for block, case, log_chance in self._weigh_cases(named):
            routed[block] = case.swapaxes(1, 2) @ tables[routing[block]]
            log_evidence[block] += log_chance
        weight = readings.weigh(log_evidence)[:, None, None]
        by_severity = np.add.reduceat(weight * routed, readings.first)  # (n, N_LEVELS, 12)
        course = self._weigh_course(circumstances, mentions, fields)
        tiers = np.einsum("nz,szu->nsu", course, self._model.labels.urgency.chances)
        joint = tiers.swapaxes(1, 2) @ by_severity
        return joint / joint.sum(axis=(1, 2), keepdims=True)

    def _find_routing(
        self, circumstances: Circumstances, readings: Readings
    ) -> tuple[np.ndarray, np.ndarray]:
        """Tables of specialty by condition, and which of them holds for each reading."""
        tables = self._model.labels.specialty.chances
        routing = circumstances.site[readings.record] * 2 + is_child(readings.band)
        return tables.reshape(-1, *tables.shape[2:]), routing

    def _weigh_cases(self, named: csr_array) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """What the evidence says of the case, block of readings by block.

        Yields
        ------
        block : slice, which readings
        case : float array of shape (n_block, n_conditions, N_LEVELS), posterior
        log_chance : float array of shape (n_block,)
            Log of the joint chance of all evidence, summed over the cases.
        """
        for first in range(0, named.shape[0], BLOCK):
            block = slice(first, first + BLOCK)
            joint = named[block] @ self._rows
            # No case fits a reading of chance 0; 0 instead of −inf keeps its figures finite.
            peak = np.nan_to_num(joint.max(axis=1), neginf=0.0)
            case = np.exp(joint - peak[:, None])
            total = case.sum(axis=1)
            with np.errstate(divide="ignore"):
                log_chance = peak + np.log(total)
            case /= np.where(total > 0, total, 1.0)[:, None]
            yield block, case.reshape(len(case), -1, N_LEVELS), log_chance

    def _name_evidence(
        self,
        circumstances: Circumstances,
        mentions: Mentions,
        fields: FieldValues,
        readings: Readings,
    ) -> csr_array:
        """Which rows of evidence each reading names: 0 or 1, of shape (n_readings, n_rows)."""
        everyone = np.arange(len(circumstances.site))
        first = mentions.role != ALSO  # a second problem tells of the course alone
        record, role = mentions.record[first], mentions.role[first]
        state = mentions.intensity[first]
        for place, index in STATE_OF_ROLE.items():
            state[role == place] = index
        n_things = self._model.mentions.tie.shape[1]
        thing = circumstances.verbosity[record] * n_things + mentions.thing[first]
        hidden = np.stack([~fields.shown[name] for name in MAY_BE_EMPTY], axis=1)
        empty = hidden @ (1 << np.arange(len(MAY_BE_EMPTY)))
        by_form = [
            (everyone, self._first["absent"] + circumstances.verbosity),
            (everyone, self._first["empty"] + empty),
            (record, self._first["state"] + thing * N_STATES + state),
        ]
        by_reading = [(np.arange(len(readings.record)), self._first["prior"] + readings.cell)]
        for name in BY_CASE:
            table = self._model.fields.value[name]
            seen = fields.shown[name] | (fields.told if name == "duration_days" else False)
            seen = np.flatnonzero(seen[readings.record])
            context = context_of(table, readings.band[seen]) * table.chances.shape[2]
            value = fields.index[name][readings.record[seen]]
            by_reading.append((seen, self._first[name] + context + value))
        shared = self._mark_rows(by_form, n=len(everyone))
        return shared[readings.record] + self._mark_rows(by_reading, n=len(readings.record))

    def _mark_rows(self, pairs: list[tuple[np.ndarray, np.ndarray]], *, n: int) -> csr_array:
        """Pairs of form (or reading) and row of evidence as a table of shape (n, n_rows)."""
        which, row = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        return coo_array((np.ones(len(row)), (which, row)), shape=(n, len(self._rows))).tocsr()

    def _log_payment(self, fields: FieldValues, readings: Readings) -> np.ndarray:
        """Log chance of the payment, which tells of the age band alone: shape (n_readings,)."""
        value = fields.index["payment"][readings.record]
        seen = fields.shown["payment"][readings.record]
        return np.where(seen, self._payment[readings.band, value], 0.0)

    def _weigh_course(
        self, circumstances: Circumstances, mentions: Mentions, fields: FieldValues
    ) -> np.ndarray:
        """Posterior of the course: float array of shape (n, N_LEVELS)."""
        prior = self._course + self._not_second.sum(axis=1)
        evidence = np.tile(prior, (len(circumstances.site), 1))
        verbosity, now, aside = circumstances.verbosity, mentions.course_now, mentions.course_aside
        for family in range(now.shape[1]):
            evidence += self._course_now[verbosity, family, :, now[:, family]]
            evidence += self._course_aside[verbosity, family, :, aside[:, family]]
        second = mentions.role == ALSO
        np.add.at(evidence, mentions.record[second], self._second.T[mentions.thing[second]])
        shown = fields.shown["channel"]
        evidence[shown] += self._channel[:, fields.index["channel"][shown]].T
        return normalise(np.exp(evidence - evidence.max(axis=1, keepdims=True)))
