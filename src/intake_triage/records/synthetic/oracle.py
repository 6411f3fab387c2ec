"""Exact posteriors of both labels, by enumerating every latent.

With all that the generator let depend on the latents given (mentions with their places, entries
and which of them are empty, site, date and how wordy the writer is), the posterior of the case is
proportional to

    p(condition | age, sex, site, date) · p(severity | condition) · Π p(evidence | case),

that of the course to p(course) · Π p(evidence | course), and the two are independent. The labels'
posteriors are their tables averaged over these. Where a form lacks age or sex, they are latents
too: the posterior is averaged over its readings.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from intake_triage.records.synthetic.chances import normalise
from intake_triage.records.synthetic.classes import (
    ALSO,
    DENIED,
    INTENSITIES,
    N_LEVELS,
    NOW,
    PAST,
    RELATIVE,
    SPECIALTY,
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

# States of a thing in a form: present with each intensity, then the other places.
STATE_OF_ROLE = {DENIED: 4, PAST: 5, RELATIVE: 6}
N_STATES = len(INTENSITIES) + len(STATE_OF_ROLE)


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
            self._rows, self._first = _stack(_evidence_tables(model))
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
        named = self._name_evidence(circumstances, mentions, fields, readings)
        condition, severity, log_evidence = self._weigh_cases(named)
        weight = readings.weigh(log_evidence + self._log_payment(fields, readings))[:, None]
        evidence = self._course_evidence(circumstances, mentions, fields)
        course = normalise(np.exp(evidence - evidence.max(axis=1, keepdims=True)))
        labels = self._model.labels
        severity = np.add.reduceat(weight * severity, readings.first)
        urgency = np.einsum("ns,nz,szu->nu", severity, course, labels.urgency.chances)
        routed = np.empty((len(readings.record), len(SPECIALTY)))
        routing = circumstances.site[readings.record] * 2 + is_child(readings.band)
        tables = labels.specialty.chances.reshape(-1, *labels.specialty.chances.shape[2:])
        for table in np.unique(routing):
            rows = routing == table
            routed[rows] = condition[rows] @ tables[table]
        specialty = np.add.reduceat(weight * routed, readings.first)
        return normalise(urgency), normalise(specialty)

    def _weigh_cases(self, named: csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What the evidence says of the case, reading by reading.

        Returns
        -------
        condition : float array of shape (n_readings, n_conditions), posterior
        severity : float array of shape (n_readings, N_LEVELS), posterior
        log_evidence : float array of shape (n_readings,)
            Log of the joint chance of all evidence, summed over the cases.
        """
        n = named.shape[0]
        condition = np.empty((n, self._rows.shape[1] // N_LEVELS))
        severity = np.empty((n, N_LEVELS))
        log_evidence = np.empty(n)
        for first in range(0, n, BLOCK):
            block = slice(first, first + BLOCK)
            joint = named[block] @ self._rows
            # No case fits a reading of chance 0; 0 instead of −inf keeps its figures finite.
            peak = np.nan_to_num(joint.max(axis=1), neginf=0.0)
            case = np.exp(joint - peak[:, None])
            total = case.sum(axis=1)
            with np.errstate(divide="ignore"):
                log_evidence[block] = peak + np.log(total)
            case /= np.where(total > 0, total, 1.0)[:, None]
            case = case.reshape(len(case), -1, N_LEVELS)
            condition[block] = case.sum(axis=2)
            severity[block] = case.sum(axis=1)
        return condition, severity, log_evidence

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

    def _course_evidence(
        self, circumstances: Circumstances, mentions: Mentions, fields: FieldValues
    ) -> np.ndarray:
        """Log of the joint chance of the course and what is seen of it: shape (n, 5)."""
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
        return evidence


def _evidence_tables(model: ClinicModel) -> dict[str, np.ndarray]:
    """Log chances by source of evidence, each of shape (n_rows, L).

    prior : a row a cell (kind of site, age band, sex, month)
    absent : by verbosity, nothing mentioned at all
    state : by verbosity, thing and state, the thing in that state instead of absent
    empty : a row a pattern of empty entries, bit i set where entry i of MAY_BE_EMPTY is empty
    and one for each entry that depends on the case, a row a context and value
    """
    severity = model.severity.chances
    n_conditions = len(severity)
    prior = np.log(model.network.condition.rows)[:, :, None] + np.log(severity)
    missing = np.stack([model.fields.missing[name] for name in MAY_BE_EMPTY])  # (n_entries, 5)
    bits = np.arange(1 << len(MAY_BE_EMPTY))[:, None] >> np.arange(len(MAY_BE_EMPTY)) & 1
    empty = np.where(bits[..., None], np.log(missing), np.log(1 - missing)).sum(axis=1)
    absent, state = _mention_tables(model)
    tables = {
        "prior": prior.reshape(len(prior), -1),
        "absent": absent,
        "state": state,
        "empty": np.tile(empty, n_conditions),
    }
    for name in BY_CASE:
        chances = model.fields.value[name].chances  # (n_contexts, L, n_values)
        tables[name] = np.log(chances).swapaxes(1, 2).reshape(-1, chances.shape[1])
    return tables


def _mention_tables(model: ClinicModel) -> tuple[np.ndarray, np.ndarray]:
    """The tables `absent` and `state`."""
    tables = model.mentions
    role = tables.role  # (V, L, K, n_roles)
    _, n_cases, n_things, _ = role.shape
    # (n_conditions, K, N_LEVELS, n_intensities) -> (n_conditions, N_LEVELS, K, n_intensities)
    intensity = tables.intensity[tables.tie].swapaxes(1, 2)
    intensity = np.where(tables.gradable[:, None], intensity, np.eye(len(INTENSITIES))[0])
    present = role[..., NOW, None] * intensity.reshape(n_cases, n_things, -1)
    asides = role[..., list(STATE_OF_ROLE)]
    absent = np.log1p(-role.sum(axis=-1))  # (V, L, K)
    state = np.log(np.concatenate([present, asides], axis=-1)) - absent[..., None]
    return absent.sum(axis=-1), state.transpose(0, 2, 3, 1).reshape(-1, n_cases)


def _stack(tables: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, int]]:
    """All tables' rows one below the other, and where each table begins."""
    lengths = [len(table) for table in tables.values()]
    starts = np.cumsum([0, *lengths[:-1]]).tolist()
    return np.concatenate(list(tables.values())), dict(zip(tables, starts, strict=True))
