"""Bands hold the coverage of kept promises in 95 % of simulations, with groups and without."""

import numpy as np

from intake_triage.calibration.conformal import fit_conformal_thresholds
from intake_triage.evaluation.coverage_bands import (
    Band,
    beta_binomial_band,
    deal_units,
    grouped_band,
)

ALPHA = 0.1


def coverage(calibrate, test) -> float:
    """Of the test scores, by the threshold that stage calibrate would fit."""
    labels = np.zeros(len(calibrate), int)
    (threshold,) = fit_conformal_thresholds(1 - calibrate[:, None], labels, alpha=ALPHA)
    return np.mean(test <= threshold)


def test_the_beta_binomial_band_holds_95_percent_of_simulations(rng):
    band = beta_binomial_band(150, 120, alpha=ALPHA)
    simulated = [coverage(rng.random(150), rng.random(120)) for _ in range(4000)]
    assert 0.945 <= np.mean([band.holds(share) for share in simulated]) <= 0.985
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
    few = band_of(np.arange(8.0), np.full(50, 9.0), size=1, deals=100)
    assert few == Band(1, 1)


def test_without_test_records_every_coverage_will_do():
    assert beta_binomial_band(100, 0, alpha=ALPHA) == Band(0, 1)
    assert band_of(np.arange(100.0), np.arange(0.0), size=1, deals=100) == Band(0, 1)


def draw_groups(rng, n_groups: int, size: int, share: float) -> np.ndarray:
    """Scores whose groups have a common part of that share of the variance."""
    common = rng.normal(size=(n_groups, 1)) * np.sqrt(share)
    return (common + rng.normal(size=(n_groups, size)) * np.sqrt(1 - share)).ravel()


def band_of(calibrate, test, *, size: int, deals: int) -> Band:
    """For groups of `size` records that stand together."""
    n_groups = [len(scores) // size for scores in (calibrate, test)]
    dealt = [of_split.repeat(size, axis=1) for of_split in deal_units(*n_groups, deals=deals)]
    return grouped_band((calibrate[None], test[None]), tuple(dealt), alpha=ALPHA)


def test_deals_give_each_split_as_many_units_as_it_had():
    calibrate, test = deal_units(7, 5, deals=200)
    assert (calibrate.sum(axis=1) + test.sum(axis=1) == 7).all()
    np.testing.assert_allclose(calibrate.mean(axis=0), 7 / 12, atol=0.12)


def test_the_grouped_band_equals_explicit_dealing(rng):
    """Two seeds, tied scores, groups of any size."""
    scores = rng.integers(0, 12, (2, 100)) / 12
    group = np.concatenate([rng.integers(0, 15, 60), rng.integers(15, 25, 40)])
    calibrate, test = deal_units(15, 10, deals=40)
    dealt = np.concatenate([calibrate, test], axis=1)[:, group]
    shares = [
        np.mean([coverage(seed[to_calibrate], seed[~to_calibrate]) for seed in scores])
        for to_calibrate in dealt
    ]
    band = grouped_band(
        (scores[:, :60], scores[:, 60:]), (dealt[:, :60], dealt[:, 60:]), alpha=ALPHA
    )
    np.testing.assert_allclose([band.low, band.high], np.quantile(shares, [0.025, 0.975]))


def test_groups_of_one_have_the_beta_binomial_band(rng):
    band = band_of(rng.random(400), rng.random(300), size=1, deals=4000)
    expected = beta_binomial_band(400, 300, alpha=ALPHA)
    np.testing.assert_allclose([band.low, band.high], [expected.low, expected.high], atol=0.005)


def test_grouped_bands_hold_where_the_beta_binomial_one_does_not(rng):
    held, held_without_groups = [], []
    naive = beta_binomial_band(600, 600, alpha=ALPHA)
    for _ in range(300):
        calibrate, test = (draw_groups(rng, 60, 10, 0.5) for _ in range(2))
        share = coverage(calibrate, test)
        held.append(band_of(calibrate, test, size=10, deals=200).holds(share))
        held_without_groups.append(naive.holds(share))
    assert 0.92 <= np.mean(held) <= 0.98
    assert np.mean(held_without_groups) < 0.8


def test_a_band_includes_its_ends():
    band = Band(0.1 + 0.2, 0.95)
    assert band.holds(0.3)
    assert band.holds(0.95)
    assert not band.holds(0.2999)
