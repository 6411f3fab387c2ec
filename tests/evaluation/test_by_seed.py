"""Safety figures fit by fit, beside what the whole of the fits comes to."""

from dataclasses import replace

import numpy as np
import pytest

from intake_triage.evaluation.by_seed import SHOWN, safety_by_seed
from intake_triage.evaluation.decisions import decide_urgency_by_cost


def list_rows(fits, split, params):
    seeds = [10 + k for k in range(8)]
    return list(safety_by_seed(fits, split, params.decision, seeds))


def test_each_fit_has_its_own_figures(fits, split, params):
    rows = list_rows(fits, replace(split, smallest_shown=0), params)
    counted = {name: len(by_task["urgency"]) for name, by_task in fits.calibrated.items()}
    assert len(rows) == sum(counted.values())
    labels, has_tier = split.labels["urgency"], split.has_label("urgency")
    urgent = has_tier & (labels < params.decision.urgent_tiers)
    for row in rows:
        assert row.keys() == {"system", "seed", *SHOWN}
        logits = fits.calibrated[row["system"]]["urgency"]
        decided = decide_urgency_by_cost(logits, params.decision)[row["seed"] - 10]
        missed = np.mean(decided[urgent] > labels[urgent])
        assert row["under_triage"] == pytest.approx(missed, abs=5.1e-4)
        others = has_tier & ~urgent
        early = np.mean(decided[others] < labels[others])
        assert row["over_triage"] == pytest.approx(early, abs=5.1e-4)


def test_what_would_tell_of_few_people_is_hidden(fits, split, params):
    rows = list_rows(fits, replace(split, smallest_shown=10**6), params)
    assert {row[name] for row in rows for name in SHOWN} == {None}


def test_without_urgency_there_is_nothing_to_tell(fits, split, params):
    alone = {name: {"specialty": by_task["specialty"]} for name, by_task in fits.calibrated.items()}
    assert list_rows(replace(fits, calibrated=alone), split, params) == []
