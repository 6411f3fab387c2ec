"""The simulation knows a fair test."""

import numpy as np
import pytest
from scipy import stats

from studies.transfer import validity

MEASURED = {
    "task": "urgency",
    "measure": "macro_f1",
    "units": 500,
    "seeds": 11,
    "mtl": 0.004,
    "st": 0.003,
    "records": 0.005,
    "classes": [
        {"class": name, "mtl": 0.01, "st": 0.01, "records": 0.012} for name in ("a", "b", "c")
    ],
}


def test_a_simulated_difference_varies_as_measured_and_says_so(rng):
    drawn = [validity.draw([MEASURED], 0.01, n_seeds=3, rng=rng)[0] for _ in range(3000)]
    values = np.array([estimate.value for estimate in drawn])
    variance = 0.005**2 + (0.004**2 + 0.003**2) / 3
    assert values.mean() == pytest.approx(0.01, abs=4 * np.sqrt(variance / 3000))
    assert values.var(ddof=1) == pytest.approx(variance, rel=0.1)
    told = np.mean([estimate.standard_error**2 for estimate in drawn])
    assert told == pytest.approx(variance, rel=0.05)


def test_the_simulated_test_keeps_its_level_and_finds_what_is_large(monkeypatch):
    monkeypatch.setattr(validity, "SIMULATIONS", 600)
    shown = validity.simulate(MEASURED, [0], n_seeds=3, margin=0.02)
    limit = 0.05 + 2 * np.sqrt(0.05 * 0.95 / 600)
    assert shown["claimed"] <= limit
    assert shown["family"] <= limit
    assert shown["covered"] >= 0.93
    assert shown["covered_by_class"] >= 0.92
    # Somewhat less than by the normal distribution, since the spread is not known.
    by_normal = stats.norm.sf(1.96 - 0.02 / np.sqrt(0.005**2 + (0.004**2 + 0.003**2) / 3))
    assert 0.7 * by_normal < shown["power"] <= by_normal + 0.03
