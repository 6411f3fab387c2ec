"""Coverage is counted as loops count it; its bands hold that of kept promises in simulations."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from small_split import regroup

from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.evaluation.curves.prediction_sets import (
    Band,
    assign_units,
    beta_binomial_band,
    coverage_rows,
    grouped_band,
)
from intake_triage.systems import FORECASTERS

ALPHA = 0.1


def holds(band: Band, share: float) -> bool:
    return band.low <= share <= band.high


def coverage(calibrate, test) -> float:
    """Of the test scores, by the threshold that stage calibrate would fit."""
    labels = np.zeros(len(calibrate), int)
    (threshold,) = fit_conformal_thresholds(1 - calibrate[:, None], labels, alpha=ALPHA)
    return np.mean(test <= threshold)


def test_the_beta_binomial_band_holds_95_percent_of_simulations(rng):
    band = beta_binomial_band(150, 120, alpha=ALPHA)
    simulated = [coverage(rng.random(150), rng.random(120)) for _ in range(4000)]
    assert 0.945 <= np.mean([holds(band, share) for share in simulated]) <= 0.985
    np.testing.assert_allclose(
        np.quantile(simulated, [0.025, 0.975]), [band.low, band.high], atol=0.011
    )


def test_a_band_narrows_with_more_records():
    widths = [
        (band := beta_binomial_band(n, n, alpha=ALPHA)).high - band.low for n in (50, 200, 2000)
    ]
    assert widths[0] > widths[1] > widths[2]


def test_too_few_calibrate_records_put_the_class_into_every_set():
    assert beta_binomial_band(8, 100, alpha=ALPHA) == Band(1, 1)
    assert beta_binomial_band(9, 100, alpha=ALPHA) != Band(1, 1)
    few = band_of(np.arange(8.0), np.full(50, 9.0), size=1, repetitions=100)
    assert few == Band(1, 1)


def test_without_test_records_every_coverage_will_do():
    assert beta_binomial_band(100, 0, alpha=ALPHA) == Band(0, 1)
    assert band_of(np.arange(100.0), np.arange(0.0), size=1, repetitions=100) == Band(0, 1)


def draw_groups(rng, n_groups: int, size: int, share: float) -> np.ndarray:
    """Scores whose groups have a common part of that share of the variance."""
    common = rng.normal(size=(n_groups, 1)) * np.sqrt(share)
    return (common + rng.normal(size=(n_groups, size)) * np.sqrt(1 - share)).ravel()


def band_of(calibrate, test, *, size: int, repetitions: int) -> Band:
    """For groups of `size` records that stand together."""
    n_groups = [len(scores) // size for scores in (calibrate, test)]
    assigned = [
        of_split.repeat(size, axis=1)
        for of_split in assign_units(*n_groups, repetitions=repetitions)
    ]
    return grouped_band((calibrate, test), tuple(assigned), alpha=ALPHA)


def test_assignments_give_each_split_as_many_units_as_it_had():
    calibrate, test = assign_units(7, 5, repetitions=200)
    assert (calibrate.sum(axis=1) + test.sum(axis=1) == 7).all()
    np.testing.assert_allclose(calibrate.mean(axis=0), 7 / 12, atol=0.12)


def test_the_grouped_band_equals_explicit_assignment(rng):
    """Tied scores, groups of any size."""
    scores = rng.integers(0, 12, 100) / 12
    group = np.concatenate([rng.integers(0, 15, 60), rng.integers(15, 25, 40)])
    calibrate, test = assign_units(15, 10, repetitions=40)
    assigned = np.concatenate([calibrate, test], axis=1)[:, group]
    shares = [coverage(scores[to_calibrate], scores[~to_calibrate]) for to_calibrate in assigned]
    in_calibrate = assigned[:, :60], assigned[:, 60:]
    band = grouped_band((scores[:60], scores[60:]), in_calibrate, alpha=ALPHA)
    np.testing.assert_allclose([band.low, band.high], np.quantile(shares, [0.025, 0.975]))


def test_groups_of_one_have_the_beta_binomial_band(rng):
    band = band_of(rng.random(400), rng.random(300), size=1, repetitions=4000)
    expected = beta_binomial_band(400, 300, alpha=ALPHA)
    np.testing.assert_allclose([band.low, band.high], [expected.low, expected.high], atol=0.005)


def test_grouped_bands_hold_where_the_beta_binomial_one_does_not(rng):
    held, held_without_groups = [], []
    naive = beta_binomial_band(600, 600, alpha=ALPHA)
    for _ in range(300):
        calibrate, test = (draw_groups(rng, 60, 10, 0.5) for _ in range(2))
        share = coverage(calibrate, test)
        held.append(holds(band_of(calibrate, test, size=10, repetitions=200), share))
        held_without_groups.append(holds(naive, share))
    assert 0.92 <= np.mean(held) <= 0.98
    assert np.mean(held_without_groups) < 0.8


@pytest.fixture
def cover(split, fitted, params):
    """A function that gives the rows of urgency by forecaster and class."""

    def cover(split=split, fitted=fitted):
        rows = coverage_rows(split, fitted, alpha=params.calibrate.alpha)
        return {(row["system"], row["class"]): row for row in rows if row["task"] == "urgency"}

    return cover


def test_coverage_equals_loops(cover, split, fitted):
    rows = cover()
    for k, name in enumerate(split.classes["urgency"]):
        records = np.flatnonzero(split.labels["urgency"] == k)
        held = [
            1 - softmax(fitted.averages["test"]["gbm"]["urgency"][0, i])[k]
            <= fitted.rules["gbm"]["urgency"].thresholds[k]
            for i in records
        ]
        assert rows["gbm", name]["coverage"] == pytest.approx(np.mean(held), abs=5.1e-4)
        assert rows["gbm", name]["forms"] == len(records)
        assert rows["gbm", name]["promised"] == 0.8


def test_sets_keep_their_promise_on_the_records_they_were_fitted_to(cover):
    """The thresholds are quantiles of these very scores."""
    rows = cover()
    assert len(rows) == len(FORECASTERS) * 3
    for row in rows.values():
        assert row["coverage"] == pytest.approx(0.8, abs=0.02)
        assert row["low"] <= row["coverage"] <= row["high"]


def test_a_broken_promise_lies_outside_its_band(cover, fitted):
    fitted.rules["st"]["urgency"].thresholds[2] *= 0.6
    outside = [
        key for key, row in cover().items() if not row["low"] <= row["coverage"] <= row["high"]
    ]
    assert outside == [("st", "routine")]


def test_records_without_groups_have_the_beta_binomial_band(cover, split, fitted, params):
    alone = regroup(split, np.arange(300))
    rows = cover(alone, replace(fitted, calibrate=alone))
    for k, name in enumerate(split.classes["urgency"]):
        count = (split.labels["urgency"] == k).sum()
        band = beta_binomial_band(count, count, alpha=params.calibrate.alpha)
        shown = rows["st", name]["low"], rows["st", name]["high"]
        assert shown == pytest.approx((band.low, band.high), abs=5.1e-4)


def test_rows_leave_out_classes_of_few_people(cover, split):
    split.labels["urgency"][split.labels["urgency"] == 0] = -1
    split.labels["urgency"][1:11] = 0
    rows = cover()
    assert "emergent" not in {name for _, name in rows}
    for row in rows.values():
        uncovered = row["forms"] * (1 - row["coverage"])
        assert round(uncovered, 1) == 0 or uncovered > 10.9
