"""Intervals agree with theory where there is one, and cover what they should in simulation."""

import numpy as np
import pytest
from scipy import stats

from intake_triage.evaluation.measures.triage import triage_cells
from intake_triage.statistics.bootstrap import (
    draw_weights,
    replicate_confusions,
    replicate_scores,
)
from intake_triage.statistics.estimates import (
    Estimate,
    estimate_class_differences,
    estimate_difference,
    estimate_score,
)
from intake_triage.statistics.verdicts import holm


def means(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Replicates of a mean: (n_seeds, n_records) to (n_seeds, n_weights)."""
    return values @ weights.T / weights.sum(axis=1)


def test_one_seed_gives_the_t_interval_of_a_mean(rng):
    values = rng.normal(size=(1, 8))
    replicates = means(values, draw_weights(8, resamples=50_000))
    estimate = estimate_score(replicates, n_units=8)
    assert estimate.standard_error == pytest.approx(stats.sem(values[0]), rel=0.02)
    assert estimate.degrees_of_freedom == pytest.approx(7)
    expected = stats.t.interval(0.95, 7, values.mean(), estimate.standard_error)
    np.testing.assert_allclose(estimate.interval(), expected)


def test_without_spread_over_records_it_is_welchs_test():
    first, second = np.array([0.71, 0.74, 0.72]), np.array([0.70, 0.69])
    estimate = estimate_difference(
        np.tile(first[:, np.newaxis], 100), np.tile(second[:, np.newaxis], 100), n_units=50
    )
    welch = stats.ttest_ind(first, second, equal_var=False)
    assert estimate.degrees_of_freedom == pytest.approx(welch.df)
    assert estimate.p_differs_from_zero() == pytest.approx(welch.pvalue)
    np.testing.assert_allclose(estimate.interval(), tuple(welch.confidence_interval()))


def test_seeds_that_vary_by_chance_alone_get_a_sign_no_more_often_than_they_may(rng):
    """One arm's seeds vary 4.5 times as much as the records: of all cases about the hardest.

    Of 4,000 comparisons up to 6 % get a sign; with Satterthwaite's degrees throughout, 7 to 8 %.
    """
    found, found_by_satterthwaite = 0, 0
    for _ in range(4000):
        varied, records = rng.normal(0, 4.5, 3), rng.normal()
        resamples = np.tile(records + np.array([-1, 1]) / np.sqrt(2), (3, 1))  # with variance 1
        first = np.column_stack([varied + records, resamples])
        estimate = estimate_difference(first, np.zeros((3, 3)), n_units=100_000)
        found += estimate.p_differs_from_zero() < 0.05
        seeds = varied.var(ddof=1) / 3
        degrees = (1 + seeds) ** 2 / (seeds**2 / 2)
        assert estimate.standard_error == pytest.approx(np.sqrt(1 + seeds), rel=1e-4)
        assert estimate.degrees_of_freedom < degrees
        plain = Estimate(estimate.value, estimate.standard_error, degrees)
        found_by_satterthwaite += plain.p_differs_from_zero() < 0.05
    error = np.sqrt(0.05 * 0.95 / 4000)
    assert found / 4000 <= 0.05 + 3 * error
    assert found_by_satterthwaite / 4000 > 0.05 + 5 * error


def test_an_arm_of_one_seed_adds_no_seed_term(rng):
    weights = draw_weights(50, resamples=200)
    one, three = means(rng.normal(size=(1, 50)), weights), np.zeros((3, 201))
    alone = estimate_score(one, n_units=50)
    against = estimate_difference(one, three, n_units=50)
    assert against.standard_error == pytest.approx(alone.standard_error)


def test_a_system_against_itself_is_0_for_sure(rng):
    replicates = means(rng.normal(size=(1, 30)), draw_weights(30, resamples=50))
    estimate = estimate_difference(replicates, replicates, n_units=30)
    assert estimate.interval() == (0, 0)
    assert estimate.p_differs_from_zero() == 1
    assert estimate.p_within(0.01) == 0


def test_p_values_agree_with_intervals():
    estimate = Estimate(0.05, 0.02, 11.0)
    low, high = estimate.interval(1 - estimate.p_differs_from_zero())
    assert low == pytest.approx(0, abs=1e-12)
    low, high = estimate.interval(1 - 2 * estimate.p_within(0.08))
    assert high == pytest.approx(0.08)


def test_the_smallest_detectable_effect_is_found_in_4_of_5_repetitions(rng):
    spread = 0.1
    truth = Estimate(0.0, spread, np.inf).smallest_detectable()
    found = [
        Estimate(value, spread, np.inf).p_differs_from_zero() < 0.05
        for value in rng.normal(truth, spread, 4000)
    ]
    assert np.mean(found) == pytest.approx(0.8, abs=0.02)


def test_the_interval_of_a_difference_covers_over_new_records_and_seeds(rng):
    """Records, seeds and their interaction all vary; units of 4 records share an effect."""
    n_units, size, truth = 60, 4, 0.03
    unit = np.repeat(np.arange(n_units), size)
    weights = draw_weights(n_units, resamples=300)[:, unit]
    covered, covered_without_seeds = [], []
    for _ in range(400):
        arms = []
        for mean in (truth, 0.0):
            by_record = rng.normal(0, 0.2, n_units)[unit]
            by_seed = rng.normal(0, 0.04, (3, 1))
            both = rng.normal(0, 0.1, (3, n_units * size))
            arms.append(means(mean + by_record + by_seed + both, weights))
        estimate = estimate_difference(*arms, n_units=n_units)
        low, high = estimate.interval()
        covered.append(low < truth < high)
        replicates = arms[0].mean(axis=0) - arms[1].mean(axis=0)
        low, high = np.quantile(replicates[1:], [0.025, 0.975])
        covered_without_seeds.append(low < truth < high)
    assert 0.93 <= np.mean(covered) <= 0.995
    assert np.mean(covered_without_seeds) < 0.91


@pytest.mark.parametrize("metric", ["macro_f1", "log_loss", "under_triage"])
def test_the_interval_of_a_fixed_model_covers(rng, metric):
    """95 % of fresh test splits; 1,200 of them leave a standard error of 0.6 %."""
    cells = triage_cells(("emergent", "urgent", "routine"), urgent_tiers=2)["under_triage"][""]

    def draw(n_records: int) -> tuple[np.ndarray, np.ndarray]:
        labels = rng.choice(3, n_records, p=[0.2, 0.5, 0.3])
        return np.eye(3)[labels] * 1.5 + rng.normal(size=(n_records, 3)), labels

    def replicate(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
        unit = np.arange(len(labels))
        if metric == "under_triage":
            placed = logits.argmax(axis=2)
            confusions = replicate_confusions(placed, labels, unit, weights, n_classes=3)
            late, urgent = (
                (confusions * mask).sum(axis=(2, 3)) for mask in (cells.counted, cells.among)
            )
            return late / urgent
        return getattr(replicate_scores(logits, labels, unit, weights), metric)

    logits, labels = draw(400_000)
    truth = replicate(logits[np.newaxis], labels, np.ones((1, len(labels)))).item()
    weights = draw_weights(400, resamples=300)
    covered = []
    for _ in range(1200):
        logits, labels = draw(400)
        replicates = replicate(logits[np.newaxis], labels, weights)
        low, high = estimate_score(replicates, n_units=400).interval()
        covered.append(low < truth < high)
    assert 0.93 <= np.mean(covered) <= 0.97


def draw_classes(rng, *, n_classes: int, seeds: float, n_seeds: int = 3) -> list[np.ndarray]:
    """Two arms that do not differ: replicates whose resamples vary by 1 and whose seeds by more."""
    records = rng.normal(size=(1, 201, n_classes))
    first = records + rng.normal(0, seeds, (n_seeds, 1, n_classes))
    second = np.broadcast_to(rng.normal(0, seeds, (n_seeds, 1, n_classes)), first.shape)
    return [first, second]


def test_a_class_borrows_half_of_its_seeds_variance_and_never_gives_any_away(rng):
    arms = draw_classes(rng, n_classes=4, seeds=2.0)
    alone = [
        estimate_difference(arms[0][..., k], arms[1][..., k], n_units=1_000_000) for k in range(4)
    ]
    seeds = sum(arm[:, 0].var(axis=0, ddof=1) / 3 for arm in arms)
    records = np.array([estimate.standard_error**2 for estimate in alone]) - seeds
    for k, estimate in enumerate(estimate_class_differences(*arms, n_units=1_000_000)):
        lent = np.delete(seeds / records, k).mean() * records[k]
        variance = records[k] + max(seeds[k], (seeds[k] + lent) / 2)
        assert estimate.value == alone[k].value
        assert estimate.standard_error == pytest.approx(np.sqrt(variance))
        assert estimate.standard_error >= alone[k].standard_error
        welch = stats.ttest_ind(arms[0][:, 0, k], arms[1][:, 0, k], equal_var=False).df
        share = 1 - records[k] / variance  # that of the records has no end of degrees
        assert estimate.degrees_of_freedom == pytest.approx(welch / share, rel=1e-3)


def test_a_class_borrows_nothing_where_there_is_nothing_to_borrow_from(rng):
    arms = draw_classes(rng, n_classes=2, seeds=2.0)
    constant = [np.stack([arm[..., 0], np.zeros_like(arm[..., 0])], axis=2) for arm in arms]
    expected = estimate_difference(arms[0][..., 0], arms[1][..., 0], n_units=50)
    assert estimate_class_differences(*constant, n_units=50)[0] == expected
    (alone,) = estimate_class_differences(*(arm[..., :1] for arm in arms), n_units=50)
    assert alone == expected
    one_seed = [arm[:1] for arm in arms]
    for k, estimate in enumerate(estimate_class_differences(*one_seed, n_units=50)):
        plain = estimate_difference(*(arm[..., k] for arm in one_seed), n_units=50)
        assert estimate.standard_error == pytest.approx(plain.standard_error)
        assert estimate.degrees_of_freedom == pytest.approx(plain.degrees_of_freedom)


def test_seeds_that_agree_lend_no_certainty_to_what_is_borrowed(rng):
    """A class whose seeds agree exactly borrows a variance, with the degrees of its own seeds."""
    first, second = draw_classes(rng, n_classes=3, seeds=2.0)
    second = np.concatenate([second, second[:1]])  # four seeds
    for arm in (first, second):
        arm[:, 0, 0] = arm[0, 0, 0]
    estimate, *_ = estimate_class_differences(first, second, n_units=1_000_000)
    alone = estimate_difference(first[..., 0], second[..., 0], n_units=1_000_000)
    borrowed = 1 - (alone.standard_error / estimate.standard_error) ** 2  # part of the variance
    assert borrowed > 0.1
    assert estimate.degrees_of_freedom == pytest.approx(2 / borrowed, rel=1e-3)


def test_many_classes_with_few_seeds_keep_the_level_of_the_family(rng):
    """One arm's seeds vary; without borrowing a family of 12 names a class too often."""
    found, found_alone = 0, 0
    for _ in range(600):
        arms = draw_classes(rng, n_classes=12, seeds=6.0)
        arms[1] = np.zeros_like(arms[1])
        arms[0][:, 0] += rng.normal(size=12)  # what the records of this test split happen to be
        borrowed = estimate_class_differences(*arms, n_units=6000)
        alone = [
            estimate_difference(*(arm[..., k] for arm in arms), n_units=6000) for k in range(12)
        ]
        found += min(holm([each.p_differs_from_zero() for each in borrowed])) < 0.05
        found_alone += min(holm([each.p_differs_from_zero() for each in alone])) < 0.05
    assert found / 600 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 600)
    assert found_alone / 600 > 0.07


def test_rounded_numbers_end_where_the_scale_does():
    estimate = Estimate(0.021234, 0.02, np.inf)
    assert estimate.rounded(4) == {"value": 0.0212, "low": -0.018, "high": 0.0604}
    assert estimate.rounded(4, least=0) == {"value": 0.0212, "low": 0, "high": 0.0604}
