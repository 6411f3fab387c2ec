"""Exact posteriors of both labels, by enumerating every latent.

With all that the generator let depend on the latents given (mentions with their places, entries
and which of them are empty, age, sex, site, date and how wordy the writer is), the posterior of
the case is proportional to

    p(condition | age, sex, site, date) · p(severity | condition) · Π p(evidence | case),

that of the course to p(course) · Π p(evidence | course), and the two are independent. The labels'
posteriors are their tables averaged over these.
"""

import numpy as np
from scipy.sparse import coo_array

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
    BY_COURSE,
    FIELD_ORDER,
    FieldValues,
    context_of,
)
from intake_triage.records.synthetic.labels import is_child
from intake_triage.records.synthetic.latents import Circumstances
from intake_triage.records.synthetic.mentions import Mentions
from intake_triage.records.synthetic.model import ClinicModel

BLOCK = 512  # records; their evidence of all cases together stays in the processor's cache

# States of a thing in a form: present with each intensity, then the other places.
STATE_OF_ROLE = {DENIED: 4, PAST: 5, RELATIVE: 6}
N_STATES = len(INTENSITIES) + len(STATE_OF_ROLE)


class Oracle:
    """Posteriors of the labels under a model whose every table is known.

    All evidence on the case is laid out as rows of one table of log chances, a column a case; a
    record's evidence is the sum of the rows that it names.
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
            self._channel = {name: np.log(model.fields.value[name].chances) for name in BY_COURSE}

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
        condition, severity = self._case_posterior(circumstances, mentions, fields)
        course = _softmax(self._course_evidence(circumstances, mentions, fields))
        labels = self._model.labels
        urgency = np.einsum("ns,nz,szu->nu", severity, course, labels.urgency.chances)
        specialty = np.empty((len(condition), len(SPECIALTY)))
        routing = circumstances.site * 2 + is_child(circumstances.band)
        tables = labels.specialty.chances.reshape(-1, *labels.specialty.chances.shape[2:])
        for table in np.unique(routing):
            rows = routing == table
            specialty[rows] = condition[rows] @ tables[table]
        return _rescale(urgency), _rescale(specialty)

    def _case_posterior(
        self, circumstances: Circumstances, mentions: Mentions, fields: FieldValues
    ) -> tuple[np.ndarray, np.ndarray]:
        """Posteriors of condition, shape (n, n_conditions), and of severity, shape (n, 5)."""
        n = len(circumstances.site)
        record, row = self._name_rows(circumstances, mentions, fields)
        named = coo_array((np.ones(len(row)), (record, row)), shape=(n, len(self._rows))).tocsr()
        condition = np.empty((n, self._rows.shape[1] // N_LEVELS))
        severity = np.empty((n, N_LEVELS))
        for first in range(0, n, BLOCK):
            block = slice(first, first + BLOCK)
            case = _softmax(named[block] @ self._rows).reshape(-1, condition.shape[1], N_LEVELS)
            condition[block] = case.sum(axis=2)
            severity[block] = case.sum(axis=1)
        return condition, severity

    def _name_rows(
        self, circumstances: Circumstances, mentions: Mentions, fields: FieldValues
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of record and row of evidence: two int arrays of shape (n_pairs,)."""
        everyone = np.arange(len(circumstances.site))
        first = mentions.role != ALSO  # a second problem tells of the course alone
        record, role = mentions.record[first], mentions.role[first]
        state = mentions.intensity[first]
        for place, index in STATE_OF_ROLE.items():
            state[role == place] = index
        n_things = self._model.mentions.tie.shape[1]
        thing = circumstances.verbosity[record] * n_things + mentions.thing[first]
        hidden = np.stack([~fields.shown[name] for name in FIELD_ORDER], axis=1)
        empty = hidden @ (1 << np.arange(len(FIELD_ORDER)))
        pairs = [
            (everyone, self._first["prior"] + circumstances.cell),
            (everyone, self._first["absent"] + circumstances.verbosity),
            (everyone, self._first["empty"] + empty),
            (record, self._first["state"] + thing * N_STATES + state),
        ]
        for name in BY_CASE:
            table = self._model.fields.value[name]
            seen = fields.shown[name] | (fields.told if name == "duration_days" else False)
            row = context_of(table, circumstances.band) * table.chances.shape[2]
            pairs.append((everyone[seen], (self._first[name] + row + fields.index[name])[seen]))
        records, rows = zip(*pairs, strict=True)
        return np.concatenate(records), np.concatenate(rows)

    def _course_evidence(
        self, circumstances: Circumstances, mentions: Mentions, fields: FieldValues
    ) -> np.ndarray:
        """Log of the joint chance of the course and what is seen of it: shape (n, 5)."""
        prior = self._course + self._not_second.sum(axis=1)
        evidence = np.tile(prior, (len(circumstances.site), 1))
        for family in range(mentions.course_now.shape[1]):
            for table, seen in (
                (self._course_now, mentions.course_now),
                (self._course_aside, mentions.course_aside),
            ):
                evidence += table[circumstances.verbosity, family, :, seen[:, family]]
        second = mentions.role == ALSO
        np.add.at(evidence, mentions.record[second], self._second.T[mentions.thing[second]])
        for name, table in self._channel.items():
            shown = fields.shown[name]
            evidence[shown] += table[0][:, fields.index[name][shown]].T
        return evidence


def _evidence_tables(model: ClinicModel) -> dict[str, np.ndarray]:
    """Log chances by source of evidence, each of shape (n_rows, L).

    prior : a row a cell (kind of site, age band, sex, month)
    absent : by verbosity, nothing mentioned at all
    state : by verbosity, thing and state, the thing in that state instead of absent
    empty : a row a pattern of empty entries, bit i set where entry i of FIELD_ORDER is empty
    and one for each entry that depends on the case, a row a context and value
    """
    severity = model.severity.chances
    n_conditions = len(severity)
    prior = np.log(model.network.condition.rows)[:, :, None] + np.log(severity)
    missing = np.stack([model.fields.missing[name] for name in FIELD_ORDER])  # (n_fields, 5)
    bits = np.arange(1 << len(FIELD_ORDER))[:, None] >> np.arange(len(FIELD_ORDER)) & 1
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


def _softmax(evidence: np.ndarray) -> np.ndarray:
    """Rows as chances."""
    return _rescale(np.exp(evidence - evidence.max(axis=1, keepdims=True)))


def _rescale(chances: np.ndarray) -> np.ndarray:
    """Rows that sum to 1 but for the last rounding."""
    return chances / chances.sum(axis=1, keepdims=True)
