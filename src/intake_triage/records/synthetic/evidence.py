"""All that speaks for a case, as one table of log chances: a row a piece of evidence."""

import numpy as np

from intake_triage.records.synthetic.classes import DENIED, INTENSITIES, NOW, PAST, RELATIVE
from intake_triage.records.synthetic.fields import BY_CASE, MAY_BE_EMPTY
from intake_triage.records.synthetic.model import ClinicModel

# States of a thing in a form: present with each intensity, then the other places.
STATE_OF_ROLE = {DENIED: 4, PAST: 5, RELATIVE: 6}
N_STATES = len(INTENSITIES) + len(STATE_OF_ROLE)


def evidence_tables(model: ClinicModel) -> dict[str, np.ndarray]:
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


def stack_tables(tables: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, int]]:
    """All tables' rows one below the other, and where each table begins."""
    lengths = [len(table) for table in tables.values()]
    starts = np.cumsum([0, *lengths[:-1]]).tolist()
    return np.concatenate(list(tables.values())), dict(zip(tables, starts, strict=True))
