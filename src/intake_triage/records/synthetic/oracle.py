"""Exact posteriors of both labels, by enumerating every latent.

With all that the generator let depend on the latents given (mentions with their places, entries
and which of them are empty, age, sex, site, date and how wordy the writer is), the posterior of
the case is proportional to

    p(condition | age, sex, site, date) · p(severity | condition) · Π p(evidence | case),

that of the course to p(course) · Π p(evidence | course), and the two are independent. The labels'
posteriors are their tables averaged over these.
"""

import numpy as np
from scipy.sparse import csr_array

from intake_triage.records.synthetic.catalogue import N_BANDS
from intake_triage.records.synthetic.classes import (
    ALSO,
    DENIED,
    INTENSITIES,
    N_LEVELS,
    NOW,
    PAST,
    RELATIVE,
)
from intake_triage.records.synthetic.fields import BY_CASE, BY_COURSE, FIELD_ORDER, FieldValues
from intake_triage.records.synthetic.latents import Circumstances
from intake_triage.records.synthetic.mentions import Mentions
from intake_triage.records.synthetic.model import ClinicModel

# States of a thing in a form: present with each intensity, then the other places.
N_STATES = len(INTENSITIES) + 4
STATE_OF_ROLE = {DENIED: 4, PAST: 5, RELATIVE: 6, ALSO: 7}


class Oracle:
    """Posteriors of the labels under a model whose every table is known."""

    def __init__(self, model: ClinicModel) -> None:
        self._model = model
        with np.errstate(divide="ignore"):
            self._prior = np.log(model.network.condition).reshape(-1, len(model.severity))
            self._severity = np.log(model.severity).ravel()  # (L,)
            self._course = np.log(model.course)
            self._absent, self._state = _log_states(model)
            self._value = {name: np.log(table) for name, table in model.fields.value.items()}
            self._course_now = np.log(model.mentions.course_now)
            self._course_aside = np.log(model.mentions.course_aside)
            self._also = np.log(model.mentions.also_intensity).T  # (n_intensities, Z)

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
        case = _softmax(self._case_evidence(circumstances, mentions, fields))
        course = _softmax(self._course_evidence(circumstances, mentions, fields))
        case = case.reshape(len(case), -1, N_LEVELS)  # (n, n_conditions, 5)
        labels = self._model.labels
        urgency = np.einsum("ns,nz,szu->nu", case.sum(axis=1), course, labels.urgency)
        child = (circumstances.band < 2).astype(np.int64)
        condition = case.sum(axis=2)
        specialty = np.empty((len(case), labels.specialty.shape[-1]))
        for site, is_child in np.unique(np.stack([circumstances.site, child], axis=1), axis=0):
            rows = (circumstances.site == site) & (child == is_child)
            specialty[rows] = condition[rows] @ labels.specialty[site, is_child]
        return tuple(p / p.sum(axis=1, keepdims=True) for p in (urgency, specialty))

    def _case_evidence(
        self, circumstances: Circumstances, mentions: Mentions, fields: FieldValues
    ) -> np.ndarray:
        """Log of the joint chance of the case and what is seen of it: shape (n, L)."""
        n = len(circumstances.site)
        evidence = np.repeat(self._prior[circumstances.cell], N_LEVELS, axis=1)
        evidence += self._severity
        evidence += self._absent[circumstances.verbosity]
        evidence += self._mentioned(circumstances, mentions, n)
        severity = np.arange(evidence.shape[1]) % N_LEVELS
        for name in FIELD_ORDER:
            missing = self._model.fields.missing[name]
            shown = fields.shown[name]
            evidence += np.log(np.stack([missing, 1 - missing]))[:, severity][shown.astype(int)]
            if name in BY_CASE:
                known = shown | fields.told if name == "duration_days" else shown
                evidence[known] += self._field(name, circumstances, fields)[known]
        return evidence

    def _mentioned(self, circumstances: Circumstances, mentions: Mentions, n: int) -> np.ndarray:
        """Log of the chance of each mention against its absence, summed: shape (n, L)."""
        state = mentions.intensity.copy()
        for role, index in STATE_OF_ROLE.items():
            state[mentions.role == role] = index
        n_things = self._model.mentions.tie.shape[1]
        row = (circumstances.verbosity[mentions.record] * n_things + mentions.thing) * N_STATES
        starts = np.searchsorted(mentions.record, np.arange(n + 1))
        chosen = csr_array(
            (np.ones(len(row)), row + state, starts), shape=(n, self._state.shape[0])
        )
        return chosen @ self._state

    def _field(self, name: str, circumstances: Circumstances, fields: FieldValues) -> np.ndarray:
        """Log of the chance of an entry's value: shape (n, n_latents)."""
        table = self._value[name]
        context = circumstances.band if len(table) == N_BANDS else np.zeros_like(circumstances.band)
        return table[context, :, fields.index[name]]

    def _course_evidence(
        self, circumstances: Circumstances, mentions: Mentions, fields: FieldValues
    ) -> np.ndarray:
        """Log of the joint chance of the course and what is seen of it: shape (n, 5)."""
        evidence = np.broadcast_to(self._course, (len(circumstances.site), N_LEVELS)).copy()
        for family in range(mentions.course_now.shape[1]):
            for table, seen in (
                (self._course_now, mentions.course_now),
                (self._course_aside, mentions.course_aside),
            ):
                evidence += table[circumstances.verbosity, family, :, seen[:, family]]
        also = (mentions.role == ALSO) & self._model.mentions.gradable[mentions.thing]
        np.add.at(evidence, mentions.record[also], self._also[mentions.intensity[also]])
        for name in BY_COURSE:
            shown = fields.shown[name]
            evidence[shown] += self._field(name, circumstances, fields)[shown]
        return evidence


def _log_states(model: ClinicModel) -> tuple[np.ndarray, np.ndarray]:
    """Chances of a thing's state as logs.

    Returns
    -------
    absent : (V, L)
        Nothing mentioned at all.
    state : (V * K * N_STATES, L)
        One thing in one state instead of absent.
    """
    tables = model.mentions
    role = tables.role  # (V, L, K, n_roles)
    n_verbosities, n_cases, n_things, _ = role.shape
    # (n_conditions, K, N_LEVELS, n_intensities) -> (n_conditions, N_LEVELS, K, n_intensities)
    intensity = tables.intensity[tables.tie].swapaxes(1, 2)
    intensity = np.where(tables.gradable[:, None], intensity, np.eye(len(INTENSITIES))[0])
    present = role[..., NOW, None] * intensity.reshape(n_cases, n_things, -1)
    asides = role[..., list(STATE_OF_ROLE)]
    none = np.log1p(-role.sum(axis=-1))  # (V, L, K)
    states = np.log(np.concatenate([present, asides], axis=-1)) - none[..., None]
    state = states.transpose(0, 2, 3, 1).reshape(-1, n_cases)
    return none.sum(axis=-1), np.ascontiguousarray(state)


def _softmax(evidence: np.ndarray) -> np.ndarray:
    """Rows as chances."""
    chances = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    return chances / chances.sum(axis=1, keepdims=True)
