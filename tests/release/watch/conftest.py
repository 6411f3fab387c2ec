"""A made-up clinic with a pilot whose true rates are set."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from intake_triage.params import DecisionParams, Params
from intake_triage.records.schema import FormField, RecordSchema
from intake_triage.release.watch.forms import Forms, as_forms
from intake_triage.release.watch.reference import Reference, describe_reference

TIERS = ("now", "today", "week", "later")
PLACES = ("heart", "skin", "bones")
SCHEMA = RecordSchema(
    (
        FormField("age", "numeric", low=0, high=120),
        FormField("payment", "categorical", categories=("private", "public")),
    ),
    TIERS,
    PLACES,
    subgroups=("sex", "site"),
)


@dataclass(frozen=True)
class Truth:
    """True rates of a pilot; each may be one number, or one a form."""

    missed: float | np.ndarray = 0.06  # of urgent forms, placed one tier too low
    raised: float = 0.3  # of the others, placed a tier too high
    misrouted: float = 0.15
    no_payment: float | np.ndarray = 0.1
    new_word: float | np.ndarray = 0.02  # of forms


def make_pilot(
    n_forms: int, *, seed: int = 0, truth: Truth = Truth(), a_week: int = 100
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Suggestions as `score` makes them, and all labels, of so many forms in their order."""
    rng = np.random.default_rng(seed)
    true = rng.choice(4, n_forms, p=[0.1, 0.2, 0.4, 0.3])
    urgent, chance = true < 2, rng.random(n_forms)
    lower, higher = np.minimum(true + 1, 3), np.maximum(true - 1, 0)
    placed = np.where(urgent & (chance < truth.missed), lower, true)
    placed = np.where(~urgent & (chance < truth.raised), higher, placed)
    place = rng.choice(3, n_forms, p=[0.5, 0.3, 0.2])
    wrong = rng.random(n_forms) < truth.misrouted
    routed = np.where(wrong, (place + 1) % 3, place)
    chances = 0.7 * np.eye(4)[placed] + 0.075
    routes = 0.8 * np.eye(3)[routed] + 0.2 / 3
    age = np.round(rng.uniform(0, 90, n_forms))
    payment = np.array(["private", "public"], object)[(rng.random(n_forms) < 0.6) * 1]
    payment[rng.random(n_forms) < truth.no_payment] = None
    missed = (chances * (np.arange(4) < np.minimum(placed, 2)[:, np.newaxis])).sum(axis=1)
    frame = pd.DataFrame(
        {
            "record_id": [f"f{seed}-{i:05d}" for i in range(n_forms)],
            "date": pd.Timestamp("2026-03-02")
            + pd.to_timedelta(7 * np.arange(n_forms) // a_week, "D"),
            "form_age": np.where(rng.random(n_forms) < 0.2, np.nan, age),
            "form_payment": pd.Series(payment, dtype="str"),
            "form_sex": pd.Series(rng.choice(["female", "male"], n_forms)),
            "form_site": pd.Series(
                rng.choice(["north", "south", "hill"], n_forms, p=[0.5, 0.4, 0.1])
            ),
            "urgency": np.array(TIERS, object)[placed],
            "specialty": np.array(PLACES, object)[routed],
            "p_missed_urgent": missed,
            "to_nurse": rng.random(n_forms) < 0.2,
            "unknown_words": np.where(rng.random(n_forms) < truth.new_word, 0.05, 0.0),
        }
        | {f"urgency_p_{name}": chances[:, k] for k, name in enumerate(TIERS)}
        | {f"specialty_p_{name}": routes[:, k] for k, name in enumerate(PLACES)}
    )
    labels = pd.DataFrame(
        {
            "record_id": frame["record_id"],
            "urgency": np.array(TIERS, object)[true],
            "specialty": np.array(PLACES, object)[place],
        }
    )
    return frame, labels


def make_forms(n_forms: int, **settings) -> Forms:
    return as_forms(*make_pilot(n_forms, **settings), SCHEMA)


@pytest.fixture(scope="session")
def decision(params: Params) -> DecisionParams:
    return params.decision


@pytest.fixture(scope="session")
def reference(decision: DecisionParams) -> Reference:
    """Of 3,000 forms before the pilot."""
    frame, labels = make_pilot(3000, seed=99)
    return describe_reference(labels, frame, SCHEMA, decision)
