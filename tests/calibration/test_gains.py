"""Gains and their standard errors against SciPy, a jackknife, and what clustering must do."""

import numpy as np
import pytest
from scipy import stats

from intake_triage.calibration.gains import CrossFittedGain, log_loss_gain, macro_f1_gain
from intake_triage.statistics.scores import macro_f1, record_log_losses


@pytest.fixture
def two(rng, draw_labels):
    """Two forecasts by two seeds of the same 400 labels, which come in 80 groups."""
    logits = rng.normal(size=(2, 400, 4)) * 2
    labels = draw_labels(logits[0])
    return logits, logits + rng.normal(size=logits.shape), labels, rng.integers(0, 80, 400)


def test_records_on_their_own_give_the_paired_t_test(two):
    first, second, labels, _ = two
    gain = log_loss_gain(first, second, labels, np.arange(400))
    losses = [np.mean([record_log_losses(s, labels) for s in each], axis=0) for each in two[:2]]
    test = stats.ttest_rel(losses[1], losses[0], alternative="greater")
    assert gain.value == pytest.approx(np.mean(losses[1] - losses[0]))
    assert gain.standard_error == pytest.approx(stats.sem(losses[1] - losses[0]))
    assert gain.lower_limit == pytest.approx(test.confidence_interval(0.95).low)


def _decisions(two):
    return two[0].argmax(axis=2), two[1].argmax(axis=2)


def test_macro_f1_gain_is_the_difference_of_means_over_seeds(two):
    first, second = _decisions(two)
    labels, unit = two[2:]
    gain = macro_f1_gain(first, second, labels, unit, n_classes=4)
    means = [np.mean([macro_f1(d, labels, n_classes=4) for d in each]) for each in (first, second)]
    assert gain.value == pytest.approx(means[0] - means[1])


def test_macro_f1_standard_error_is_near_that_of_the_jackknife_over_groups(two):
    first, second = _decisions(two)
    labels, unit = two[2:]
    left_out = np.array(
        [
            macro_f1_gain(
                first[:, rows], second[:, rows], labels[rows], unit[rows], n_classes=4
            ).value
            for rows in (unit != group for group in np.unique(unit))
        ]
    )
    n_groups = len(left_out)
    jackknife = np.sqrt((n_groups - 1) / n_groups * ((left_out - left_out.mean()) ** 2).sum())
    gain = macro_f1_gain(first, second, labels, unit, n_classes=4)
    assert gain.n_groups == n_groups
    assert gain.standard_error == pytest.approx(jackknife, rel=0.05)


def test_a_record_repeated_within_its_group_adds_no_certainty(two):
    first, second, labels, unit = two
    once = log_loss_gain(first, second, labels, unit)
    thrice = log_loss_gain(
        np.repeat(first, 3, axis=1),
        np.repeat(second, 3, axis=1),
        np.repeat(labels, 3),
        np.repeat(unit, 3),
    )
    assert thrice.standard_error == pytest.approx(once.standard_error)
    decided = _decisions(two)
    once = macro_f1_gain(*decided, labels, unit, n_classes=4)
    repeated = (np.repeat(each, 3, axis=-1) for each in (*decided, labels, unit))
    thrice = macro_f1_gain(*repeated, n_classes=4)
    assert thrice.standard_error == pytest.approx(once.standard_error)


def test_the_same_decisions_gain_nothing_for_sure(two):
    first, _ = _decisions(two)
    gain = macro_f1_gain(first, first, *two[2:], n_classes=4)
    assert (gain.value, gain.standard_error) == (0, 0)
    assert gain.lower_limit == 0


def test_a_class_without_records_has_no_part_in_the_gain(two):
    first, second = _decisions(two)
    four = macro_f1_gain(first, second, *two[2:], n_classes=4)
    five = macro_f1_gain(first, second, *two[2:], n_classes=5)
    assert five == four


def test_the_limit_widens_where_groups_are_few():
    few, many = (CrossFittedGain(1.0, 0.5, n_groups).lower_limit for n_groups in (3, 300))
    assert few < many < 1 - 0.5 * 1.64
